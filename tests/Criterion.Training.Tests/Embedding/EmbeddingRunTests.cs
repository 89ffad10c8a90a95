using Criterion.Formats;
using Criterion.Losses;
using Criterion.Metrics;
using Criterion.Nn;

namespace Criterion.Training.Tests;

public sealed class EmbeddingRunTests : IDisposable
{
    static readonly EmbeddingNetwork Encoder = new(width: 2, head: 8);

    readonly TempFolder _temp = new();

    static ImageDataset Data { get; } = Levels(160, classes: 8);

    /// <summary>Every loss by its name, and the learning rate and share of the loss that 60 steps leave.</summary>
    public static TheoryData<string> Losses => [.. EmbeddingNames.All.Append("triplet")];

    public void Dispose() => _temp.Dispose();

    // What is left of the way from the loss of equal embeddings down to 0 is no measure for losses with a floor: the order of classes is.
    [Theory]
    [MemberData(nameof(Losses))]
    public void Any_loss_learns_to_bring_classes_together(string loss)
    {
        IEmbeddingLoss parsed = EmbeddingNames.Parse(loss);
        EmbeddingOptions options = new() { Loss = parsed, Views = parsed is IViewLoss, BatchSize = 32, LearningRate = 1e-2 };
        Sequential encoder = Encoder.Build(new RandomStream(1));
        EmbeddingTrainer trainer = new(encoder, Data, options with { Augmentation = Mild(options) }, Encoder.Head);
        EmbeddingStep[] steps = [.. Enumerable.Range(0, 60).Select(_ => trainer.Step())];

        Assert.True(
            steps[^10..].Average(static step => step.Loss) < steps[..5].Average(static step => step.Loss),
            $"{steps[..5].Average(static step => step.Loss)} -> {steps[^10..].Average(static step => step.Loss)}");
        Assert.All(steps, static step => Assert.InRange(step.Spread, 1e-3, 1));
        Assert.All(steps, static step => Assert.True(double.IsFinite(step.CollapsedLoss)));
        Assert.InRange(PrecisionAtOne(encoder), parsed is IViewLoss ? 0.25 : 0.6, 1);
    }

    // The mean of an image tells its class, which other brightness and contrast would hide.
    static ViewAugmentation? Mild(EmbeddingOptions options) =>
        options.Views ? new ViewAugmentation(crop: 0.8, brightness: 0, contrast: 0) : null;

    static double PrecisionAtOne(Sequential encoder) =>
        new RetrievalEvaluator(depth: 1).Evaluate(encoder.InBatches(Data.Images), Data.Labels!).PrecisionAt(1).Value;

    [Fact]
    public void Pairs_are_half_similar_and_truly_so()
    {
        PairSampler sampler = new(Data, 64, new RandomStream(3));
        (Tensor first, Tensor second, Tensor target) = sampler.Pairs();
        long[] a = Classes(first);
        long[] b = Classes(second);

        Assert.Equal(0, target.Sum().Item());
        Assert.All(Enumerable.Range(0, 64), i => Assert.Equal(target[i].Item() > 0, a[i] == b[i]));
        Assert.False(first[0].ToArray<float>().SequenceEqual(second[0].ToArray<float>()));
        Assert.Equal(8, a.Distinct().Count());
    }

    [Fact]
    public void Triplets_hold_two_of_a_kind_and_one_other()
    {
        (Tensor anchor, Tensor positive, Tensor negative) = new PairSampler(Data, 32, new RandomStream(3)).Triplets();
        Assert.Equal(Classes(anchor), Classes(positive));
        Assert.DoesNotContain(Classes(anchor).Zip(Classes(negative)), static pair => pair.First == pair.Second);
    }

    [Fact]
    public void A_run_measures_unseen_classes_and_goes_on_bit_for_bit()
    {
        EmbeddingRunRecord whole = Run("whole", new CancellationTokenSource(), stopAfter: null);
        Run("parts", new CancellationTokenSource(), stopAfter: 5);
        Checkpoint checkpoint = new CheckpointFolder(_temp["parts/checkpoints"]).Latest();
        EmbeddingRun rest = EmbeddingRun.Resume((EmbeddingRunRecord)RunFolder.ReadRecord(_temp["parts"]), Data, checkpoint);
        using (RunFolder folder = RunFolder.Reopen<EmbeddingStep>(_temp["parts"], checkpoint.Step))
        {
            rest.Execute(folder, cancellation: TestContext.Current.CancellationToken);
        }

        Assert.Equal(5, checkpoint.Step);
        Assert.Equal(File.ReadAllBytes(_temp["whole/encoder.safetensors"]), File.ReadAllBytes(_temp["parts/encoder.safetensors"]));
        Assert.InRange(whole.Quality!.PrecisionAtOne.Value, 0, 1);
        Assert.Equal(whole, RunJson.Read(File.ReadAllText(_temp["whole/run.json"])));
    }

    [Fact]
    public void A_loss_that_is_no_number_stops_the_training_and_says_where_it_came_from()
    {
        EmbeddingTrainer trainer = new(Broken(out _), Data, EmbeddingOptions.Siamese with { BatchSize = 8 });
        string message = Assert.ThrowsAny<TrainingException>(() => trainer.Step()).Message;

        Assert.Contains("The loss became NaN in step 1.", message, StringComparison.Ordinal);
        Assert.Contains("The first tensor that is not finite is encoder.0.weight [2, 1, 4, 4]: 1 of 32 "
            + "values.", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Steps_without_numbers_can_be_skipped()
    {
        Nn.Sequential encoder = Broken(out Tensor weight);
        EmbeddingTrainer trainer = new(encoder, Data, EmbeddingOptions.Siamese with { BatchSize = 8, OnNan = NanPolicy.Skip });
        float[] before = weight.ToArray<float>();

        Assert.Equal((1L, 1L), (trainer.Step().Skipped, trainer.StateDict()["step"].ToArray<long>()[1]));
        Assert.Equal(before, weight.ToArray<float>());
    }

    [Fact]
    public void Data_without_labels_or_classes_is_refused()
    {
        Assert.Contains("no labels",
            Assert.Throws<TrainingException>(() => new PairSampler(new ImageDataset("x", Data.Images), 4, new RandomStream(1))).Message,
            StringComparison.Ordinal);
        Assert.Contains("pairs need two",
            Assert.Throws<TrainingException>(() => new PairSampler(new ImageDataset("x", Data.Images,
            Tensor.Zeros([Data.Count], DType.Int64)), 4, new RandomStream(1))).Message, StringComparison.Ordinal);
        Assert.Contains("held-out classes",
            Assert.Throws<TrainingException>(() => new EmbeddingRun(new EmbeddingOptions { HeldOut = [98, 99] }, Encoder, Data)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Classes_to_hold_out_suit_the_data()
    {
        Assert.Equal([5, 7, 8], new EmbeddingOptions { HeldOut = [1, 2] }.For(ImageDataset.FashionMnist(8)).HeldOut);
        Assert.Equal([6, 7], new EmbeddingOptions().For(Data).HeldOut);
        Assert.Equal([3, 4], new EmbeddingOptions().For(Levels(40, classes: 5)).HeldOut);
        Assert.Empty(new EmbeddingOptions().For(Levels(40, classes: 4)).HeldOut);
        Assert.Contains("a subfolder of its name", Assert.Throws<TrainingException>(
            () => new EmbeddingOptions().For(new ImageDataset("x", Data.Images))).Message, StringComparison.Ordinal);
    }

    // In the order of a folder, the first half of the held-out images would be of one class alone.
    [Fact]
    public void Both_parts_that_are_measured_have_all_held_out_classes()
    {
        ImageDataset shuffled = Levels(80, classes: 4);
        ImageDataset sorted = shuffled.Select(Enumerable.Range(0, 80).OrderBy(i => shuffled.Labels!.ToArray<long>()[i]));
        foreach (ImageDataset data in (ImageDataset[])[shuffled, sorted])
        {
            HeldOutImages classes = HeldOutImages.Of(data, [2, 3]);
            Assert.Equal((40, 20, 20), (classes.Learned.Count, classes.Measured.Count, classes.Others.Count));
            Assert.Equal([2, 3], Distinct(classes.Measured));
            Assert.Equal([2, 3], Distinct(classes.Others));
            Assert.Equal([0, 1], Distinct(classes.Learned));

            HeldOutImages images = HeldOutImages.Of(data, []);
            Assert.Equal((64, 8, 8), (images.Learned.Count, images.Measured.Count, images.Others.Count));
            Assert.All(
                (ImageDataset[])[images.Learned, images.Measured, images.Others],
                static part => Assert.Equal([0, 1, 2, 3], Distinct(part)));
        }

        static IEnumerable<long> Distinct(ImageDataset part) => part.Labels!.ToArray<long>().Distinct().Order();
    }

    [Fact]
    public void Fashion_is_divided_as_before()
    {
        ImageDataset data = ImageDataset.FashionMnist(8);
        ImageDataset unseen = data.Only([5, 7, 8]);
        HeldOutImages parts = HeldOutImages.Of(data, [5, 7, 8]);
        Assert.Equal(unseen.Images[..1000].ToArray<float>(), parts.Measured.Images.ToArray<float>());
        Assert.Equal(unseen.Images[1000..2000].ToArray<float>(), parts.Others.Images.ToArray<float>());
    }

    [Fact]
    public void A_run_is_evaluated_later_as_at_its_end()
    {
        EmbeddingRunRecord record = Run("run", new CancellationTokenSource(), stopAfter: null);
        Assert.Equal(record.Quality, EmbeddingRun.Evaluate(record, EncoderFile.Read(_temp["run"]), Data));
        Assert.Contains("Restore the data", Assert.Throws<TrainingException>(
            () => EmbeddingRun.Evaluate(record, EncoderFile.Read(_temp["run"]), Levels(80, 8))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Colour_needs_no_option()
    {
        ImageDataset colour = Data.WithChannels(3);
        EmbeddingRun run = new(new EmbeddingOptions { HeldOut = [6, 7] }, Encoder, colour);
        Assert.Equal(3, run.Record.Encoder.Channels);
    }

    [Fact]
    public void Embeddings_of_the_same_class_are_found_and_others_are_not()
    {
        Tensor embeddings = Tensor.From(new double[,] { { 0.96, -0.28 }, { 0.9, 0.436 }, { 0, 1 }, { -0.8, 0.6 } });
        Tensor others = Tensor.From(new double[,] { { 1, 0 }, { -0.5, 0.5 }, { -0.5, -0.5 } });
        EmbeddingQuality perfect = EmbeddingQuality.Measure(
            embeddings, Tensor.From<long>([0, 0, 1, 1]), others, Tensor.From<long>([0, 1, 1]));
        EmbeddingQuality wrong = EmbeddingQuality.Measure(
            embeddings, Tensor.From<long>([0, 1, 0, 1]), others, Tensor.From<long>([0, 1, 1]));

        Assert.Equal((1.0, 1.0), (perfect.PrecisionAtOne.Value, perfect.Verification.AreaUnderCurve));
        Assert.Equal(0, wrong.PrecisionAtOne.Value);
        Assert.Equal(1.0 / 3, perfect.Chance, 1e-12);

        // Of the others the one similar pair is at a right angle: that is the threshold, at which one of four dissimilar pairs is accepted.
        Assert.Equal(0, perfect.Threshold, 1e-12);
        Assert.Equal((1 + 0.75) / 2, perfect.Accuracy.Value, 1e-12);
    }

    [Fact]
    public void Embeddings_are_compared_around_the_centre_of_others()
    {
        Tensor embeddings = Tensor.From(new double[,] { { 10, 1 }, { 10, 2 }, { 10, -1 }, { 10, -2 } });
        Tensor labels = Tensor.From<long>([0, 0, 1, 1]);
        EmbeddingQuality quality = EmbeddingQuality.Measure(embeddings, labels, embeddings * 1, labels);

        Assert.Equal((1.0, 1.0, 1.0), (quality.Verification.Accuracy, quality.Accuracy.Value, quality.PrecisionAtOne.Value));
        Assert.Equal(1, quality.Threshold, 1e-12);
    }

    [Fact]
    public void Verification_is_the_share_of_pairs_in_order()
    {
        // Worked out by hand: of 2 × 3 pairs of a similar and a dissimilar score, 4 are in order and one is tied.
        Verification verification = Verification.Measure([(0.9, true), (0.5, true), (0.7, false), (0.5, false), (0.1, false)]);

        Assert.Equal((1 + 1 + 1 + 0 + 0.5 + 1) / 6, verification.AreaUnderCurve, 1e-12);
        Assert.Equal(0.75, verification.Accuracy, 1e-12);
        Assert.Equal(0.9, verification.Threshold);
        Assert.InRange(verification.EqualErrorRate, 0.25, 0.5);
        Assert.Equal(
            (2.0 / 2 + (0.0 / 3)) / 2, Verification.AccuracyAt(-9, [(1, true), (2, true), (1, false), (0, false), (-9, false)]), 1e-12);
        Assert.Equal(
            (1.0 / 2 + (2.0 / 3)) / 2, Verification.AccuracyAt(1, [(1, true), (0.5, true), (1, false), (0, false), (-9, false)]), 1e-12);
        Assert.Throws<ArgumentException>(() => Verification.AccuracyAt(1, [(1, true)]));
        Assert.Throws<ArgumentException>(() => Verification.Measure([(1, true)]));
        Assert.Throws<ArgumentException>(() => Verification.Measure([(double.NaN, true), (1, false)]));
    }

    EmbeddingRunRecord Run(string folder, CancellationTokenSource stop, int? stopAfter)
    {
        using CancellationTokenSource source = stop;
        EmbeddingRun run = new(
            EmbeddingOptions.Siamese with { Steps = 8, BatchSize = 8, HeldOut = [6, 7] },
            Encoder,
            Data,
            sampleEvery: 4,
            checkpointEvery: 100);
        using RunFolder created = RunFolder.Create<EmbeddingStep>(_temp[folder]);
        return (EmbeddingRunRecord)run.Execute(created, step => Stop(step, stopAfter, source), source.Token);
    }

    [Fact]
    public void Many_images_in_the_order_of_their_classes_are_measured_in_all_classes()
    {
        long[] labels = [.. Enumerable.Range(0, 6000).Select(static i => (long)(i / 1000))];
        Tensor images = Tensor.Randn([labels.Length, 1, 2, 2], random: new RandomStream(1)).Clamp(-1, 1);
        HeldOutImages parts = HeldOutImages.Of(new ImageDataset("sorted", images, Tensor.From(labels)), [0, 1, 2, 3]);
        foreach (ImageDataset part in (ImageDataset[])[parts.Measured, parts.Others])
        {
            Assert.Equal(1000, part.Count);
            Assert.Equal(
                [250, 250, 250, 250], part.Labels!.ToArray<long>().GroupBy(static label => label).Select(static group => group.Count()));
        }
    }

    static Nn.Sequential Broken(out Tensor weight)
    {
        Nn.Sequential encoder = Encoder.Build(new RandomStream(1));
        weight = encoder.Parameters()[0];
        using (Autograd.NoGrad())
        {
            weight.AsSpan<float>()[5] = float.NaN;
        }

        return encoder;
    }

    static void Stop(EmbeddingStep step, int? after, CancellationTokenSource stop)
    {
        if (step.Step == after)
        {
            stop.Cancel();
        }
    }

    // Each class has a mean of its own.
    static long[] Classes(Tensor images) =>
        [.. images.Flatten(1).Mean(1).ToArray<float>().Select(static mean => (long)Math.Round((mean + 0.7) / 0.2))];

    /// <summary>Noisy pictures, whose mean tells the class; the classes take turns.</summary>
    internal static ImageDataset Levels(int count, int classes)
    {
        RandomStream random = new(5);
        long[] labels = [.. Enumerable.Range(0, count).Select(i => (long)(i % classes))];
        Tensor level = (Tensor.From(labels).To(DType.Float32) * 0.2) - 0.7;
        Tensor noise = Tensor.Randn([count, 1, 16, 16], random: random) * 0.05;
        return new ImageDataset("levels", level.Reshape(count, 1, 1, 1) + noise, Tensor.From(labels));
    }
}
