using Criterion.Formats;
using Criterion.Losses;
using static Criterion.Cli.Tests.ToolRun;

namespace Criterion.Cli.Tests;

/// <summary><c>criterion search</c> on one short run of Fashion-MNIST.</summary>
public sealed class SearchCommandTests : IDisposable
{
    readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void The_nearest_are_listed_measured_and_drawn()
    {
        Train();
        EmbeddingRunRecord record = (EmbeddingRunRecord)RunFolder.ReadRecord(_temp["run"]);
        Assert.Equal((new CosineEmbeddingLoss(0.4), NanPolicy.Skip, 32),
            (record.Options.Loss, record.Options.OnNan, record.Encoder.Embedding));
        (int code, string output, _) = Run("search", _temp["run"], "--show", "5", "--out", _temp["found.png"]);

        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal((0, 7), (code, lines.Length));
        Assert.Matches("^   1  image +[0-9]+  cosine  [01]\\.[0-9]{3}  (same|another) class$", lines[0]);
        Assert.Matches(@"\(chance 10\s?%\)", lines[5]);
        Assert.Contains("CosineEmbeddingLoss with margin 0.1: 0.", lines[5], StringComparison.Ordinal);
        Assert.Contains("5 nearest of 1000", lines[6], StringComparison.Ordinal);
        Assert.Equal(new Shape(1, 66 + 2, (6 * 66) + 2), Png.Read(_temp["found.png"]).Shape);

        // One's own query and gallery, of another size: there is nothing to compare the classes with.
        Png.Write(_temp["query.png"], Tensor.RandInt(0, 256, [1, 20, 20], new RandomStream(1)).To(DType.UInt8));
        Npy.Write(_temp["gallery.npy"], Tensor.RandInt(0, 256, [7, 24, 24], new RandomStream(2)).To(DType.UInt8));
        (code, output, _) = Run("search", _temp["run"], "--query", _temp["query.png"], "--gallery", _temp["gallery.npy"], "--out",
            _temp["mine.png"]);
        Assert.Equal((0, 8), (code, output.TrimEnd().Split('\n').Length));
        Assert.DoesNotContain("class", output, StringComparison.Ordinal);

        AssertRefused("already exists", "--out", _temp["found.png"]);
        AssertRefused("of class 9", "--query", "0", "--out", _temp["x.png"]);
        AssertRefused("There is no image 10000", "--query", "10000", "--gallery", _temp["gallery.npy"], "--out", _temp["x.png"]);
        AssertRefused("There is no such file", "--query", "nothing.png", "--out", _temp["x.png"]);
    }

    [Fact]
    public void Only_a_run_of_train_siamese_can_be_searched_with()
    {
        Tiny.Run(_temp["run"], Tiny.Recipe(steps: 1));
        AssertRefused("is not a run of train embedding or train siamese", "--out", _temp["x.png"]);
    }

    void AssertRefused(string message, params string[] args)
    {
        (int code, _, string error) = Run(["search", _temp["run"], .. args]);
        Assert.Equal(1, code);
        Assert.Contains(message, error, StringComparison.Ordinal);
    }

    void Train() =>
        Succeeded(Run("train", "siamese", "--steps", "1", "--batch", "4", "--width", "2", "--margin", "0.4", "--on-nan", "skip", "--out",
            _temp["run"]));
}
