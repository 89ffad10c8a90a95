namespace Criterion.Tests.Repository;

/// <summary>Which folder of the library may see which: losses, layers and optimizers are written on tensors and formulas alone.</summary>
public class DependencyTests
{
    static readonly (string Folder, string[] MustNotSee)[] Rules =
    [
        ("Shapes", ["Drivers", "Kernels", "Losses", "Nn", "Optim", "Formats", "Metrics"]),
        ("Numbers", ["Simd", "Drivers", "Kernels", "Losses", "Nn", "Optim", "Formats", "Metrics"]),
        ("Simd", ["Formulas", "Drivers", "Kernels", "Losses", "Nn", "Optim", "Formats", "Metrics"]),
        ("Formulas", ["Drivers", "Losses", "Nn", "Optim", "Formats", "Metrics"]),
        ("Memory", ["Drivers", "Kernels", "Losses", "Nn", "Optim", "Formats", "Metrics"]),
        ("Kernels", ["Formulas", "Drivers", "Losses", "Nn", "Optim", "Formats", "Metrics"]),
        ("Drivers", ["Losses", "Nn", "Optim", "Formats", "Metrics"]),
        ("Autograd", ["Losses", "Nn", "Optim", "Formats", "Metrics"]),
        ("Tensors", ["Losses", "Nn", "Optim", "Formats", "Metrics"]),
        ("Schedules", ["Simd", "Formulas", "Memory", "Kernels", "Drivers", "Losses", "Nn", "Optim", "Formats", "Metrics"]),
        ("Losses", ["Kernels", "Nn", "Optim", "Formats", "Metrics"]),
        ("Nn", ["Kernels", "Losses", "Optim", "Formats", "Metrics"]),
        ("Optim", ["Kernels", "Losses", "Formats", "Metrics"]),
        ("Formats", ["Kernels", "Formulas", "Losses", "Nn", "Optim", "Metrics"]),
        ("Metrics", ["Kernels", "Nn", "Optim", "Formats"]),
    ];

    public static TheoryData<string> Folders => [.. Rules.Select(static rule => rule.Folder)];

    [Theory]
    [MemberData(nameof(Folders))]
    public void Folder_sees_only_what_lies_below(string folder)
    {
        string[] forbidden = Rules.Single(rule => rule.Folder == folder).MustNotSee;
        IEnumerable<string> offences =
            from file in Directory.EnumerateFiles(RepositoryRoot.File("src", "Criterion", folder), "*.cs", SearchOption.AllDirectories)
            let text = File.ReadAllText(file)
            from other in forbidden
            where text.Contains($"using Criterion.{other}", StringComparison.Ordinal)
                || text.Contains($"Criterion.{other}.", StringComparison.Ordinal)
                || text.Contains($" {other}.", StringComparison.Ordinal)
            select $"{Path.GetFileName(file)} sees {other}";
        Assert.Empty(offences);
    }

    [Fact]
    public void Every_folder_has_a_rule() => Assert.Equal(
        Directory.EnumerateDirectories(RepositoryRoot.File("src", "Criterion")).Select(Path.GetFileName).Order(),
        Rules.Select(static rule => rule.Folder).Order());

    [Fact]
    public void Library_refers_to_nothing_but_the_framework_and_its_tensors() => Assert.All(
        typeof(Tensor).Assembly.GetReferencedAssemblies(),
        static reference => Assert.True(reference.Name!.StartsWith("System.", StringComparison.Ordinal) || reference.Name == "MathNet.Numerics", reference.Name));

    [Fact]
    public void MathNet_serves_eigenvalues_and_quantiles_alone() => Assert.Equal(
        ["Interval.cs", "SymmetricEigen.cs"],
        from file in Directory.EnumerateFiles(RepositoryRoot.File("src"), "*.cs", SearchOption.AllDirectories)
        where File.ReadAllText(file).Contains("using MathNet", StringComparison.Ordinal)
        orderby Path.GetFileName(file)
        select Path.GetFileName(file));
}
