using System.Text.Json;
using System.Text.RegularExpressions;
using Criterion.Losses;
using Criterion.Tests.Repository;

namespace Criterion.Cli.Tests;

/// <summary>What the catalogue says of every loss, objective and penalty.</summary>
public partial class CatalogueTests
{
    public static TheoryData<string> Names => [.. Catalogue.Entries.Select(static entry => entry.Name)];

    [Fact]
    public void Every_criterion_is_in_it()
    {
        string[] all = [.. typeof(ICriterion).Assembly.GetTypes().Where(static t => t is { IsAbstract: false, IsPublic: true }
            && t.IsAssignableTo(typeof(ICriterion)) && t != typeof(WeightedSum) && t != typeof(LambdaLoss)).Select(static t => t.Name)];
        string[] missing = [.. all.Except(Catalogue.Entries.Select(static entry => entry.Type.Name))];
        Assert.True(missing.Length == 0, $"give [Catalogue] to {string.Join(", ", missing)}");
        Assert.Equal(Catalogue.Entries.Count, Catalogue.Entries.DistinctBy(static entry => entry.Name).Count());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void It_says_everything(string name)
    {
        CatalogueEntry entry = Catalogue.Find(name);
        Assert.NotEmpty(entry.Summary);
        Assert.NotEmpty(entry.About.Shapes);
        Assert.EndsWith(".", entry.About.Alternatives, StringComparison.Ordinal);
        Assert.NotEmpty(entry.Create().ToLatex());
        Assert.All(entry.Options, static option => Assert.True(option.Description.Length > 0, $"{option.Name} is not described"));
        Assert.All(LossName().Matches(entry.About.Alternatives),
            static match => Assert.Contains(Catalogue.Entries, entry => entry.Type.Name == match.Value));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void It_is_found_by_name_without_a_scan(string name)
    {
        CatalogueEntry entry = Catalogue.Entries.Single(entry => entry.Name == name);
        Assert.Equal(entry.Type, Catalogue.Find(name).Type);
        Assert.Equal(entry.Type, Catalogue.Lookup(entry.Type.Name)?.Type);
        Assert.True(entry.About.Name.Length > 0 || Catalogue.Lookup(name) is not null, "only a name that is not the type's needs a scan");
        Assert.Equal(entry.Type, Catalogue.Lookup(name)?.Type ?? entry.Type);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Criterion.Tensor")]
    [InlineData("huber, mscorlib")]
    [InlineData("L1Loss[]")]
    [InlineData("PointwiseLoss`1")]
    [InlineData("WeightedSum")]
    public void Nothing_but_losses_is_found(string name) => Assert.Throws<ToolException>(() => Catalogue.Find(name));

    [Theory]
    [MemberData(nameof(Names))]
    public void Curves_are_smooth_enough_to_draw(string name)
    {
        foreach (LossCurve curve in Catalogue.Find(name).Create().Curves())
        {
            SampledCurve sampled = SampledCurve.Of(curve);
            Assert.Equal(sampled.X.Length, sampled.Value.Length);
            Assert.Contains(sampled.Value, double.IsFinite);
            Assert.Contains(sampled.Gradient, static slope => double.IsFinite(slope) && slope != 0);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Options_are_a_value_that_goes_through_JSON(string name)
    {
        CatalogueEntry entry = Catalogue.Find(name);
        ICriterion criterion = entry.Create();
        string json = JsonSerializer.Serialize(criterion, entry.Type);
        Assert.Equal(criterion, JsonSerializer.Deserialize(json, entry.Type));
        Assert.All(entry.Options, option => Assert.Contains($"\"{option.Name}\"", json, StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void It_prints_the_call(string name)
    {
        CatalogueEntry entry = Catalogue.Find(name);
        string shown = ToolRun.Run("losses", name).Output;
        Assert.All(entry.Code, line => Assert.Contains(Words(line), Words(shown), StringComparison.Ordinal));
        Assert.Contains($"new {entry.Type.Name}(", entry.Code[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_call_has_the_defaults_as_values() =>
        Assert.Equal(
            ["var loss = new HuberLoss(delta: 1, reduction: Reduction.Mean).Forward(prediction, target);"], Catalogue.Find("huber").Code);

    static string Words(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    [Fact]
    public void Objectives_and_penalties_of_a_training_have_the_same_names() =>
        Assert.All(GanNames.Objectives.Concat(GanNames.Penalties), static name => Assert.Equal(name, Catalogue.Find(name).Name));

    [Fact]
    public void Page_of_losses_is_current()
    {
        string page = RepositoryRoot.Read("docs", "losses.md");
        Assert.True(page == CataloguePage.Write(Catalogue.Entries),
            "run: dotnet run -c Release --project src/Criterion.Cli -- losses --page docs/losses.md");
        foreach (CatalogueEntry entry in Catalogue.Entries)
        {
            if (CataloguePage.Picture(entry) is { } picture)
            {
                Assert.Equal(picture, RepositoryRoot.Read("docs", "images", "losses", $"{entry.Name}.svg"));
            }
        }
    }

    [GeneratedRegex(@"\b[A-Z]\w*Loss\b")]
    private static partial Regex LossName();
}
