namespace Criterion.Tests.Repository;

/// <summary>Which folder of the library may see which: losses, layers and optimizers are written on tensors and formulas alone.</summary>
public class DependencyTests
{
    static readonly (string Folder, string[] MustNotSee)[] Rules =
    [
        ("Kernels", ["Formulas", "Losses", "Metrics", "Nn", "Optim", "Formats"]),
        ("Formulas", ["Losses", "Metrics", "Nn", "Optim", "Formats"]),
        ("Autograd", ["Kernels", "Losses", "Metrics", "Nn", "Optim", "Formats"]),
        ("Tensors", ["Losses", "Metrics", "Nn", "Optim", "Formats"]),
        ("Losses", ["Kernels", "Nn", "Optim", "Formats"]),
        ("Nn", ["Kernels", "Losses", "Metrics", "Optim", "Formats"]),
        ("Metrics", ["Kernels", "Nn", "Optim", "Formats"]),
        ("Optim", ["Kernels", "Losses", "Metrics", "Formats"]),
        ("Formats", ["Kernels", "Formulas", "Losses", "Metrics", "Nn", "Optim"]),
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
        static reference => Assert.StartsWith("System.", reference.Name, StringComparison.Ordinal));
}
