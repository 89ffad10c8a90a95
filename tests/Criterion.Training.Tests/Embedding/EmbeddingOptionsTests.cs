using Criterion.Formats;
using Criterion.Losses;
using Criterion.Nn;

namespace Criterion.Training.Tests;

/// <summary>What the options of an embedding training accept, and what a checkpoint of each kind of loss holds.</summary>
public sealed class EmbeddingOptionsTests : IDisposable
{
    static readonly EmbeddingNetwork Encoder = new(width: 2, head: 8);

    readonly TempFolder _temp = new();

    static ImageDataset Data { get; } = EmbeddingRunTests.Levels(160, classes: 8);

    public static TheoryData<EmbeddingOptions, string> Refused { get; } = new()
    {
        { new() { Loss = new NtXentLoss() }, "NtXentLoss compares two views of each image. Set EmbeddingOptions.Views" },
        { new() { Loss = new ArcFaceLoss(), Views = true }, "ArcFaceLoss needs labels, and EmbeddingOptions.Views trains without" },
        { new() { Loss = new SupConLoss(reduction: Reduction.None) }, "the reduction of SupConLoss is None" },
        { new() { Loss = new SupConLoss(), PerClass = 1 }, "needs from 2 to 16 images" },
        { new() { Loss = new ArcFaceLoss(), PerClass = 17 }, "needs up to 16 images" },
        { new() { Loss = new ContrastiveLoss(), PerClass = 4 }, "EmbeddingOptions.PerClass applies to" },
        { new() { Loss = new NPairLoss(), Memory = 256 }, "EmbeddingOptions.Memory applies to losses from labels that compare with" },
        { new() { Loss = new NcaLoss(), Momentum = 0.9 }, "Momentum: a slow copy of the encoder embeds images for the memory" },
        { new() { Loss = new NcaLoss(), Memory = 20 }, "20 embeddings are fewer than the 32 of a batch" },
    };

    public void Dispose() => _temp.Dispose();

    [Theory]
    [MemberData(nameof(Refused))]
    public void Options_that_contradict_each_other_are_refused(EmbeddingOptions options, string message) => Assert.Contains(
        message,
        Assert.Throws<TrainingException>(() => new EmbeddingRun(options with { HeldOut = [6, 7] }, Encoder, Data)).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Losses_that_need_the_size_of_an_embedding_ask_for_it() => Assert.Contains(
        "Pass it as dimensions",
        Assert.Throws<TrainingException>(
            () => new EmbeddingTrainer(Encoder.Build(new RandomStream(1)), Data, new() { Loss = new ArcFaceLoss() })).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Names_are_those_of_the_catalogue_with_options()
    {
        Assert.Equal(new CosineEmbeddingLoss(0.5), EmbeddingNames.Parse("cosine-embedding"));
        Assert.Equal(new CosineEmbeddingLoss(0.2), EmbeddingNames.Parse("CosineEmbeddingLoss:margin=0.2"));
        Assert.Equal(new TripletMarginLoss(2), EmbeddingNames.Parse("triplet:margin=2"));
        Assert.Equal(new ArcFaceLoss(scale: 16, centres: 2), EmbeddingNames.Parse("arcface:scale=16,centres=2"));
        Assert.Equal(25, EmbeddingNames.All.Count);
        Assert.Equal(0.2, (new EmbeddingOptions { Loss = new CircleLoss() } with { Margin = 0.2 }).Margin);
        Assert.Throws<TrainingException>(() => new EmbeddingOptions { Loss = new SupConLoss(), Margin = 0.2 });
    }

    /// <summary>Every kind of loss with what its trainer holds: samplers, class weights, a memory, a predictor.</summary>
    public static TheoryData<string, string[]> Kinds { get; } = new()
    {
        { "arc-face:scale=16", ["batches.place", "encoder.classes.weight"] },
        { "batch-contrastive", ["batches.place", "memory.embeddings", "memory.labels", "memory.place"] },
        { "cosent", ["pairs.random.position"] },
        { "negative-cosine", ["batches.place", "encoder.predictor.0.weight"] },
        { "nt-xent", ["batches.place"] },
        { "sup-con", ["batches.place", "memory.embeddings", "momentum.0.weight"] },
        { "triplet", ["pairs.random.position"] },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_run_of_any_kind_resumes_with_the_same_bits(string loss, string[] state)
    {
        IEmbeddingLoss parsed = EmbeddingNames.Parse(loss);
        EmbeddingOptions options = new()
        {
            Loss = parsed,
            Views = parsed is IViewLoss,
            Memory = parsed is IKeyedLabelLoss ? 40 : 0,
            Momentum = parsed is SupConLoss ? 0.9 : 0,
            Augmentation = new(),
            Steps = 9,
            BatchSize = 16,
            HeldOut = [6, 7],
        };
        EmbeddingRun whole = new(options, Encoder, Data);
        whole.Execute(RunFolder.Create<EmbeddingStep>(_temp["whole"]), cancellation: TestContext.Current.CancellationToken);
        using (CancellationTokenSource stop = new())
        {
            RunFolder parts = RunFolder.Create<EmbeddingStep>(_temp["parts"]);
            new EmbeddingRun(options, Encoder, Data).Execute(parts, step => StopAt(4, step, stop), stop.Token);
        }

        Checkpoint checkpoint = new CheckpointFolder(_temp["parts/checkpoints"]).Latest();
        EmbeddingRun rest = EmbeddingRun.Resume((EmbeddingRunRecord)RunFolder.ReadRecord(_temp["parts"]), Data, checkpoint);
        rest.Execute(RunFolder.Reopen<EmbeddingStep>(_temp["parts"], checkpoint.Step), cancellation: TestContext.Current.CancellationToken);

        Assert.Equal(4, checkpoint.Step);
        Assert.All(state, name => Assert.Contains(name, checkpoint.State.Keys));
        Checkpoint end = new CheckpointFolder(_temp["parts/checkpoints"]).Latest();
        foreach ((string name, Tensor value) in new CheckpointFolder(_temp["whole/checkpoints"]).Latest().State)
        {
            Assert.Equal(value.To(DType.Float64).ToArray<double>(), end.State[name].To(DType.Float64).ToArray<double>());
        }

        Assert.Equal(whole.Record.Quality, rest.Record.Quality);
        Assert.Equal(options, ((EmbeddingRunRecord)RunFolder.ReadRecord(_temp["whole"])).Options);
    }

    [Fact]
    public void Class_weights_have_a_learning_rate_of_their_own()
    {
        double still = Moved(0);
        double slow = Moved(1e-3);
        Assert.Equal(0, still);
        Assert.Equal(10 * slow, Moved(1e-2), 0.2 * slow);

        static double Moved(double rate)
        {
            EmbeddingTrainer trainer = new(
                Encoder.Build(new RandomStream(1)),
                Data,
                new() { Loss = new CosFaceLoss(scale: 8), BatchSize = 16, ClassLearningRate = rate },
                Encoder.Head);
            Tensor before = trainer.StateDict()["encoder.classes.weight"].Clone();
            trainer.Step();
            return (trainer.StateDict()["encoder.classes.weight"] - before).Abs().Max().Item();
        }
    }

    [Theory]
    [InlineData("batch-contrastive")]
    [InlineData("sup-con")]
    public void A_memory_adds_earlier_embeddings_to_the_comparison(string loss)
    {
        EmbeddingOptions options = new() { Loss = EmbeddingNames.Parse(loss), BatchSize = 16 };
        EmbeddingTrainer without = new(Encoder.Build(new RandomStream(1)), Data, options);
        EmbeddingTrainer with = new(Encoder.Build(new RandomStream(1)), Data, options with { Memory = 32, MemoryAfter = 2 }, Encoder.Head);
        double[] plain = [.. Enumerable.Range(0, 4).Select(_ => without.Step().Loss)];
        double[] joined = [.. Enumerable.Range(0, 4).Select(_ => with.Step().Loss)];

        Assert.Equal(plain[..2], joined[..2]);
        Assert.NotEqual(plain[2], joined[2]);
        Assert.Equal(new Shape(32, 8), with.StateDict()["memory.embeddings"].Shape);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.5)]
    public void A_memory_holds_what_a_slow_copy_of_the_encoder_computes(double momentum)
    {
        EmbeddingOptions options = new()
        {
            Loss = new BatchContrastiveLoss(),
            BatchSize = 16,
            Memory = 16,
            Augmentation = null,
            Momentum = momentum,
        };
        (Sequential encoder, Sequential slow) = (Encoder.Build(new RandomStream(1)), Encoder.Build(new RandomStream(2)));
        EmbeddingTrainer trainer = new(encoder, Data, options, Encoder.Head, slow);
        Tensor first = encoder.Parameters()[0].Clone();
        trainer.Step();
        IReadOnlyDictionary<string, Tensor> state = trainer.StateDict();
        Tensor followed = state.GetValueOrDefault("momentum.0.weight", first);
        Tensor expected = momentum == 0 ? first : (first + state["encoder.network.0.weight"]) / 2;

        Assert.Equal(expected.ToArray<float>(), followed.ToArray<float>(), static (a, b) => Math.Abs(a - b) < 1e-6f);
        Assert.Equal(momentum > 0, state.ContainsKey("momentum.0.weight"));
        Assert.All(state["memory.embeddings"].Square().Sum(1).ToArray<float>(), static norm => Assert.Equal(1, norm, 1e-5f));
    }

    [Fact]
    public void A_slow_copy_needs_a_second_encoder() => Assert.Contains(
        "Pass it as slowEncoder",
        Assert.Throws<TrainingException>(static () => new EmbeddingTrainer(
            Encoder.Build(new RandomStream(1)), Data, new() { Loss = new NcaLoss(), Memory = 96, Momentum = 0.9 }, Encoder.Head)).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Class_balanced_batches_have_as_many_images_of_each_class()
    {
        CountingLoss loss = new();
        EmbeddingTrainer trainer = new(
            Encoder.Build(new RandomStream(1)), Data, new() { Loss = loss, BatchSize = 22, PerClass = 5 }, Encoder.Head);
        trainer.Step();
        Assert.Equal([5, 5, 5, 5], loss.Counts);
        new EmbeddingTrainer(Encoder.Build(new RandomStream(1)), Data, new() { Loss = loss, BatchSize = 22 }, Encoder.Head).Step();
        Assert.Equal([2, 2, 2, 2, 2, 2, 2, 2], loss.Counts);
    }

    [Fact]
    public void Images_without_labels_are_trained_by_views_and_measured_by_finding_them()
    {
        ImageDataset unlabelled = new("mine", Data.Images);
        EmbeddingOptions options = new() { Loss = new NtXentLoss(), Views = true, Steps = 30, LearningRate = 1e-2 };
        options = options.For(unlabelled);
        EmbeddingRun run = new(options, Encoder, unlabelled);
        run.Execute(RunFolder.Create<EmbeddingStep>(_temp["views"]), cancellation: TestContext.Current.CancellationToken);
        EmbeddingQuality quality = run.Record.Quality!;

        Assert.Empty(options.HeldOut);
        Assert.Equal(1.0 / 31, quality.Chance, 1e-12);
        Assert.InRange(quality.PrecisionAtOne.Value, 2 * quality.Chance, 1);
        Assert.Equal(quality, EmbeddingRun.Evaluate(run.Record, EncoderFile.Read(_temp["views"]), unlabelled));
        Assert.Contains("at least 20 are needed", Assert.Throws<TrainingException>(
            () => new EmbeddingRun(options, Encoder, unlabelled.Select(Enumerable.Range(0, 19)))).Message, StringComparison.Ordinal);
        Assert.Contains("has no labels", Assert.Throws<TrainingException>(
            () => new EmbeddingOptions().For(unlabelled)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_loss_of_labels_takes_the_views_of_an_image_as_its_class()
    {
        EmbeddingOptions options = new() { Views = true, BatchSize = 16 };
        double pairs = Step(options with { Loss = new NtXentLoss(0.1) });
        Assert.Equal(pairs, Step(options with { Loss = new SupConLoss(0.1) }), 1e-5);

        static double Step(EmbeddingOptions options) => new EmbeddingTrainer(Encoder.Build(new RandomStream(1)), Data, options).Step().Loss;
    }

    static void StopAt(int last, EmbeddingStep step, CancellationTokenSource stop)
    {
        if (step.Step == last)
        {
            stop.Cancel();
        }
    }

    /// <summary>Counts the images of each class of a batch.</summary>
    sealed record CountingLoss : ILabelLoss
    {
        public int[] Counts { get; private set; } = [];

        public Tensor Forward(Tensor embeddings, Tensor labels)
        {
            Counts = [.. labels.ToArray<long>().CountBy(static label => label).Select(static group => group.Value)];
            return embeddings.Sum();
        }
    }
}
