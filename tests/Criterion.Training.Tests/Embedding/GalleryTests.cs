using Criterion.Formats;
using Criterion.Losses;
using Criterion.Nn;

namespace Criterion.Training.Tests;

/// <summary>Searching by embeddings: the re-identification example of the documents, on a trained encoder.</summary>
public sealed class GalleryTests : IDisposable
{
    readonly TempFolder _temp = new();

    /// <summary>Images of four classes, of which the mean tells the class.</summary>
    static ImageDataset Data { get; } = EmbeddingRunTests.Levels(1200, classes: 4);

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void A_query_is_found_in_a_gallery_of_a_thousand_by_a_run_of_its_folder()
    {
        EmbeddingRun run = new(EmbeddingOptions.Siamese with { Steps = 60, BatchSize = 32, LearningRate = 1e-2, HeldOut = [2, 3] },
            new EmbeddingNetwork(width: 2, head: 8), Data);
        using (RunFolder folder = RunFolder.Create<EmbeddingStep>(_temp["run"]))
        {
            run.Execute(folder, cancellation: TestContext.Current.CancellationToken);
        }

        Sequential encoder = EncoderFile.Read(_temp["run"]);
        RetrievalTask task = RetrievalTask.Of(Data, query: 2, [0, 1, 2, 3], same: 100, others: 800);
        GallerySearch found = new Gallery(encoder, task.Gallery).Search(task.Query);
        RetrievalQuality quality = found.Measure(task.IsSame);

        Assert.Equal(new Shape(900, 32), found.Gallery.Shape);
        Assert.Equal(100, quality.Hits.Count(static hit => hit));
        Assert.Equal(Enumerable.Range(0, 900), found.Ranking.Order());
        Assert.True(quality.AveragePrecision > 3 * quality.Chance, $"average precision {quality.AveragePrecision}, guessing "
            + $"{quality.Chance}");

        // The documents' own lines.
        Tensor query = found.Query[0];
        Tensor target = Tensor.Cat([Tensor.Ones([100]), Tensor.Ones([800]) * -1]);
        Assert.Equal(new CosineEmbeddingLoss(0.1).Forward(query.Unsqueeze(0).Expand(900, 32), found.Gallery, target).Item(), quality.Loss);
    }

    [Fact]
    public void The_ranking_goes_by_the_cosine_and_its_quality_is_worked_out_by_hand()
    {
        GallerySearch found = new(
            Tensor.From(new double[] { 2, 0 }), Tensor.From(new double[,] { { 0, 3 }, { 1, 1 }, { -1, 0 }, { 5, 0 } }));
        RetrievalQuality quality = found.Measure([false, true, false, true], margin: 0.1);
        RetrievalQuality worst = found.Measure([false, false, true, false]);

        Assert.Equal([3, 1, 0, 2], found.Ranking);
        Assert.Equal(
            [0, Math.Sqrt(0.5), -1, 1], found.Cosines.Select(static cosine => Math.Round(cosine, 15)), (a, b) => Math.Abs(a - b) < 1e-12);
        Assert.Equal((1, 1.0, 0.5, 1.0), (quality.FirstHit, quality.PrecisionAt(2), quality.Chance, quality.AveragePrecision));
        Assert.Equal((1 - Math.Sqrt(0.5)) / 4, quality.Loss, 1e-12);
        Assert.Equal((4, 0.25), (worst.FirstHit, worst.AveragePrecision));
        Assert.Throws<ArgumentException>(() => found.Measure([true]));
        Assert.Throws<ArgumentException>(() => found.Measure([false, false, false, false]));
        Assert.Throws<ArgumentOutOfRangeException>(() => quality.PrecisionAt(0));
    }

    [Fact]
    public void A_task_has_the_query_s_class_first_and_not_the_query()
    {
        RetrievalTask task = RetrievalTask.Of(Data, query: 6, [1, 2], same: 10, others: 20);

        Assert.Equal(30, task.Gallery.Count);
        Assert.Equal([.. Enumerable.Repeat(2L, 10), .. Enumerable.Repeat(1L, 20)], task.Gallery.Labels!.ToArray<long>());
        Assert.Equal(10, task.IsSame.TakeWhile(static same => same).Count());
        Assert.DoesNotContain(task.Gallery.Images.Split(1), image => image.ToArray<float>().SequenceEqual(task.Query.ToArray<float>()));
        Assert.Contains("of class 0", Refused(0, [1, 2]), StringComparison.Ordinal);
        Assert.Contains("there are 1200 images", Refused(1200, [1, 2]), StringComparison.Ordinal);
        Assert.Contains("10000 are asked for", Refused(1, [1, 2], others: 10_000), StringComparison.Ordinal);

        static string Refused(int query, int[] classes, int others = 1) =>
            Assert.Throws<TrainingException>(() => RetrievalTask.Of(Data, query, classes, 1, others)).Message;
    }

    [Fact]
    public void Other_sizes_and_other_files_are_refused()
    {
        Gallery gallery = new(new EmbeddingNetwork(width: 2).Build(new RandomStream(1)), Data);
        Assert.Contains("Load both with the same size",
            Assert.Throws<ShapeException>(() => gallery.Search(Tensor.Zeros([1, 8, 8]))).Message, StringComparison.Ordinal);
        Assert.Contains(
            "There is no", Assert.Throws<TrainingException>(() => EncoderFile.Read(_temp["nowhere"])).Message, StringComparison.Ordinal);

        Dictionary<string, string> claim = new() { ["architecture"] = "embedding" };
        Safetensors.Write(_temp["other"], [new("x", Tensor.Ones([2]))]);
        Safetensors.Write(_temp["claimed"], [new("x", Tensor.Ones([2]))], claim);
        Safetensors.Write(
            _temp["huge"],
            [new("0.weight", Tensor.Ones([100_000, 1, 1, 1])), new("3.weight", Tensor.Ones([1, 1, 1, 1])),
                new("6.weight", Tensor.Ones([1, 1, 1, 1])), new("11.weight", Tensor.Ones([1, 1]))],
            claim);
        Assert.All(["other", "claimed", "huge"], file => Assert.Throws<TrainingException>(() => EncoderFile.Read(_temp[file])));
    }

    [Fact]
    public void An_encoder_comes_back_as_it_was()
    {
        Sequential encoder = new EmbeddingNetwork(channels: 3, width: 3, head: 5).Build(new RandomStream(1));
        Tensor images = Tensor.Rand([4, 3, 16, 16], random: new RandomStream(2), low: -1);
        encoder.Train().Forward(images);
        EncoderFile.Write(_temp["encoder"], encoder);

        Assert.Equal(encoder.InBatches(images).ToArray<float>(), EncoderFile.Read(_temp["encoder"]).Forward(images).ToArray<float>());
    }
}
