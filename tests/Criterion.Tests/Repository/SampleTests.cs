using System.Globalization;
using Criterion.Formats;
using Criterion.Tests.Formats;
using Criterion.Training;

namespace Criterion.Tests.Repository;

/// <summary>The samples run, and print what their comments say.</summary>
[Collection(nameof(SampleTests))]
public class SampleTests
{
    [Fact]
    public void QuickStart_measures_the_distance()
    {
        double[] distances = [.. SampleProgram.Run("QuickStart").Select(static line => Number(line.Split(' ')[^1]))];
        Assert.Equal(300, distances.Length);
        Assert.InRange(distances[^100..].Average(), Math.Sqrt(2) - 0.1, Math.Sqrt(2) + 0.15);
    }

    [Fact]
    public void CosineEmbedding_runs_its_four_examples()
    {
        double[] losses = [.. SampleProgram.Run("CosineEmbedding").Select(static line => Number(line.Split(' ')[^1]))];
        Assert.Equal(4, losses.Length);
        Assert.InRange(losses[0], 0.8, 1.2); // random directions are nearly orthogonal
        Assert.InRange(losses[1], 0.4, 0.7); // half of them are asked to be dissimilar, and are
        Assert.InRange(losses[2], 0, 0.2); // the same face with noise
        Assert.InRange(losses[3], 0.05, 0.2); // a hundred of a thousand pairs cost about 1
    }

    [Fact]
    public void CustomLoss_agrees_with_its_differences_and_stays_on_the_cheap_side()
    {
        string[] lines = SampleProgram.Run("CustomLoss");
        Assert.Equal(4, lines.Length);
        Assert.StartsWith("derivatives agree", lines[1], StringComparison.Ordinal);
        Assert.InRange(Number(lines[2].Split(' ')[^1]), 0.05, 0.42); // a normal spread of ½: Φ(−a σ / 2) = 0.31
        Assert.InRange(Number(lines[3].Split(' ')[^1]), 0.42, 0.58); // the mean
    }

    [Fact]
    public void Resume_ends_with_the_same_bits()
    {
        string folder = Directory.CreateTempSubdirectory("criterion-resume").FullName;
        try
        {
            string[] lines = SampleProgram.Run("Resume", folder);
            Assert.Equal(41, lines.Length);
            Assert.Equal(lines[..20], lines[20..40]);
            Assert.Equal(20, lines[..20].Distinct().Count());
            Assert.Equal("the same bits: True", lines[40]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        Assert.InRange(File.ReadAllLines(RepositoryRoot.File("samples", "Resume", "Program.cs")).Length, 10, 39);
    }

    [Fact]
    public void FirstLoss_is_the_same_on_arrays_and_on_tensors()
    {
        string[] lines = SampleProgram.Run("FirstLoss");
        Assert.StartsWith("Huber 2.2083, gradient 0.16666667 0 0.33333334", lines[0], StringComparison.Ordinal);
        Assert.Equal(lines[0], lines[1]);
        Assert.InRange(Number(lines[2].Split(' ')[^1]), 0.35, 0.4); // the second pair: a cosine of 0.9986 less 0.25, by half
    }

    [Fact]
    public void Classifier_learns_irises()
    {
        using TemporaryFolder temp = new();
        string[] lines = SampleProgram.Run("Classifier", temp["iris.safetensors"]);
        Assert.InRange(Number(lines[^1].Split(' ')[1]), 86, 100); // of 30 flowers
        Assert.True(File.Exists(temp["iris.safetensors"]));
    }

    [Fact]
    public void ImageMetrics_measures_two_pictures()
    {
        using TemporaryFolder temp = new();
        Tensor image = Tensor.Rand([3, 32, 32], random: new RandomStream(1), low: 20, high: 200);
        Png.Write(temp["a.png"], image.Round().To(DType.UInt8));
        Png.Write(temp["b.png"], (image.Round() + 10).To(DType.UInt8));
        string[] lines = SampleProgram.Run("ImageMetrics", temp["a.png"], temp["b.png"], temp["error.png"]);
        Assert.Equal("PSNR 28.13 dB", lines[0]); // 20 log10(255 / 10)
        Assert.InRange(Number(lines[1].Split(' ')[1]), 0.95, 1);
        Assert.All(Png.Read(temp["error.png"]).ToArray<byte>(), static value => Assert.Equal(255, value));
    }

    [Fact]
    public void AsyncTraining_learns()
    {
        double[] losses = [.. SampleProgram.Run("AsyncTraining").Select(static line => Number(line.Split(' ')[^1]))];
        Assert.Equal(3, losses.Length);
        Assert.True(losses[2] < losses[0] / 2, $"{losses[0]} → {losses[2]}");
    }

    [Fact]
    public void NativeAot_draws_images_of_a_generator()
    {
        using TemporaryFolder temp = new();
        Dcgan network = new(width: 4);
        GeneratorFile.Write(temp["g.safetensors"], network, network.Generator(new RandomStream(1)));
        Assert.Matches("^first picture after \\d+ ms, then [1-9]\\d* images per second$",
            Assert.Single(SampleProgram.Run("NativeAot", temp["g.safetensors"], temp["images.png"])));
        Assert.Equal(3, Png.Read(temp["images.png"]).Rank);
    }

    [Fact]
    public void EmbeddingHead_improves_retrieval_of_what_it_has_not_seen()
    {
        string[] lines = SampleProgram.Run("EmbeddingHead");
        Assert.Equal(2, lines.Length);
        double[] precisions = [.. lines.Select(static line => Number(line.Split(' ')[^1]))];
        Assert.True(precisions[1] > precisions[0] + 0.2, string.Join('\n', lines));
    }

    [Fact]
    public void EmbeddingHead_records_the_embeddings_that_it_contains()
    {
        using TemporaryFolder temp = new();
        SampleProgram.Run("EmbeddingHead", temp["embeddings.npy"]);
        Assert.Equal(
            File.ReadAllBytes(RepositoryRoot.File("samples", "EmbeddingHead", "embeddings.npy")),
            File.ReadAllBytes(temp["embeddings.npy"]));
    }

    /// <summary>The ten tasks of docs/getting-started.md.</summary>
    [Theory]
    [InlineData("FirstLoss")]
    [InlineData("Classifier")]
    [InlineData("ImageMetrics")]
    [InlineData("CustomGan")]
    [InlineData("CustomLoss")]
    [InlineData("SiamesePort")]
    [InlineData("Resume")]
    [InlineData("WebService")]
    [InlineData("AsyncTraining")]
    [InlineData("NativeAot")]
    public void A_task_has_at_most_forty_lines(string sample) =>
        Assert.InRange(File.ReadAllLines(RepositoryRoot.File("samples", sample, "Program.cs")).Length, 10, 40);

    static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}

/// <summary>Samples draw from the default stream and write to the console: they run alone.</summary>
[CollectionDefinition(nameof(SampleTests), DisableParallelization = true)]
public class SampleCollection;
