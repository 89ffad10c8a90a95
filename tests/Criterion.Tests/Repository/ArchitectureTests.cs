namespace Criterion.Tests.Repository;

/// <summary>
/// The folders of the library are layers: a type refers to types of its own folder and of lower layers only, in signatures and in method
/// bodies. Namespaces are not compared, because several folders share one.
/// </summary>
public class ArchitectureTests
{
    /// <summary>From the lowest layer up: each folder, and the folders that it may see.</summary>
    static readonly Dictionary<string, string[]> Visible = new()
    {
        ["Shapes"] = [],
        ["Numbers"] = ["Shapes"],
        ["Simd"] = ["Shapes", "Numbers"],
        ["Formulas"] = ["Shapes", "Numbers"],
        ["Memory"] = ["Shapes"],
        ["Kernels"] = ["Shapes", "Numbers", "Simd", "Memory"],
        ["Drivers"] = ["Shapes", "Numbers", "Simd", "Formulas", "Memory", "Kernels"],
        ["Tensors"] = ["Shapes", "Numbers", "Formulas", "Memory", "Kernels", "Drivers", "Autograd"],
        ["Autograd"] = ["Shapes", "Numbers", "Formulas", "Memory", "Kernels", "Drivers", "Tensors"],
        ["Schedules"] = ["Shapes", "Numbers", "Tensors", "Autograd"],
        ["Losses"] = ["Shapes", "Numbers", "Formulas", "Memory", "Drivers", "Tensors", "Autograd", "Schedules"],
        ["Formats"] = ["Shapes", "Tensors", "Autograd"],
        ["Nn"] = ["Shapes", "Numbers", "Formulas", "Memory", "Drivers", "Tensors", "Autograd", "Formats"],
        ["Metrics"] = ["Shapes", "Numbers", "Formulas", "Drivers", "Tensors", "Autograd", "Losses"],
        ["Optim"] = ["Shapes", "Numbers", "Formulas", "Drivers", "Tensors", "Autograd", "Schedules", "Nn"],
    };

    [Fact]
    public void Types_refer_to_lower_layers_only() => Assert.Empty(
        from reference in TypeReferences.Find(typeof(Tensor).Assembly)
        where !Visible[reference.From].Contains(reference.To)
        select $"{reference.From} → {reference.To}: {reference.Type} refers to {reference.Referred}");

    [Fact]
    public void Order_of_layers_has_no_cycles()
    {
        // Tensors and Autograd are one layer: an operation records its rule, a rule is made of operations.
        HashSet<string> done = [];
        foreach ((string folder, string[] visible) in Visible)
        {
            Assert.All(
                visible, other => Assert.True(done.Contains(other) || (folder, other) == ("Tensors", "Autograd"), $"{folder} → {other}"));
            done.Add(folder);
        }
    }

    /// <summary>
    /// Lanes are the one vocabulary for registers. Exceptions shuffle or copy registers whatever they hold, let the framework choose the
    /// width of a sum of rows, or ask what the processor has.
    /// </summary>
    [Fact]
    public void Kernels_compute_with_lanes() => Assert.Equal(
        ["DynamicRange.cs", "MatrixProductPanel.cs", "MatrixTranspose.cs", "Processor.cs", "WinogradTransform.cs"],
        (from file in Directory.EnumerateFiles(RepositoryRoot.File("src", "Criterion", "Kernels"), "*.cs", SearchOption.AllDirectories)
         let text = File.ReadAllText(file)
         where text.Contains("System.Runtime.Intrinsics", StringComparison.Ordinal) || text.Contains("Vector<", StringComparison.Ordinal)
         select Path.GetFileName(file)).Order());

    [Fact]
    public void Every_folder_has_a_layer() => Assert.Equal(
        Directory.EnumerateDirectories(RepositoryRoot.File("src", "Criterion")).Select(Path.GetFileName).Order(),
        Visible.Keys.Order());

    [Fact]
    public void Every_file_is_in_a_folder() =>
        Assert.Empty(Directory.EnumerateFiles(RepositoryRoot.File("src", "Criterion"), "*.cs").Select(Path.GetFileName));

    [Fact]
    public void Library_refers_to_nothing_but_the_framework_and_its_tensors() => Assert.All(
        typeof(Tensor).Assembly.GetReferencedAssemblies(),
        static reference => Assert.True(
            reference.Name!.StartsWith("System.", StringComparison.Ordinal) || reference.Name == "MathNet.Numerics", reference.Name));

    [Fact]
    public void MathNet_serves_singular_values_and_quantiles_alone() => Assert.Equal(
        ["Interval.cs", "SingularValues.cs"],
        from file in Directory.EnumerateFiles(RepositoryRoot.File("src"), "*.cs", SearchOption.AllDirectories)
        where File.ReadAllText(file).Contains("using MathNet", StringComparison.Ordinal)
        orderby Path.GetFileName(file)
        select Path.GetFileName(file));
}
