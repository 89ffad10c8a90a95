using Criterion.Losses;
using Criterion.Formats;
using Criterion.Nn;

namespace Criterion.Training.Tests;

public sealed class CycleGanTests : IDisposable
{
    static readonly ResnetTranslator Translator = new(width: 2, blocks: 1);
    static readonly PatchDiscriminator Discriminator = new(width: 2, layers: 1);
    static readonly CycleGanOptions Options = new() { Steps = 4, BatchSize = 2, PoolSize = 3 };

    readonly TempFolder _temp = new();

    static ImageDataset Data(ulong seed, int side = 12) =>
        new($"noise {seed}", Tensor.Rand([10, 1, side, side], random: new RandomStream(seed), low: -1));

    public void Dispose() => _temp.Dispose();

    [Theory]
    [InlineData(12, 16)]
    [InlineData(16, 20)]
    public void Translators_keep_the_size_and_discriminators_judge_patches(int height, int width)
    {
        Tensor images = Tensor.Rand([2, 1, height, width], random: new RandomStream(1));
        Assert.Equal(images.Shape, Translator.Build(new RandomStream(2)).Forward(images).Shape);
        Tensor logits = Discriminator.Build(new RandomStream(3)).Forward(images);
        Assert.Equal((2, 1), (logits.Shape[0], logits.Shape[1]));
        Assert.True(logits.Shape[2] > 1);
    }

    [Fact]
    public void The_papers_discriminator_sees_patches_of_70_pixels()
    {
        // A pixel further than 70 away changes nothing.
        Sequential network = new PatchDiscriminator(width: 2, layers: 3).Build(new RandomStream(1));
        int layers = network.OfType<Conv2d>().Count();
        Assert.Equal(5, layers);
        int field = 1;
        foreach (int stride in (int[])[1, 1, 2, 2, 2])
        {
            field = ((field - 1) * stride) + 4;
        }

        Assert.Equal(70, field);
    }

    [Fact]
    public void Each_step_moves_both_players_by_their_own_losses()
    {
        CycleGanNetworks networks = CycleGanNetworks.Build(Translator, Discriminator, new RandomStream(1));
        CycleGanTrainer trainer = new(networks, Data(1), Data(2), Options);
        float[][] before = [.. Weights(networks)];
        CycleStep step = trainer.Step();

        Assert.True(step is
        {
            Step: 1, Adversarial: > 0, Cycle: > 0, Identity: > 0, DiscriminatorA: > 0, DiscriminatorB: > 0,
            TranslatorGradientNorm: > 0
        });
        Assert.All(before.Zip(Weights(networks)), static pair => Assert.NotEqual(pair.First, pair.Second));
    }

    [Fact]
    public void Without_a_learning_rate_for_translators_alone_nothing_reaches_them_from_the_discriminators()
    {
        CycleGanNetworks networks = CycleGanNetworks.Build(Translator, Discriminator, new RandomStream(1));
        CycleGanTrainer trainer = new(networks, Data(1), Data(2), Options);
        trainer.Step();

        // What the discriminators learned from were images without history: their backward pass left the translators' gradients alone.
        float[] gradient = networks.AToB.Parameters()[0].Grad!.ToArray<float>();
        Assert.Contains(gradient, static g => g != 0);
        Assert.True(networks.DiscriminatorA.Parameters()[0].RequiresGrad);
    }

    [Fact]
    public void The_learning_rate_is_constant_and_then_falls_to_nothing()
    {
        CycleGanOptions options = new() { Steps = 100 };
        Assert.Equal(1, options.RateAt(0));
        Assert.Equal(1, options.RateAt(49));
        Assert.Equal(50.0 / 51, options.RateAt(50));
        Assert.Equal(1.0 / 51, options.RateAt(99));
    }

    [Fact]
    public void A_run_leaves_its_record_and_goes_on_bit_for_bit()
    {
        CycleGanRunRecord whole = Run("whole", 4);
        Run("parts", 4, stopAfter: 2);
        Checkpoint checkpoint = new CheckpointFolder(_temp["parts/checkpoints"]).Latest();
        CycleGanRunRecord stopped = (CycleGanRunRecord)RunFolder.ReadRecord(_temp["parts"]);
        CycleGanRun rest = CycleGanRun.Resume(stopped, checkpoint);
        using (RunFolder folder = RunFolder.Reopen<CycleStep>(_temp["parts"], checkpoint.Step))
        {
            rest.Execute(folder, cancellation: TestContext.Current.CancellationToken);
        }

        Assert.Equal(2, checkpoint.Step);
        Assert.Equal(File.ReadAllBytes(_temp["whole/a-to-b.safetensors"]), File.ReadAllBytes(_temp["parts/a-to-b.safetensors"]));
        Assert.Equal(File.ReadAllBytes(_temp["whole/b-to-a.safetensors"]), File.ReadAllBytes(_temp["parts/b-to-a.safetensors"]));
        Assert.Equal(whole.Options, ((CycleGanRunRecord)RunJson.Read(File.ReadAllText(_temp["whole/run.json"]))).Options);
        Assert.Equal(5, File.ReadAllLines(_temp["parts/losses.csv"]).Length);
    }

    [Fact]
    public void A_run_of_a_programs_own_objective_resumes_when_it_is_given_again()
    {
        WriteData();
        using CancellationTokenSource stop = new();
        CycleGanRun run = Create(Options with { Steps = 3, Objective = new ScaledGanLoss(0.5) }, Translator);
        using (RunFolder created = RunFolder.Create<CycleStep>(_temp["own"]))
        {
            run.Execute(created, step => Stop(step, 1, stop), stop.Token);
        }

        Checkpoint checkpoint = new CheckpointFolder(_temp["own/checkpoints"]).Latest();
        CycleGanRunRecord stopped = (CycleGanRunRecord)RunFolder.ReadRecord(_temp["own"]);

        Assert.Contains("custom objective ScaledGanLoss",
            Assert.Throws<CustomPartException>(() => CycleGanRun.Resume(stopped, checkpoint)).Message, StringComparison.Ordinal);
        Assert.Contains("the objective was ScaledGanLoss (scale 0.5), and now is ScaledGanLoss (scale 2)", Assert.Throws<TrainingException>(
            () => CycleGanRun.Resume(stopped, checkpoint, objective: new ScaledGanLoss(2))).Message, StringComparison.Ordinal);
        using RunFolder folder = RunFolder.Reopen<CycleStep>(_temp["own"], checkpoint.Step);
        CycleGanRunRecord record = CycleGanRun.Resume(stopped, checkpoint, objective: new ScaledGanLoss(0.5))
            .Execute(folder, cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(3, record.StepsDone);
    }

    sealed record ScaledGanLoss(double Scale) : GanLoss
    {
        public override Tensor Discriminator(Tensor real, Tensor fake) => (fake.Mean() - real.Mean()) * Scale;

        public override Tensor Generator(Tensor fake, Tensor? real = null) => fake.Mean() * -Scale;
    }

    [Fact]
    public void Domains_of_different_sizes_are_refused() => Assert.Contains(
        "images of the same size and channels",
        Assert.Throws<TrainingException>(() => new CycleGanTrainer(CycleGanNetworks.Build(Translator, Discriminator, new RandomStream(1)),
            Data(1), Data(2, 16), Options)).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Sizes_that_come_out_otherwise_are_refused()
    {
        WriteData();
        string message = Assert.Throws<TrainingException>(() => Create(Options, Translator with { Halvings = 3 })).Message;
        Assert.Contains("multiples of 8, but these images are 12×12. Resize them to 16", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Images_that_a_discriminator_shrinks_to_nothing_are_refused()
    {
        WriteData();
        string message = Assert.Throws<TrainingException>(() => Create(Options, Translator, new(width: 2, layers: 3))).Message;
        Assert.Contains("at least 24 pixels a side, but these are 12×12", message, StringComparison.Ordinal);

        // The least that it takes.
        Assert.Equal([1, 1, 1, 1], new PatchDiscriminator(width: 2, layers: 2).Build(new(1))
            .Forward(Data(1).Images[..1].Contiguous()).Shape.Dims.ToArray());
    }

    [Fact]
    public void Grey_images_go_with_coloured_ones_and_few_with_a_picture()
    {
        Npy.Write(_temp["a.npy"], Tensor.Rand([3, 1, 12, 12], random: new RandomStream(1)));
        Npy.Write(_temp["b.npy"], Tensor.Rand([2, 3, 12, 12], random: new RandomStream(2)));
        CycleGanRun run = Create(Options with { Steps = 1 }, Translator);
        using RunFolder folder = RunFolder.Create<CycleStep>(_temp["run"]);
        CycleGanRunRecord record = (CycleGanRunRecord)run.Execute(folder, cancellation: TestContext.Current.CancellationToken);

        Assert.Equal((3, 3), (record.Translator.Channels, record.Discriminator.Channels));
        Assert.True(File.Exists(_temp["run/a-to-b.safetensors"]));
    }

    [Fact]
    public void Pairs_that_are_measured_are_in_neither_domain()
    {
        ImageDataset data = Data(1);
        (ImageDataset garments, ImageDataset sketches, (Tensor Garments, Tensor Sketches) pairs) = Sketches.Unpaired(data, heldOut: 4);

        Assert.Equal((3, 3), (garments.Count, sketches.Count));
        Assert.Equal(data.Images[..4].ToArray<float>(), pairs.Garments.ToArray<float>());
        Assert.Equal(Sketches.Of(data.Images)[..4].ToArray<float>(), pairs.Sketches.ToArray<float>());
        Assert.Equal(data.Images[4..7].ToArray<float>(), garments.Images.ToArray<float>());
        Assert.Equal(Sketches.Of(data.Images[7..]).ToArray<float>(), sketches.Images.ToArray<float>());
        Assert.Throws<ArgumentOutOfRangeException>(() => Sketches.Unpaired(data, heldOut: 9));
    }

    [Fact]
    public void Sketches_are_lines_where_brightness_changes()
    {
        Tensor image = Tensor.Full([1, 1, 8, 8], -1);
        image[0, 0, .., 4..] = Tensor.Full([8, 4], 1.0);
        Tensor sketch = Sketches.Of(image);

        Assert.Equal(image.Shape, sketch.Shape);
        Assert.Equal(1, sketch[0, 0, 3, 4].Item(), 1e-6);
        Assert.Equal(-1, sketch[0, 0, 3, 1].Item(), 1e-6);
    }

    CycleGanRunRecord Run(string folder, int steps, int? stopAfter = null)
    {
        WriteData();
        using CancellationTokenSource stop = new();
        CycleGanRun run = Create(Options with { Steps = steps }, Translator);
        using RunFolder created = RunFolder.Create<CycleStep>(_temp[folder]);
        return (CycleGanRunRecord)run.Execute(created, step => Stop(step, stopAfter, stop), stop.Token);
    }

    void WriteData()
    {
        Npy.Write(_temp["a.npy"], Data(1).Images);
        Npy.Write(_temp["b.npy"], Data(2).Images);
    }

    CycleGanRun Create(CycleGanOptions options, ResnetTranslator translator, PatchDiscriminator? discriminator = null)
    {
        DataArguments Load(string name) => DataArguments.Of([_temp[name]], null, ImageRange.MinusOneOne);
        return CycleGanRun.Create(
            options, translator, discriminator ?? Discriminator, Load("a.npy"), Load("b.npy"), sampleEvery: 2, checkpointEvery: 100);
    }

    static void Stop(CycleStep step, int? after, CancellationTokenSource stop)
    {
        if (step.Step == after)
        {
            stop.Cancel();
        }
    }

    static IEnumerable<float[]> Weights(CycleGanNetworks networks) =>
        ((Module[])[networks.AToB, networks.BToA, networks.DiscriminatorA, networks.DiscriminatorB])
            .Select(static network => network.Parameters()[0].ToArray<float>());
}
