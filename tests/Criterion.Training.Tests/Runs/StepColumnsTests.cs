using System.Globalization;
using System.Reflection;

namespace Criterion.Training.Tests;

/// <summary>The contract of every kind of step: one declaration makes a column.</summary>
public sealed class StepColumnsTests : IDisposable
{
    readonly TempFolder _temp = new();

    public static TheoryData<Type> Steps { get; } =
        [.. typeof(IRunStep).Assembly.GetTypes().Where(static type => type.IsValueType && type.IsAssignableTo(typeof(IRunStep)))];

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void There_are_five_kinds_of_steps() => Assert.Equal(5, Steps.Count);

    [Theory]
    [MemberData(nameof(Steps))]
    public void Every_property_is_a_column_with_a_name_and_a_description(Type step)
    {
        PropertyInfo[] properties = step.GetProperties(BindingFlags.Public | BindingFlags.Instance);
        StepColumns columns = Columns(step);

        Assert.Equal(properties.Length, columns.Count);
        Assert.Equal(columns.Count, columns.Select(static column => column.Name).Distinct().Count());
        Assert.Equal("step", columns[0].Name);
        Assert.All(columns, static column =>
        {
            Assert.Matches("^[a-z_]+$", column.Name);
            Assert.Matches(@"^\p{Lu}.*[^.]$", column.Description);
        });
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public void A_row_has_as_many_cells_as_the_header(Type step)
    {
        StepColumns columns = Columns(step);

        Assert.Equal(columns.Count, columns.Row((IRunStep)Activator.CreateInstance(step)!).Split(',').Length);
        Assert.Equal(columns.Header.Split(','), columns.Select(static column => column.Name));
    }

    [Fact]
    public void A_step_is_read_back_from_its_row()
    {
        AssertReadBack<GanStep>();
        AssertReadBack<CycleStep>();
        AssertReadBack<EmbeddingStep>();
        AssertReadBack<PairedStep>();
    }

    [Fact]
    public void A_skipped_step_has_no_numbers()
    {
        GanStep skipped = GanStep.Columns.Skipped<GanStep>();

        Assert.True(
            skipped is { Step: 0, Skipped: 0, DiscriminatorLoss: double.NaN, Diversity: double.NaN, GeneratorGradientNorm: double.NaN });
        Assert.Contains(",NaN,NaN,", GanStep.Columns.Row(skipped), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_without_a_column_gives_NaN()
    {
        File.WriteAllLines(_temp["losses.csv"], ["step,generator_loss", "1,0.5"]);

        GanStep step = Assert.Single(GanStep.Columns.Read<GanStep>(CsvTable.Read(_temp["losses.csv"])));

        Assert.True(step is { Step: 1, GeneratorLoss: 0.5, Diversity: double.NaN, Skipped: 0 });
    }

    void AssertReadBack<TStep>()
        where TStep : struct, IRunStep
    {
        string row = string.Join(',', Enumerable.Range(1, TStep.Columns.Count)
            .Select(static i => i.ToString(CultureInfo.InvariantCulture)));
        File.WriteAllLines(_temp["losses.csv"], [TStep.Columns.Header, row]);

        TStep step = Assert.Single(TStep.Columns.Read<TStep>(CsvTable.Read(_temp["losses.csv"])));

        Assert.Equal(row, TStep.Columns.Row(step)[..^".000000".Length]);
    }

    static StepColumns Columns(Type step) => (StepColumns)step.GetProperty(nameof(GanStep.Columns))!.GetValue(null)!;
}
