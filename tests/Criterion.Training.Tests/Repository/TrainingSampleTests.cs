using System.Globalization;
using Criterion.Formats;
using Criterion.Nn;
using Criterion.Tests.Nn;
using Criterion.Tests.Repository;

namespace Criterion.Training.Tests;

/// <summary>The samples of training run, with few steps, and are as short as they should be.</summary>
[Collection(nameof(TrainingSampleTests))]
public sealed class TrainingSampleTests : IDisposable
{
    readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Theory]
    [InlineData("Dcgan", 8, 8)]
    [InlineData("WganGp", 8, 8)]
    [InlineData("CycleGan", 8, 3)]
    [InlineData("Siamese", 1, 11)]
    public void A_sample_trains_and_draws(string sample, int rows, int columns)
    {
        string picture = _temp["picture.png"];
        string[] lines = SampleProgram.Run(sample, "2", picture);

        Shape shape = Png.Read(picture).Shape;
        Assert.Equal((double)rows / columns, (shape[1] - 2.0) / (shape[2] - 2.0), 1e-9);
        Assert.NotEmpty(lines);
        Assert.DoesNotContain("NaN", string.Concat(lines), StringComparison.Ordinal);
    }

    [Fact]
    public void SiamesePort_learns()
    {
        double[] losses =
            [.. SampleProgram.Run("SiamesePort").Select(static line => double.Parse(line.Split(' ')[^1], CultureInfo.InvariantCulture))];
        Assert.Equal(4, losses.Length);
        Assert.InRange(losses[^1], 0, 0.8 * losses[0]);
    }

    [Fact]
    public void OnnxInference_draws_what_the_generator_draws()
    {
        Assert.SkipWhen(OnnxSession.Problem.Value is not null, $"ONNX Runtime does not load here: {OnnxSession.Problem.Value}");
        Dcgan networks = new(16, 3, width: 4, latent: 6);
        Sequential generator = networks.Generator(new RandomStream(1));
        Onnx.Write(_temp["generator.onnx"], generator, [6, 1, 1]);

        string[] lines = SampleProgram.Run("OnnxInference", _temp["generator.onnx"], _temp["onnx.png"]);

        Assert.Equal([$"64 images of 16x16 in {_temp["onnx.png"]}"], lines);
        Tensor expected = ImageGrid.Compose(generator.InBatches(networks.Latents(64, new RandomStream(0))));
        Tensor difference = (Png.Read(_temp["onnx.png"]).To(DType.Float32) - expected.To(DType.Float32)).Abs();
        Assert.InRange(difference.Max().Item(), 0, 1);
        Assert.InRange(File.ReadAllLines(RepositoryRoot.File("samples", "OnnxInference", "Program.cs")).Length, 10, 29);
    }

    [Fact]
    public void The_sample_of_custom_networks_trains_resumes_reports_evaluates_and_draws()
    {
        string picture = _temp["picture.png"];
        string images = _temp["images"];
        Directory.CreateDirectory(images);
        for (int i = 0; i < 80; i++)
        {
            Tensor colours = Tensor.RandInt(0, 256, [3, 16, 16], new RandomStream((ulong)i)).To(DType.UInt8);
            Png.Write(Path.Combine(images, $"{i}.png"), colours);
        }

        string[] first = SampleProgram.Run("CustomGan", "2", picture, _temp["run"], images);
        string[] rest = SampleProgram.Run("CustomGan", "4", picture, _temp["run"], images);

        Assert.Equal(["step 1", "step 2", "Finish"], first.Select(static line => line[..6]).Take(3));
        Assert.Equal(["step 3", "step 4", "Finish"], rest.Select(static line => line[..6]).Take(3));
        Assert.StartsWith("Fréchet distance of 100 samples: ", rest[^1], StringComparison.Ordinal);
        Assert.Equal(3, Png.Read(picture).Shape[0]);
        Assert.Contains("SquaredHingeGanLoss", File.ReadAllText(_temp["run/report.html"]), StringComparison.Ordinal);
        Assert.InRange(File.ReadAllLines(RepositoryRoot.File("samples", "CustomGan", "Program.cs")).Length, 10, 40);
    }

    [Theory]
    [InlineData("Dcgan")]
    [InlineData("WganGp")]
    [InlineData("CycleGan")]
    [InlineData("Siamese")]
    public void A_sample_has_under_thirty_lines(string sample) =>
        Assert.InRange(File.ReadAllLines(RepositoryRoot.File("samples", sample, "Program.cs")).Length, 10, 29);
}

/// <summary>Samples draw from the default stream and write to the console: they run alone.</summary>
[CollectionDefinition(nameof(TrainingSampleTests), DisableParallelization = true)]
public class TrainingSampleCollection;
