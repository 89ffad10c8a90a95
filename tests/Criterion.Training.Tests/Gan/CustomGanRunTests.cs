using System.Text.Json;
using Criterion.Formats;
using Criterion.Losses;
using Criterion.Nn;
using Criterion.Optim;
using Criterion.Schedules;

namespace Criterion.Training.Tests;

/// <summary>A program's own networks, objective, penalty and optimizers get all that the recipes get.</summary>
[Collection(nameof(CustomGanRunTests))]
public sealed class CustomGanRunTests : IDisposable
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    static readonly GanOptions Options = new()
    {
        Objective = new CubicGanLoss(2),
        Regularizers = [new ScorePenalty(0.01)],
        Schedule = new LinearSchedule(1, 0.5, 10),
        GradientClip = 5,
        AverageDecay = 0.5,
        Latent = 6,
        BatchSize = 8,
        Steps = 20,
    };

    readonly TempFolder _temp = new();

    string Folder => _temp["run"];

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void A_run_writes_everything_that_a_run_of_a_recipe_writes()
    {
        GanRunRecord record = Open(Options, measure: new MeasureOptions(10, 16)).Execute(cancellation: Cancel);

        Assert.Equal((RunStatus.Finished, 20), (record.Status, record.StepsDone));
        Assert.Equal(21, File.ReadAllLines(_temp["run/losses.csv"]).Length);
        Assert.True(File.Exists(_temp["run/samples/step-000010.png"]) && File.Exists(_temp["run/generator.safetensors"]));
        string report = File.ReadAllText(_temp["run/report.html"]);
        Assert.Contains(nameof(CubicGanLoss), report, StringComparison.Ordinal);
        Assert.Contains("0.weight Float32 [16, 6]", report, StringComparison.Ordinal);
        Assert.Equal("frechet", record.Quality!.Values[0].Name);
    }

    [Fact]
    public void The_record_describes_what_only_the_program_can_create()
    {
        Open(Options, optimizers: Momentum).Execute(cancellation: Cancel);

        GanRunRecord record = (GanRunRecord)RunFolder.ReadRecord(Folder);
        CustomNetworks networks = Assert.IsType<CustomNetworks>(record.Networks);
        Assert.Equal([6], networks.LatentShape);
        Assert.Equal([1, 16, 16], networks.SampleShape);
        Assert.Contains("1.running_mean Float32 [16]", networks.GeneratorNetwork!.State);
        Assert.Equal(nameof(Sequential), networks.DiscriminatorNetwork!.Type);
        Assert.Equal((16 * 6) + 16 + 16 + 16 + (256 * 16) + 256, networks.GeneratorNetwork.ParameterCount);
        Assert.StartsWith("SGD (momentum 0.5, ", record.Optimizers!.Discriminator, StringComparison.Ordinal);
        Assert.Contains("learningRate 0.01", record.Optimizers.Discriminator, StringComparison.Ordinal);
        Assert.Null(record.Optimizers.Generator);
        JsonElement objective = JsonDocument.Parse(File.ReadAllText(_temp["run/run.json"])).RootElement.GetProperty("options")
            .GetProperty("objective");
        Assert.Equal(nameof(CubicGanLoss), objective.GetProperty("kind").GetString());
        Assert.Equal("Criterion.Training.Tests", objective.GetProperty("assembly").GetString());
        Assert.Equal(2, objective.GetProperty("scale").GetDouble());
        Assert.Equal(record, RunJson.Read(RunJson.Write(record)));
    }

    /// <summary>The copy of a folder is what a kill after that step leaves.</summary>
    [Fact]
    public void A_killed_run_resumes_with_the_same_bits()
    {
        RandomStream.Seed(11);
        GanRun whole = Open(Options, checkpointEvery: 5, optimizers: Momentum);
        whole.Execute(step =>
        {
            if (step.Step == 8)
            {
                Copy(Folder, _temp["killed"]);
            }
        }, Cancel);
        RandomStream.Seed(99);

        GanRun resumed = GanRun.Open(
            _temp["killed"], Tiny.Data, Options, Networks(), optimizers: Momentum, name: "mine", checkpointEvery: 5, sampleEvery: 10);
        Assert.Equal(5, resumed.Record.StepsDone);
        GanRunRecord record = resumed.Execute(cancellation: Cancel);

        Assert.Equal(20, record.StepsDone);
        Assert.Equal(Bytes("run/generator.safetensors"), Bytes("killed/generator.safetensors"));
        Assert.Equal(Rows("run"), Rows("killed"));
        Assert.Equal(whole.Sample(4).ToArray<float>(), resumed.Sample(4).ToArray<float>());
        Assert.Equal(Checkpoint("run"), Checkpoint("killed"));
    }

    [Fact]
    public void A_run_that_was_killed_before_its_first_checkpoint_starts_again()
    {
        GanRun first = Open(Options);
        Directory.CreateDirectory(Folder);
        File.WriteAllText(_temp["run/run.json"], RunJson.Write(first.Record));

        Assert.Equal(20, Open(Options).Execute(cancellation: Cancel).StepsDone);
    }

    [Fact]
    public void A_finished_run_is_left_as_it_is_and_draws_the_same_samples()
    {
        GanRun run = Open(Options);
        GanRunRecord record = run.Execute(cancellation: Cancel);
        byte[] before = Bytes("run/run.json");
        GanRun again = Open(Options);

        Assert.Equal(RunJson.Write(record), RunJson.Write(again.Execute(cancellation: Cancel)));
        Assert.Equal(before, Bytes("run/run.json"));
        Assert.Equal(run.Sample(5, seed: 3).ToArray<float>(), again.Sample(5, seed: 3).ToArray<float>());
        Assert.Equal(3, again.Picture(again.Sample(4)).Rank);
        Assert.True(again.Evaluate(count: 16).Frechet.Value > 0);
        Assert.Equal(25, Open(Options with { Steps = 25 }).Execute(cancellation: Cancel).StepsDone);
    }

    [Fact]
    public void Another_network_objective_option_optimizer_or_data_set_cannot_resume_a_run()
    {
        Open(Options).Execute(cancellation: Cancel);

        Refused(
            "Resume: the generator differs from that of the run: it had 0.weight Float32 [16, 6], and now has 0.weight Float32 [12, 6].",
            () => Open(Options, new CustomNetworks(random => Generator(random, 12), Critic)));
        Refused("Resume: GanOptions.Objective was CubicGanLoss (assembly Criterion.Training.Tests, scale 2), and now is CubicGanLoss "
            + "(assembly Criterion.Training.Tests, scale 3).", () => Open(Options with { Objective = new CubicGanLoss(3) }));
        Refused("GanOptions.BatchSize was 8, and now is 4", () => Open(Options with { BatchSize = 4 }));
        Refused("GanOptions.Regularizers was", () => Open(Options with { Regularizers = [] }));
        Refused("Resume: the run was trained with the optimizers of its options", () => Open(Options, optimizers: Momentum));
        ImageDataset other = new("other", Tensor.Rand([16, 1, 16, 16], low: -1));
        Refused("The run was trained on", () => GanRun.Open(Folder, other, Options, Networks()));
        Refused("GanNetworks.Kind was custom, and now is dcgan", () => GanRun.Open(Folder, Tiny.Data, Options));
    }

    [Fact]
    public void What_a_program_defines_cannot_be_continued_without_it()
    {
        Open(Options).Execute(cancellation: Cancel);
        GanRunRecord record = (GanRunRecord)RunFolder.ReadRecord(Folder);
        Checkpoint checkpoint = new CheckpointFolder(_temp["run/checkpoints"]).Latest();

        Assert.Contains("The run uses custom networks, which only the program that defines them", Missing(() =>
            GanRun.Resume(record, Tiny.Data, checkpoint)), StringComparison.Ordinal);
        Assert.Contains("custom networks", Missing(() => GeneratorFile.Read(_temp["run/generator.safetensors"])), StringComparison.Ordinal);
        Assert.Contains("custom objective CubicGanLoss", Missing(() =>
            record.Options.Objective.Generator(Tensor.Ones([2]))), StringComparison.Ordinal);
        GanRunRecord recipe = record with { Networks = Options.Networks(Tiny.Data, Tiny.Width) };
        Assert.Contains(
            "custom objective CubicGanLoss", Missing(() => GanRun.Resume(recipe, Tiny.Data, checkpoint)), StringComparison.Ordinal);
        GanRunRecord penalized = recipe with { Options = record.Options with { Objective = new HingeGanLoss() } };
        Assert.Contains(
            "custom penalty ScorePenalty", Missing(() => GanRun.Resume(penalized, Tiny.Data, checkpoint)), StringComparison.Ordinal);

        static string Missing(Action action) => Assert.Throws<CustomPartException>(action).Message;
    }

    public static TheoryData<string, string, CustomNetworks, GanOptions> BadParts { get; } = new()
    {
        {
            "a generator of another shape", "the generator must return samples like the data, Float32 [2, 1, 16, 16]",
            new(static random => new Sequential(new Linear(6, 255, random: random)), Critic), Options
        },
        {
            "a latent that fits no layer", "It throws",
            new(static random => Generator(random, 16, latent: 7), Critic), Options
        },
        {
            "a generator of doubles", "returns Float64 [2, 1, 16, 16]",
            new(static random => new Sequential(Generator(random, 16), new Function(static x => x.To(DType.Float64))), Critic), Options
        },
        {
            "a generator of NaN", "the generator returns a sample that is not finite",
            new(static random => new Sequential(Generator(random, 16), new Function(static x => x * double.NaN)), Critic), Options
        },
        {
            "a discriminator that returns images", "the discriminator must return one or more scores for each sample",
            new(static random => Generator(random, 16), static _ => new Function(static x => x * 1)), Options
        },
        {
            "a discriminator of one score for all", "but returns Float32 []",
            new(static random => Generator(random, 16), static _ => new Function(static x => x.Mean())), Options
        },
        {
            "a discriminator of integers", "but returns Int64 [2]",
            new(static random => Generator(random, 16), static _ => new Function(static x => x.Flatten(1).ArgMax(1))), Options
        },
        {
            "a discriminator without parameters", "the discriminator has no parameters",
            new(static random => Generator(random, 16), static _ => new Flatten()), Options
        },
        {
            "an objective that throws", "the objective BadGanLoss.Discriminator throws InvalidOperationException: out of order. Correct it",
            Networks(), Options with { Objective = new BadGanLoss(static _ => throw new InvalidOperationException("out of order")) }
        },
        {
            "an objective that is not reduced", "BadGanLoss.Discriminator must return a scalar of Float32, but returns Float32 [2, 1]",
            Networks(), Options with { Objective = new BadGanLoss(static x => x) }
        },
        {
            "an objective without a gradient", "returns a loss without a gradient",
            Networks(), Options with { Objective = new BadGanLoss(static x => x.Detach().Mean()) }
        },
        {
            "an objective of NaN", "BadGanLoss.Discriminator returns a loss that is not finite",
            Networks(), Options with { Objective = new BadGanLoss(static x => x.Mean() * double.NaN) }
        },
        {
            "a latent shape that contradicts", "GanOptions.LatentShape: [6] contradicts Latent 5.",
            Networks(), Options with { LatentShape = [6] } with { Latent = 5 }
        },
        {
            "a norm that own networks ignore", "GanOptions.DiscriminatorNorm: the value has no effect on CustomNetworks.",
            Networks(), Options with { DiscriminatorNorm = DiscriminatorNorm.Spectral }
        },
        {
            "the same module twice", "the function for the generator returns the same module twice", Shared(), Options
        },
    };

    [Theory]
    [MemberData(nameof(BadParts))]
    public void A_part_that_cannot_be_trained_is_refused_and_leaves_no_folder(
        string what, string message, CustomNetworks networks, GanOptions options)
    {
        Refused(message, () => Open(options, networks).Execute(cancellation: Cancel));
        Assert.False(Directory.Exists(Folder), what);
    }

    [Fact]
    public void A_folder_with_other_files_is_refused_before_the_training()
    {
        Directory.CreateDirectory(Folder);
        File.WriteAllText(_temp["run/notes.txt"], "mine");

        Refused("already exists and is not empty", () => Open(Options));
        Assert.Equal(["notes.txt"], Directory.GetFileSystemEntries(Folder).Select(Path.GetFileName));
    }

    [Fact]
    public void A_trial_changes_no_mode_no_statistics_and_no_numbers()
    {
        CustomNetworks networks = Networks();
        Module generator = networks.Generator(new RandomStream(1));
        Module frozen = generator.Children().ElementAt(1);
        frozen.Eval();
        Dictionary<string, double[]> before = State(generator);
        ulong position = RandomStream.Default.Position;

        _ = new GanTrainer(generator, networks.Discriminator(new RandomStream(2)), Tiny.Data, Options);

        Assert.Equal(before, State(generator));
        Assert.Equal(position, RandomStream.Default.Position);
        Assert.True(generator.IsTraining);
        Assert.False(frozen.IsTraining);
    }

    [Theory]
    [InlineData(new int[0], new[] { 6 })]
    [InlineData(new[] { 6 }, new[] { 6 })]
    [InlineData(new[] { 2, 3 }, new[] { 2, 3 })]
    public void A_generator_takes_latents_of_any_shape(int[] given, int[] used)
    {
        GanOptions options = Options with { LatentShape = [.. given] };
        Module[] start = given.Length == 2 ? [new Flatten()] : [];
        GanTrainer trainer = new(
            new Sequential([.. start, Generator(new RandomStream(1), 8)]), Critic(new RandomStream(2)), Tiny.Data, options);

        Assert.Equal(used, trainer.LatentShape);
        Assert.Equal(used[0], options.Latent);
        Assert.True(double.IsFinite(trainer.Step().GeneratorLoss));
        Assert.Equal(new Shape(3, 1, 16, 16), trainer.Sample(3).Shape);
        Assert.Equal(trainer.Sample(3, seed: 1).ToArray<float>(), trainer.Sample(3, seed: 1).ToArray<float>());
    }

    [Fact]
    public void A_schedule_may_be_a_function_but_not_a_combination_of_functions()
    {
        LambdaSchedule function = new(static step => step < 3 ? 1 : 0.5);
        GanRunRecord record = Open(Options with { Schedule = function, Steps = 4 }).Execute(cancellation: Cancel);
        Assert.Equal(RunStatus.Finished, record.Status);

        GanRun combined = GanRun.Open(
            _temp["combined"], Tiny.Data, Options with { Schedule = function * new LinearSchedule(1, 0.5, 10) }, Networks(), name: "mine");
        Assert.Contains(nameof(LambdaSchedule), Assert.Throws<TrainingException>(() => combined.Execute(cancellation: Cancel)).Message,
            StringComparison.Ordinal);
        Assert.False(Directory.Exists(_temp["combined"]));
    }

    [Fact]
    public void A_multilayer_generator_can_be_conditioned_on_a_class()
    {
        GanTrainer trainer = new(
            Generator(new RandomStream(1), 8, latent: 6 + 3),
            new Sequential(new Flatten(), new Linear(256, 4)),
            Tiny.Data,
            new GanOptions { ClassWeight = 1, Latent = 6, BatchSize = 8 });

        Assert.True(double.IsFinite(trainer.Step().GeneratorLoss));
        Assert.Equal([6], trainer.LatentShape);
        Assert.Contains("the logit and 3 class logits of each sample, [8, 4], of Float32, but returns Float32 [8, 1]",
            Assert.Throws<TrainingException>(() => new GanTrainer(
                Generator(new RandomStream(1), 8, latent: 9), Critic(new RandomStream(2)), Tiny.Data,
                new GanOptions { ClassWeight = 1, Latent = 6, BatchSize = 8 }).Step()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_optimizer_trains_at_the_rate_of_the_schedule()
    {
        Sequential generator = Generator(new RandomStream(1), 8);
        Sequential critic = Critic(new RandomStream(2));
        GanTrainer trainer = new(generator, critic, Tiny.Data, Options, Momentum);

        Assert.Same(generator, trainer.Generator);
        Assert.Same(critic, trainer.Discriminator);
        Assert.IsType<SGD>(trainer.DiscriminatorOptimizer);
        Assert.IsType<Adam>(trainer.GeneratorOptimizer);
        for (int i = 0; i < 5; i++)
        {
            trainer.Step();
        }

        Assert.Equal(0.01 * 0.75, trainer.DiscriminatorOptimizer.LearningRate, 1e-12);
        Assert.Equal(2e-4 * 0.75, trainer.GeneratorOptimizer.LearningRate, 1e-12);
    }

    [Fact]
    public void A_gradient_is_scaled_down_to_the_limit_of_its_norm()
    {
        Sequential critic = Critic(new RandomStream(2));
        float[] before = critic.Parameters()[0].ToArray<float>();
        GanTrainer trainer = new(
            Generator(new RandomStream(1), 8), critic, Tiny.Data, new GanOptions { Latent = 6, BatchSize = 8, GradientClip = 1e-3 },
            new GanOptimizers { Discriminator = static parameters => new SGD(parameters, learningRate: 1) });

        GanStep step = trainer.Step();

        double moved = Math.Sqrt(before.Zip(critic.Parameters()[0].ToArray<float>(), static (a, b) => (double)(a - b) * (a - b)).Sum());
        Assert.True(step.DiscriminatorGradientNorm > 1e-2, $"{step.DiscriminatorGradientNorm}");
        Assert.InRange(moved, 1e-4, 1.001e-3);
    }

    [Fact]
    public void A_penalty_of_the_program_is_reported_and_trained_with()
    {
        GanTrainer trainer = new(Generator(new RandomStream(1), 8), Critic(new RandomStream(2)), Tiny.Data, Options with
        {
            Regularizers = [new ScorePenalty(3), new Regularizer(new ScorePenalty(1), 2)],
        });

        Assert.True(trainer.Step().Penalty > 0);
    }

    [Fact]
    public void Points_are_plotted_and_their_modes_counted()
    {
        PointDataset ring = new GaussianRing().Draw(200, 0);
        CustomNetworks networks = new(
            static random => new Sequential(new Linear(6, 8, random: random), new ReLU(), new Linear(8, 2, random: random)),
            static random => new Sequential(new Linear(2, 8, random: random), new ReLU(), new Linear(8, 1, random: random)));

        GanRun run = GanRun.Open(Folder, ring, Options with { Steps = 3 }, networks);
        GanRunRecord record = run.Execute(cancellation: Cancel);

        Assert.Equal(8, record.Modes!.Modes);
        Assert.Equal(1000, record.Networks.SamplesInPicture);
        Assert.Equal(8, run.Evaluate(count: 100).Modes!.Modes);
    }

    [Fact]
    public void A_comparison_takes_a_programs_own_competitors_and_resumes()
    {
        GanCompetitor mine = new("mine", Options, Networks(), Momentum);
        GanComparisonOptions options =
            new() { Objectives = ["hinge"], Seeds = 1, Steps = 6, BatchSize = 8, Width = 4, Measure = new(3, 16) };
        using CancellationTokenSource stop = new();
        Comparison.Open(Folder, options, Tiny.Data, [mine]).Execute(step => { if (step.Name == "mine") { stop.Cancel(); } }, 1, stop.Token);

        Comparison rest = Comparison.Open(Folder, options, Tiny.Data, [mine with { Networks = Networks() }]);
        ComparisonRecord record = rest.Execute(cancellation: Cancel);

        Assert.Equal(RunStatus.Finished, record.Status);
        Assert.Equal(["hinge", "mine"], record.Results.Select(static result => result.Name).Order());
        Assert.Equal(7, File.ReadAllLines(_temp["run/runs/mine-seed-0/losses.csv"]).Length);
        Assert.Contains(nameof(CubicGanLoss), File.ReadAllText(_temp["run/report.html"]), StringComparison.Ordinal);
        Assert.Equal(record.Results, Comparison.ReadRecord(Folder)!.Results);
    }

    [Fact]
    public void A_run_without_a_folder_must_be_given_one() =>
        Refused("GanRun.Execute: the run has no folder", () => new GanRun(Tiny.Data, Options, Networks()).Execute(cancellation: Cancel));

    GanRun Open(
        GanOptions options,
        CustomNetworks? networks = null,
        GanOptimizers? optimizers = null,
        int checkpointEvery = 250,
        MeasureOptions? measure = null) => GanRun.Open(
        Folder, Tiny.Data, options, networks ?? Networks(), optimizers, "mine", 10, checkpointEvery, measure: measure);

    static GanOptimizers Momentum { get; } = new() { Discriminator = static parameters => new SGD(parameters, 0.01, momentum: 0.5) };

    static CustomNetworks Networks() => new(static random => Generator(random, 16), Critic);

    static CustomNetworks Shared()
    {
        Sequential one = Generator(new RandomStream(1), 16);
        CustomNetworks networks = new(_ => one, Critic);
        networks.Generator(new RandomStream(0));
        return networks;
    }

    static Sequential Generator(RandomStream random, int width, int latent = 6) =>
    [
        new Linear(latent, width, random: random), new BatchNorm1d(width), new ReLU(), new Dropout(0.2, random.Fork(5)),
        new Linear(width, 256, random: random), new Tanh(), new Unflatten(1, [1, 16, 16]),
    ];

    static Sequential Critic(RandomStream random) =>
    [
        new Flatten(), new Linear(256, 16, random: random), new BatchNorm1d(16), new LeakyReLU(0.2), new Dropout(0.3), new Noise(),
        new Linear(16, 1, random: random),
    ];

    static void Refused(string message, Action action) =>
        Assert.Contains(message, Assert.ThrowsAny<TrainingException>(action).Message, StringComparison.Ordinal);

    static Dictionary<string, double[]> State(Module module) =>
        module.StateDict().ToDictionary(static pair => pair.Key, static pair => pair.Value.To(DType.Float64).ToArray<double>());

    static void Copy(string from, string to)
    {
        foreach (string file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    byte[] Bytes(string file) => File.ReadAllBytes(_temp[file]);

    // The last column is the duration.
    IEnumerable<string> Rows(string run) => File.ReadLines(_temp[$"{run}/losses.csv"]).Select(static row => row[..row.LastIndexOf(',')]);

    Dictionary<string, double[]> Checkpoint(string run) => new CheckpointFolder(_temp[$"{run}/checkpoints"]).Latest().State
        .ToDictionary(static pair => pair.Key, static pair => pair.Value.To(DType.Float64).ToArray<double>());

    /// <summary>The mean cube of the scores.</summary>
    sealed record CubicGanLoss(double Scale) : GanLoss
    {
        public override Tensor Discriminator(Tensor real, Tensor fake) => Cube(fake - 1) + Cube(-1 - real);

        public override Tensor Generator(Tensor fake, Tensor? real = null) => Cube(-1 - fake);

        Tensor Cube(Tensor x) => (x * x * x.Abs()).Mean() * Scale;
    }

    sealed record BadGanLoss(Func<Tensor, Tensor> Loss) : GanLoss
    {
        public override Tensor Discriminator(Tensor real, Tensor fake) => Loss(fake);

        public override Tensor Generator(Tensor fake, Tensor? real = null) => Loss(fake);
    }

    sealed record ScorePenalty(double Weight) : CustomPenalty(Weight)
    {
        public override Tensor Forward(Func<Tensor, Tensor> discriminator, Tensor real, Tensor fake, RandomStream random) =>
            discriminator(Tensor.RandnLike(real, random)).Abs().Mean() * Weight;
    }

    sealed class Function : Module
    {
        readonly Func<Tensor, Tensor> _function;

        public Function(Func<Tensor, Tensor> function)
        {
            _function = function;
            Parameter("unused", Tensor.Ones([1]));
        }

        public override Tensor Forward(Tensor input) => _function(input);
    }

    /// <summary>Draws from the default stream, of which the module says nothing.</summary>
    sealed class Noise : Module
    {
        public override Tensor Forward(Tensor input) => IsTraining ? input + (0.1 * Tensor.RandnLike(input)) : input;
    }
}

/// <summary>These networks draw from the default stream: they train alone.</summary>
[CollectionDefinition(nameof(CustomGanRunTests), DisableParallelization = true)]
public class CustomGanRunCollection;
