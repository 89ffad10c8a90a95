using Criterion.Formats;
using Criterion.Losses;
using Criterion.Nn;

namespace Criterion.Training.Tests;

/// <summary>Trainings on pairs of images: pix2pix and super-resolution.</summary>
public sealed class PairedTests : IDisposable
{
    static readonly UnetTranslator Unet = new(width: 2);
    static readonly PatchDiscriminator Discriminator = new(width: 2, layers: 1);
    static readonly PairedOptions Options = PairedOptions.Pix2Pix with { Steps = 6, BatchSize = 2, HeldOut = 4 };

    readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Theory]
    [InlineData(16, 16, 4)]
    [InlineData(32, 8, 3)]
    [InlineData(24, 40, 3)]
    public void A_U_Net_keeps_the_size_and_is_as_deep_as_the_sides_allow(int height, int width, int depth)
    {
        UnetTranslator network = (UnetTranslator)Unet.For((height, width));
        network.CheckFits((height, width), (height, width));
        Tensor images = Noise(1, 2, height, width);

        Assert.Equal(depth, network.Depth);
        Assert.Equal(images.Shape, network.Build(new(2)).Forward(images).Shape);
    }

    [Fact]
    public void Dropout_is_noise_in_training_alone()
    {
        Sequential network = (Unet with { Depth = 4 }).Build(new(2));
        Tensor images = Noise(1, 2);
        float[] Output() => network.Forward(images).ToArray<float>();

        Assert.NotEqual(Output(), Output());
        network.Eval();
        Assert.Equal(Output(), Output());
        Assert.Equal(3, (Unet with { Depth = 6 }).Build(new(2)).RandomStreams().Count());
    }

    [Fact]
    public void Sizes_that_a_U_Net_does_not_keep_are_refused()
    {
        AssertRefused("input images are 16×16 and the target images 8×8", () => Unet.For(16).CheckFits(16, 8));
        AssertRefused("15×16 can be halved 0 times", () => Unet.For((15, 16)).CheckFits((15, 16), (15, 16)));
        AssertRefused("A U-Net of depth 5", () => (Unet with { Depth = 5 }).CheckFits(16, 16));
        AssertRefused("Set Depth", () => Unet.Build(new(1)));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void A_super_resolver_enlarges_both_sides(int factor)
    {
        SuperResolver network = new(channels: 3, width: 4, blocks: 1, factor);
        Assert.Equal([2, 3, 5 * factor, 4 * factor], network.Build(new(2)).Forward(Noise(1, 2, 5, 4, 3)).Shape);
        AssertRefused($"factor {factor}", () => network.CheckFits(8, 8));
        AssertRefused("must be 2 or 4, but is 3", () => _ = network with { Factor = 3 });
    }

    [Fact]
    public void Each_step_moves_both_networks_by_their_own_losses()
    {
        (Sequential translator, Sequential discriminator) = Networks();
        PairedTrainer trainer = new(translator, discriminator, Pairs(), Options);
        (float[] before, float[] beside) = (First(translator), First(discriminator));
        PairedStep step = trainer.Step();

        Assert.True(step is { Step: 1, Pixel: > 0, Adversarial: > 0, Discriminator: > 0, TranslatorGradientNorm: > 0, Perceptual: 0 });
        Assert.NotEqual(before, First(translator));
        Assert.NotEqual(beside, First(discriminator));
    }

    [Fact]
    public void Pretraining_and_a_weight_of_0_leave_the_discriminator_alone()
    {
        foreach (PairedOptions options in (PairedOptions[])[Options with { Pretrain = 1 / 3.0 }, Options with { AdversarialWeight = 0 }])
        {
            (Sequential translator, Sequential discriminator) = Networks();
            PairedTrainer trainer = new(translator, discriminator, Pairs(), options);
            float[] before = First(discriminator);

            Assert.True(trainer.Step() is { Adversarial: double.NaN, Discriminator: double.NaN, Accuracy: double.NaN, Pixel: > 0 });
            trainer.Step();
            Assert.Equal(before, First(discriminator));
            Assert.Equal(options.Pretrain > 0, !double.IsNaN(trainer.Step().Adversarial));
        }
    }

    // A gradient is linear in the weights of the terms.
    [Fact]
    public void The_loss_is_the_weighted_sum_of_its_terms()
    {
        PairedOptions alone = Options with { AdversarialWeight = 0 };
        double pixel = FirstStep(alone).TranslatorGradientNorm;
        Assert.Equal(2 * pixel, FirstStep(alone with { PixelWeight = 200 }).TranslatorGradientNorm, pixel * 1e-5);
        double adversarial = FirstStep(Options with { PixelWeight = 0 }).TranslatorGradientNorm;
        Assert.Equal(3 * adversarial, FirstStep(Options with { PixelWeight = 0, AdversarialWeight = 3 }).TranslatorGradientNorm,
            adversarial * 1e-5);
        PairedStep perceptual = FirstStep(
            alone with { PixelWeight = 0, PerceptualWeight = 2, Perceptual = PerceptualOptions.Parse("fashion-classifier@relu2") });
        Assert.True(perceptual is { Perceptual: > 0, TranslatorGradientNorm: > 0 });
    }

    [Fact]
    public void Pixel_losses_are_those_of_their_names()
    {
        (PairedStep l1, PairedStep mse) = (FirstStep(Options), FirstStep(Options with { PixelLoss = PixelLoss.Mse }));
        Sequential translator = Networks().Translator;
        PairedImages pairs = Pairs();
        BatchSampler sampler = new(pairs.TrainingPlaces.Count, 2, new RandomStream(0).Fork(11));
        Tensor places = pairs.TrainingPlaces.IndexSelect(0, sampler.Next());
        Tensor error = translator.Forward(pairs.Input.Batch(places)) - pairs.Target.Batch(places);

        Assert.Equal(error.Abs().Mean().Item(), l1.Pixel, 1e-6);
        Assert.Equal(error.Square().Mean().Item(), mse.Pixel, 1e-6);
    }

    [Theory]
    [InlineData("none")]
    [InlineData("colour,translation,cutout,flip")]
    [InlineData("ada")]
    public void The_discriminator_sees_input_and_output_under_the_same_transform(string augment)
    {
        Probe discriminator = new(2);
        ImageDataset same = new("same", Noise(1, 12));
        PairedTrainer trainer = new(
            Networks().Translator, discriminator, new PairedImages(same, same, 4), Options with { Augment = Augmentation.Parse(augment) });
        const string Controller = "augmentation.controller.values";
        Dictionary<string, Tensor> state = trainer.StateDict().ToDictionary();
        if (state.ContainsKey(Controller))
        {
            // The first number is the probability, which begins at 0.
            state[Controller] = Tensor.From<double>([1, 0, 0, 0]);
            trainer.LoadStateDict(state);
        }

        trainer.Step();

        // The output in the step of the translator, the target, and the output again.
        (Tensor real, Tensor fake) = (discriminator.Seen[1], discriminator.Seen[2]);
        Assert.Equal([2, 2, 16, 16], real.Shape);
        Assert.Equal(real.Narrow(1, 0, 1).ToArray<float>(), real.Narrow(1, 1, 1).ToArray<float>());
        Assert.NotEqual(fake.Narrow(1, 0, 1).ToArray<float>(), fake.Narrow(1, 1, 1).ToArray<float>());
    }

    [Fact]
    public void The_discriminator_of_super_resolution_sees_the_output_alone_or_the_enlarged_input()
    {
        PairedImages pairs = PairedImages.Reduced(new ImageDataset("noise", Noise(1, 12)), 2, heldOut: 4);
        Probe alone = new(1);
        new PairedTrainer(Resolver().Build(new(1)), alone, pairs, Options with { View = DiscriminatorView.Output }).Step();
        Assert.Equal([2, 1, 16, 16], alone.Seen[0].Shape);
        Probe both = new(2);
        new PairedTrainer(Resolver().Build(new(1)), both, pairs, Options).Step();
        float[] input = both.Seen[0].Narrow(1, 0, 1).ToArray<float>();
        Assert.Equal((input[0], input[16]), (input[1], input[17]));
        Assert.Equal(input[0], input[16]);
    }

    [Theory]
    [InlineData("pix2pix")]
    [InlineData("super-resolution")]
    public void A_run_resumes_bit_for_bit_on_any_number_of_threads(string recipe)
    {
        PairedRunRecord whole = Execute(Create(recipe), "whole", threads: 1);
        Execute(Create(recipe), "parts", threads: 2, stopAfter: 3);
        Checkpoint checkpoint = new CheckpointFolder(_temp["parts/checkpoints"]).Latest();
        PairedRun rest = PairedRun.Resume((PairedRunRecord)RunFolder.ReadRecord(_temp["parts"]), checkpoint);
        using (RunFolder folder = RunFolder.Reopen<PairedStep>(_temp["parts"], checkpoint.Step))
        {
            rest.Execute(folder, cancellation: TestContext.Current.CancellationToken);
        }

        Assert.Equal(3, checkpoint.Step);
        Assert.Equal(File.ReadAllBytes(_temp["whole/translator.safetensors"]), File.ReadAllBytes(_temp["parts/translator.safetensors"]));
        PairedRunRecord read = (PairedRunRecord)RunFolder.ReadRecord(_temp["whole"]);
        Assert.Equal((whole.Options, whole.Translator, whole.Data), (read.Options, read.Translator, read.Data));
        Assert.Equal(7, File.ReadAllLines(_temp["parts/losses.csv"]).Length);
        Assert.True(File.Exists(_temp["whole/samples/step-000006.png"]));
        Assert.Equal(whole.Quality, PairedRun.Evaluate(_temp["whole"]));
        Assert.Contains("two held-out", File.ReadAllText(_temp["whole/report.html"]), StringComparison.Ordinal);
    }

    [Fact]
    public void Other_data_or_weights_than_before_are_refused()
    {
        Vgg19 network = new(new RandomStream(1));
        network.Save(_temp["vgg.safetensors"]);
        PairedOptions options = Options with { Steps = 1, Perceptual = PerceptualOptions.Parse($"{_temp["vgg.safetensors"]}@conv1_1") };
        PairedRunRecord record = Execute(Create("pix2pix", options), "run", threads: 2);
        Checkpoint checkpoint = new CheckpointFolder(_temp["run/checkpoints"]).Latest();
        PairedRun.Resume(record, checkpoint);

        Assert.True(CsvTable.Read(_temp["run/losses.csv"])["perceptual"][0] > 0);
        AssertRefused("its checksum is", () => PairedRun.Resume(record with { PerceptualChecksum = "0" }, checkpoint));
        Npy.Write(_temp["b.npy"], Noise(3, 12));
        AssertRefused("The run was trained on", () => PairedRun.Resume(record, checkpoint));
    }

    [Fact]
    public void An_unfinished_run_has_no_translator()
    {
        PairedRunRecord record = Create("pix2pix").Record;
        using (RunFolder folder = RunFolder.Create<PairedStep>(_temp["run"]))
        {
            folder.WriteRecord(record);
        }

        AssertRefused("the run is unfinished", () => PairedRun.ReadTranslator(_temp["run"]));
        AssertRefused("is not the folder of a run on pairs", () =>
        {
            Tiny.Run(_temp["gan"], Tiny.Recipe(steps: 1));
            PairedRun.ReadTranslator(_temp["gan"]);
        });
    }

    [Fact]
    public void Features_are_parsed_with_their_layers()
    {
        Assert.Null(PerceptualOptions.Parse("none"));
        Assert.Equal(
            new PerceptualOptions("fashion-classifier", ["relu1", "relu3"]), PerceptualOptions.Parse("fashion-classifier@relu1,relu3"));
        Assert.Equal(Path.GetFullPath("a@b.pth"), PerceptualOptions.Parse("a@b.pth@conv5_4")!.Network);
        AssertRefused("Invalid value '@relu1'", static () => PerceptualOptions.Parse("@relu1"));
        AssertRefused("Invalid value 'vgg.pth@'", static () => PerceptualOptions.Parse("vgg.pth@"));
        AssertRefused(
            "PairedOptions.Perceptual: FashionClassifier: there is no layer 'conv5_4'",
            () => FirstStep(Options with { Perceptual = new("fashion-classifier", ["conv5_4"]) }));
        AssertRefused("download vgg19-dcbb9e9d.pth", () => FirstStep(Options with { Perceptual = new("/nowhere.pth") }));
    }

    [Fact]
    public void Losses_without_a_term_are_refused()
    {
        AssertRefused("has no term", () => FirstStep(Options with { PixelWeight = 0, AdversarialWeight = 0 }));
        AssertRefused("PairedOptions.Pretrain", () => FirstStep(Options with { PixelWeight = 0, Pretrain = 0.5 }));
    }

    [Theory]
    [InlineData(1, 0.01, 0, 0, FindingKind.DiscriminatorWon)]
    [InlineData(0.9, 0.01, 0, 0, null)]
    [InlineData(double.NaN, double.NaN, 0, 0, null)]
    [InlineData(0.9, 1, 0.85, 0, FindingKind.LeakingAugmentation)]
    [InlineData(0.9, 1, 0, 1, FindingKind.SkippedSteps)]
    public void The_health_check_reports_what_lasts(
        double accuracy, double loss, double augmentation, int skipped, FindingKind? expected)
    {
        PairedMonitor monitor = new(new NonSaturatingGanLoss());
        Finding[] found =
        [
            .. Enumerable.Range(1, 400).SelectMany(i => monitor.Watch(new PairedStep
            {
                Step = i, Accuracy = accuracy, Discriminator = loss, Augmentation = augmentation, Skipped = skipped * i,
            })),
        ];

        Assert.Equal(expected, found.Length == 0 ? null : Assert.Single(found).Kind);
        Assert.All(found, static finding => Assert.Contains("PairedOptions.", finding.Message, StringComparison.Ordinal));
    }

    static PairedStep FirstStep(PairedOptions options)
    {
        (Sequential translator, Sequential discriminator) = Networks();
        return new PairedTrainer(translator, discriminator, Pairs(), options).Step();
    }

    static (Sequential Translator, Sequential Discriminator) Networks() =>
        ((Unet with { Depth = 4, Dropout = 0 }).Build(new(1)), (Discriminator with { Channels = 2 }).Build(new(2)));

    static PairedImages Pairs() => new(new ImageDataset("a", Noise(1, 12)), new ImageDataset("b", Noise(2, 12)), heldOut: 4);

    static SuperResolver Resolver() => new(width: 2, blocks: 1, factor: 2);

    static Tensor Noise(ulong seed, int count, int height = 16, int width = 16, int channels = 1) =>
        Tensor.Rand([count, channels, height, width], random: new RandomStream(seed), low: -1);

    static float[] First(Module network) => network.Parameters()[0].ToArray<float>();

    static void AssertRefused(string message, Action action) =>
        Assert.Contains(message, Assert.ThrowsAny<TrainingException>(action).Message, StringComparison.Ordinal);

    PairedRun Create(string recipe, PairedOptions? options = null)
    {
        Npy.Write(_temp["a.npy"], Noise(1, 12));
        Npy.Write(_temp["b.npy"], Noise(2, 12));
        DataArguments Load(string name) => DataArguments.Of([_temp[name]], null, ImageRange.MinusOneOne);
        return recipe == PairedRun.Pix2Pix
            ? PairedRun.CreatePix2Pix(
                options ?? Options, new SourcePairs(Load("a.npy"), Load("b.npy")), Unet, Discriminator, sampleEvery: 2,
                checkpointEvery: 100)
            : PairedRun.CreateSuperResolution(
                Options with { View = DiscriminatorView.Output, Pretrain = 1 / 3.0 }, Load("a.npy"), Resolver(), Discriminator,
                sampleEvery: 2, checkpointEvery: 100);
    }

    PairedRunRecord Execute(PairedRun run, string name, int threads, int? stopAfter = null)
    {
        int before = Compute.Threads;
        using CancellationTokenSource stop = new();
        using RunFolder folder = RunFolder.Create<PairedStep>(_temp[name]);
        try
        {
            Compute.Threads = threads;
            return run.Execute(folder, step => (step.Step == stopAfter ? stop : null)?.Cancel(), stop.Token);
        }
        finally
        {
            Compute.Threads = before;
        }
    }

    /// <summary>A discriminator of one convolution that keeps what it sees.</summary>
    sealed class Probe : Module
    {
        readonly Conv2d _layer;

        public Probe(int channels) => _layer = Child("layer", new Conv2d(channels, 1, 3, random: new(1)));

        public List<Tensor> Seen { get; } = [];

        public override Tensor Forward(Tensor input)
        {
            Seen.Add(input.Detach().Clone().Keep());
            return _layer.Forward(input);
        }
    }
}
