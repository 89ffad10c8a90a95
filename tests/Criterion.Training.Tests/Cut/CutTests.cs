using Criterion.Formats;
using Criterion.Losses;
using Criterion.Nn;

namespace Criterion.Training.Tests;

public sealed class CutTests : IDisposable
{
    static readonly ResnetTranslator Translator = new(width: 2, blocks: 1, halvings: 1);
    static readonly PatchDiscriminator Discriminator = new(width: 2, layers: 1);
    static readonly CutOptions Options = new() { Steps = 4, BatchSize = 2, Patches = 8 };

    readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void Each_step_moves_all_networks_by_their_own_losses()
    {
        CutNetworks networks = Networks();
        CutTrainer trainer = new(networks, Data(1), Data(2), Options);
        float[][] before = [.. Weights(networks)];
        CutStep step = trainer.Step();

        Assert.True(step is { Step: 1, Adversarial: > 0, Contrast: > 0, Identity: > 0, Discriminator: > 0, TranslatorGradientNorm: > 0 });
        Assert.All(before.Zip(Weights(networks)), static pair => Assert.NotEqual(pair.First, pair.Second));
    }

    [Fact]
    public void Weights_scale_their_contrasts_and_the_gradient()
    {
        CutStep Step(double contrast, double identity) => new CutTrainer(
            Networks(), Data(1), Data(2), Options with { ContrastWeight = contrast, IdentityWeight = identity, LearningRate = 0 }).Step();
        (CutStep one, CutStep other) = (Step(1, 1), Step(4, 0.5));
        Assert.Equal(4 * one.Contrast, other.Contrast, 1e-5);
        Assert.Equal(0.5 * one.Identity, other.Identity, 1e-5);
        Assert.NotEqual(one.TranslatorGradientNorm, other.TranslatorGradientNorm);
        Assert.Equal((one.Adversarial, one.Discriminator), (other.Adversarial, other.Discriminator));
    }

    // Images of B go through the translator only for their contrast.
    [Fact]
    public void FastCUT_has_ten_times_the_contrast_none_of_images_of_B_and_flips()
    {
        CutOptions fast = Options.AsFast();
        Assert.Equal((10, 0, true), (fast.ContrastWeight, fast.IdentityWeight, fast.FlipEquivariance));
        CutTrainer trainer = new(Networks(), Data(1), Data(2), fast);
        Assert.All(Enumerable.Range(0, 4).Select(_ => trainer.Step()), static step => Assert.Equal(0, step.Identity));
        Assert.NotEqual(
            Enumerable.Range(0, 4).Select(_ => trainer.Step().Contrast),
            Enumerable.Range(0, 4).Select(_ => new CutTrainer(
                Networks(), Data(1), Data(2), fast with { FlipEquivariance = false }).Step().Contrast));
    }

    [Fact]
    public void Layers_with_few_positions_use_all_of_them() => Assert.True(
        new CutTrainer(Networks(), Data(1), Data(2), Options with { Patches = 65536 }).Step().Contrast > 0);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_stopped_run_resumes_bit_for_bit_on_other_threads(bool isFast)
    {
        CutOptions options = isFast ? Options.AsFast() with { Steps = 6 } : Options with { Augment = new DiffAugment() };
        CutRunRecord whole = OnThreads(1, () => Run("whole", options));
        OnThreads(2, () => Run("parts", options, stopAfter: 2));
        Checkpoint checkpoint = new CheckpointFolder(_temp["parts/checkpoints"]).Latest();
        Assert.Equal(2, checkpoint.Step);
        CutRun rest = CutRun.Resume((CutRunRecord)RunFolder.ReadRecord(_temp["parts"]), checkpoint);
        using (RunFolder folder = RunFolder.Reopen<CutStep>(_temp["parts"], checkpoint.Step))
        {
            OnThreads(2, () => rest.Execute(folder, cancellation: TestContext.Current.CancellationToken));
        }

        Checkpoint[] last = [.. new[] { "whole", "parts" }.Select(run => new CheckpointFolder(_temp[$"{run}/checkpoints"]).Latest())];
        Assert.All(last[0].State, named => Assert.Equal(
            named.Value.To(DType.Float64).ToArray<double>(), last[1].State[named.Key].To(DType.Float64).ToArray<double>()));
        Assert.Equal(File.ReadAllBytes(_temp["whole/a-to-b.safetensors"]), File.ReadAllBytes(_temp["parts/a-to-b.safetensors"]));
        CutRunRecord read = (CutRunRecord)RunJson.Read(File.ReadAllText(_temp["parts/run.json"]));
        Assert.Equal((whole.Options, 8, "fastcut"), (read.Options, read.HeadWidth, read.Recipe));
        Assert.Null(CutRun.Evaluate(_temp["whole"]));
    }

    [Fact]
    public void A_translator_is_read_and_others_runs_are_refused()
    {
        Run("run", Options with { Steps = 1 });
        Tensor images = Data(1).Images;
        Assert.Equal(images.Shape, CutRun.ReadTranslator(_temp["run"]).Forward(images).Shape);
        File.Delete(_temp["run/a-to-b.safetensors"]);
        Says("the run is unfinished", () => CutRun.ReadTranslator(_temp["run"]));
        Tiny.Run(_temp["gan"], Tiny.Recipe(steps: 1));
        Says("is not the folder of a run of CUT", () => CutRun.ReadTranslator(_temp["gan"]));
        Says("is not the folder of a run of a CycleGAN", () => CycleGanRun.ReadTranslators(_temp["run"]));
    }

    [Fact]
    public void A_run_of_a_programs_own_objective_resumes_when_it_is_given_again()
    {
        Run("own", Options with { Steps = 3, Objective = new MeanGanLoss() }, stopAfter: 1);
        Checkpoint checkpoint = new CheckpointFolder(_temp["own/checkpoints"]).Latest();
        CutRunRecord stopped = (CutRunRecord)RunFolder.ReadRecord(_temp["own"]);
        Assert.Contains("custom objective MeanGanLoss",
            Assert.Throws<CustomPartException>(() => CutRun.Resume(stopped, checkpoint)).Message, StringComparison.Ordinal);
        Assert.Equal(3, CutRun.Resume(stopped, checkpoint, objective: new MeanGanLoss()).Record.Steps);
        Assert.Contains("the objective was MeanGanLoss, and now is HingeGanLoss", Assert.Throws<TrainingException>(
            () => CutRun.Resume(stopped, checkpoint, objective: new HingeGanLoss())).Message, StringComparison.Ordinal);
    }

    sealed record MeanGanLoss : GanLoss
    {
        public override Tensor Discriminator(Tensor real, Tensor fake) => fake.Mean() - real.Mean();

        public override Tensor Generator(Tensor fake, Tensor? real = null) => -fake.Mean();
    }

    [Fact]
    public void Mistakes_name_the_fix()
    {
        CutNetworks networks = Networks();
        Says("CutTrainer: both domains need images of the same size", () => new CutTrainer(networks, Data(1), Data(2, 16), Options));
        Says("CutOptions.Temperature: the value must be a positive number",
            () => new CutTrainer(networks, Data(1), Data(2), Options with { Temperature = 0 }));
        Says("CutOptions.Patches: the value must be a whole number from 2",
            () => new CutTrainer(networks, Data(1), Data(2), Options with { Patches = 1 }));
        Says("UnpairedOptions.BatchSize", () => new CutTrainer(networks, Data(1), Data(2), Options with { BatchSize = 0 }));
        WriteData();
        Says("multiples of 8, but these images are 12×12", () => Create(Options, Translator with { Halvings = 3 }));
        File.Delete(_temp["b.npy"]);
        Npy.Write(_temp["b.npy"], Data(3).Images);
        CutRunRecord record = Create(Options).Record;
        File.Delete(_temp["b.npy"]);
        Npy.Write(_temp["b.npy"], Data(2).Images);
        Checkpoint checkpoint = new(0, new CutTrainer(networks, Data(1), Data(2), Options).StateDict());
        Says("Restore the data", () => CutRun.Resume(record, checkpoint));
    }

    [Theory]
    [InlineData("images of A and B", true, false)]
    [InlineData("images of B", false, true)]
    public void A_loss_that_is_NaN_names_its_first_tensor(string what, bool inA, bool inB)
    {
        ImageDataset a = Data(1), b = Data(2);
        CutTrainer trainer = new(Networks(), Spoilt(a, inA), Spoilt(b, inB), Options.AsFast() with { BatchSize = 10 });
        string message = Assert.Throws<NotFiniteException>(() => trainer.Step()).Message;
        Assert.Contains($"The first tensor that is not finite is {what} [10, 1, 12, 12]", message, StringComparison.Ordinal);
    }

    static ImageDataset Spoilt(ImageDataset data, bool isSpoilt)
    {
        if (isSpoilt)
        {
            data.Stored[3, 0, 2, 2] = Tensor.Scalar(float.NaN);
        }

        return data;
    }

    static void Says(string message, Func<object> action) =>
        Assert.Contains(message, Assert.Throws<TrainingException>(action).Message, StringComparison.Ordinal);

    static T OnThreads<T>(int threads, Func<T> compute)
    {
        int before = Compute.Threads;
        Compute.Threads = threads;
        try
        {
            return compute();
        }
        finally
        {
            Compute.Threads = before;
        }
    }

    static ImageDataset Data(ulong seed, int side = 12) =>
        new($"noise {seed}", Tensor.Rand([10, 1, side, side], random: new RandomStream(seed), low: -1));

    static CutNetworks Networks() => CutNetworks.Build(Translator, Discriminator, new RandomStream(1), headWidth: 8);

    static IEnumerable<float[]> Weights(CutNetworks networks) =>
        ((Module[])[networks.Translator, networks.Discriminator, .. networks.Heads])
            .Select(static network => network.Parameters()[0].ToArray<float>());

    CutRunRecord Run(string folder, CutOptions options, int? stopAfter = null)
    {
        WriteData();
        using CancellationTokenSource stop = new();
        using RunFolder created = RunFolder.Create<CutStep>(_temp[folder]);
        return Create(options).Execute(
            created,
            step =>
            {
                if (step.Step == stopAfter)
                {
                    stop.Cancel();
                }
            },
            stop.Token);
    }

    void WriteData()
    {
        if (!File.Exists(_temp["a.npy"]))
        {
            Npy.Write(_temp["a.npy"], Data(1).Images);
            Npy.Write(_temp["b.npy"], Data(2).Images);
        }
    }

    CutRun Create(CutOptions options, ResnetTranslator? translator = null)
    {
        DataArguments Load(string name) => DataArguments.Of([_temp[name]], null, ImageRange.MinusOneOne);
        return CutRun.Create(options, translator ?? Translator, Discriminator, headWidth: 8, Load("a.npy"), Load("b.npy"), sampleEvery: 2,
            checkpointEvery: 100, recipe: "fastcut");
    }
}
