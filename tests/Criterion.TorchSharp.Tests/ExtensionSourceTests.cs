using Criterion.Tests.Repository;

namespace Criterion.TorchSharp.Tests;

/// <summary>The extension methods are generated here from the losses and metrics of the library.</summary>
public class ExtensionSourceTests
{
    [Theory]
    [InlineData("Criterion.Losses", "TorchLosses")]
    [InlineData("Criterion.Metrics", "TorchMetrics")]
    public void Every_method_of_tensors_has_an_extension(string of, string name)
    {
        string file = RepositoryRoot.File("src", "Criterion.TorchSharp", $"{name}.cs");
        string received = Path.ChangeExtension(file, ".received.txt");
        string expected = ExtensionSource.Of(of, name);
        if (!File.Exists(file) || File.ReadAllText(file).ReplaceLineEndings("\n") != expected)
        {
            File.WriteAllText(received, expected);
            Assert.Fail($"The methods of {of} changed, and {name} does not have them. Move {received} over {file}.");
        }
    }
}
