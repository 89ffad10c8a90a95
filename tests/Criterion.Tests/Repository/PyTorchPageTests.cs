using System.Reflection;
using System.Text.RegularExpressions;
using Criterion.Losses;

namespace Criterion.Tests.Repository;

/// <summary>What docs/pytorch.md names exists, and no twin is missing.</summary>
public partial class PyTorchPageTests
{
    static readonly string[] TorchLosses =
    [
        "L1Loss", "MSELoss", "CrossEntropyLoss", "CTCLoss", "NLLLoss", "PoissonNLLLoss", "GaussianNLLLoss", "KLDivLoss", "BCELoss",
        "BCEWithLogitsLoss", "MarginRankingLoss", "HingeEmbeddingLoss", "MultiLabelMarginLoss", "HuberLoss", "SmoothL1Loss",
        "SoftMarginLoss", "MultiLabelSoftMarginLoss", "CosineEmbeddingLoss", "MultiMarginLoss", "TripletMarginLoss",
        "TripletMarginWithDistanceLoss",
    ];

    static readonly Type[] Types = typeof(Tensor).Assembly.GetExportedTypes();

    static readonly Row[] Rows = [.. ReadRows()];

    [Fact]
    public void Every_loss_of_PyTorch_is_in_the_table() =>
        Assert.All(TorchLosses, static name => Assert.Contains(Rows, row => row.IsOf(name)));

    [Fact]
    public void Every_twin_stands_beside_its_original()
    {
        foreach (Type type in Types)
        {
            string twin = type.GetCustomAttribute<CatalogueAttribute>()?.PyTorch ?? "";
            if (TorchName().Match(twin) is { Success: true } match)
            {
                Row row = Assert.Single(Rows, row => row.IsOf(match.Groups[1].Value));
                Assert.Contains(type.Name, row.Names);
            }
        }
    }

    [Fact]
    public void Every_name_in_the_column_of_Criterion_exists()
    {
        Assert.True(Rows.Length > 50, $"{Rows.Length} rows were read");
        Assert.All(Rows, static row => Assert.NotEmpty(row.Names));
        Assert.All(Rows.SelectMany(static row => row.Names),
            static name => Assert.True(Exists(name), $"docs/pytorch.md: there is no {name}"));
    }

    [Fact]
    public void Every_option_is_an_argument_of_its_loss()
    {
        foreach (Row row in Rows)
        {
            Type type = Types.First(type => type.Name == row.Names[0].Split('.')[0]);
            Assert.All(row.Options,
                option => Assert.True(
                    type.GetConstructors().Any(constructor => constructor.GetParameters().Any(parameter => parameter.Name == option)),
                    $"docs/pytorch.md: {type.Name} has no {option}"));
        }

        Assert.Contains("delta", Rows.Single(static row => row.IsOf("HuberLoss")).Options);
    }

    [Fact]
    public void Every_type_named_among_the_differences_exists()
    {
        string differences = RepositoryRoot.Read("docs", "pytorch.md").Split("## Different on purpose")[1];
        string[] names = [.. Code().Matches(differences).Select(static match => match.Groups[1].Value)];
        Assert.All(names, static name => Assert.True(
            Exists(name) || Types.Any(type => type.GetMember(name).Length > 0), $"docs/pytorch.md: there is no {name}"));
    }

    static bool Exists(string name)
    {
        string[] parts = name.Split('.');
        return Types.Any(type => type.Name == parts[0] && (parts.Length == 1 || type.GetMember(parts[1]).Length > 0));
    }

    static IEnumerable<Row> ReadRows()
    {
        string[] header = [];
        foreach (string line in RepositoryRoot.Read("docs", "pytorch.md").Split('\n'))
        {
            string[] cells = [.. line.Split('|').Select(static cell => cell.Trim())];
            if (cells.Length < 3 || cells[1].StartsWith("--", StringComparison.Ordinal))
            {
                header = cells.Length < 3 ? [] : header;
                continue;
            }

            if (header.Length == 0)
            {
                header = cells;
                continue;
            }

            string options = header.Contains("options") ? cells[Array.IndexOf(header, "options")] : "";
            yield return new(
                cells[1],
                [.. Code().Matches(cells[Array.IndexOf(header, "Criterion")]).Select(static match => match.Groups[1].Value).Where(
                    static name => char.IsUpper(name[0]))],
                [.. options.Split(", ").Select(static option => Code().Matches(option)).Where(static names => names.Count > 0).Select(
                    static names => names[^1].Groups[1].Value)]);
        }
    }

    [GeneratedRegex(@"^torch\.nn\.(\w+)")]
    private static partial Regex TorchName();

    [GeneratedRegex(@"`([\w.]+)`")]
    private static partial Regex Code();

    /// <summary>A row: the first cell, the names in the column of Criterion, and the arguments that options become.</summary>
    sealed record Row(string Original, string[] Names, string[] Options)
    {
        public bool IsOf(string name) => Original == $"`{name}`";
    }
}
