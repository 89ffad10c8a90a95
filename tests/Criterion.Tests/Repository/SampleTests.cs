using System.Globalization;

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

    static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}

/// <summary>Samples draw from the default stream and write to the console: they run alone.</summary>
[CollectionDefinition(nameof(SampleTests), DisableParallelization = true)]
public class SampleCollection;
