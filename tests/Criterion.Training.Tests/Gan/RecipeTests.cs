using Criterion.Losses;
using Criterion.Nn;
using Criterion.Schedules;

namespace Criterion.Training.Tests;

/// <summary>What the recipes switch on, each on its own.</summary>
public sealed class RecipeTests : IDisposable
{
    static readonly GanOptions Small = Tiny.Recipe().Options;

    readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    public static TheoryData<string> Recipes { get; } = [.. GanRecipe.All.Select(static recipe => recipe.Name)];

    [Theory]
    [MemberData(nameof(Recipes))]
    public void Every_recipe_trains_and_its_record_survives_json(string recipe)
    {
        List<GanStep> steps = [];
        GanRunRecord record = Tiny.Run(_temp["run"], Tiny.Recipe(recipe, steps: 3), steps.Add);

        Assert.Equal(record, RunJson.Read(File.ReadAllText(_temp["run/run.json"])));
        Assert.All(steps, static step => Assert.True(
            double.IsFinite(step.DiscriminatorLoss + step.GeneratorLoss + step.Penalty)
                && step is { GeneratorGradientNorm: > 0, Diversity: > 0, Accuracy: >= 0 and <= 1, Skipped: 0 },
            $"{step}"));
        RecipeNetworks read = (RecipeNetworks)GeneratorFile.Read(_temp["run/generator.safetensors"]).Network;
        Assert.Equal(
            (RecipeNetworks)record.Networks with { DiscriminatorNorm = read.DiscriminatorNorm, DiscriminatorOutput = default }, read);
    }

    public static TheoryData<string, GanOptions> Stateful { get; } = new()
    {
        { "lazy, LeCam and average",
            Small with { Regularizers = [new(new R1Penalty(), 4), new LeCamPenalty(), new DriftPenalty(), new ConsistencyPenalty()],
            AverageDecay = 0.9 } },
        { "a controller", Tiny.Recipe("began").Options with { Equilibrium = new(rate: 0.1) } },
        { "classes", Tiny.Recipe("acgan").Options },
        { "spectral norm", Tiny.Recipe("hinge").Options },
        { "feature matching", Small with { FeatureMatching = new(0.5), Objective = new RelativisticAverageHingeGanLoss() } },
        { "RMSprop", Tiny.Recipe("wgan").Options },
    };

    [Theory]
    [MemberData(nameof(Stateful))]
    public void A_state_goes_on_bit_for_bit(string what, GanOptions options)
    {
        GanTrainer first = Tiny.Trainer(options);
        Steps(first, 6);
        GanTrainer second = Tiny.Trainer(options);
        second.LoadStateDict(first.StateDict());
        Steps(first, 7);
        Steps(second, 7);

        (IReadOnlyDictionary<string, Tensor> a, IReadOnlyDictionary<string, Tensor> b) = (first.StateDict(), second.StateDict());
        Assert.Equal(a.Keys, b.Keys);
        Assert.All(
            a.Keys, name => Assert.True(a[name].Equals(b[name]) || Values(a[name]).SequenceEqual(Values(b[name])), $"{what}: {name}"));
    }

    [Fact]
    public void A_lazy_penalty_counts_for_the_steps_that_it_leaves_out()
    {
        GanOptions options = Small with
        {
            Regularizers = [new(new R1Penalty(), 4)],
            DiscriminatorLearningRate = 0,
            GeneratorLearningRate = 0
        };
        GanTrainer lazy = Tiny.Trainer(options);
        double always = Tiny.Trainer(options with { Regularizers = [new R1Penalty()] }).Step().Penalty;
        double[] penalties = [.. Enumerable.Range(0, 8).Select(_ => lazy.Step().Penalty)];

        Assert.Equal(4 * always, penalties[0], 4e-6 * always);
        Assert.Equal([0, 4], Enumerable.Range(0, 8).Where(i => penalties[i] > 0));
        Assert.Equal(
            2e-4 * 4 / 5,
            Tiny.Trainer(Small with { Regularizers = [new(new R1Penalty(), 4), new(new R2Penalty(), 8)] })
                .StateDict()["discriminator.optimizer.learning_rate"].Item(), 1e-12);
    }

    public static TheoryData<Regularizer[], string> Wrong { get; } = new()
    {
        { [new PathLengthPenalty()], "PathLengthPenalty" },
        { [new(new R1Penalty(), 0)], "interval of R1" },
        { [new LeCamPenalty(), new LeCamPenalty()], "more than one LeCam" },
        { [new(new R1Penalty(), 4), new(new R2Penalty(), 6)], "6 is not a multiple of 4" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Regularizers_that_do_not_fit_are_refused(Regularizer[] regularizers, string message) => Assert.Contains(
        message, Assert.Throws<TrainingException>(
            () => Tiny.Trainer(Small with { Regularizers = [.. regularizers] })).Message, StringComparison.Ordinal);

    [Fact]
    public void Weights_are_clipped_after_each_critic_step()
    {
        GanOptions options = Tiny.Recipe("wgan").Options;
        Sequential critic = options.Networks(Tiny.Data, Tiny.Width).Discriminator(new RandomStream(1));
        new GanTrainer(options.Networks(Tiny.Data, Tiny.Width).Generator(new RandomStream(2)), critic, Tiny.Data, options).Step();

        Assert.All(critic.Parameters(), static weight => Assert.InRange(weight.Abs().Max().Item(), 0, 0.0101));
    }

    [Fact]
    public void Samples_come_from_the_average_and_the_weights_stay()
    {
        GanOptions options = Small with { AverageDecay = 0.99 };
        Sequential generator = options.Networks(Tiny.Data, Tiny.Width).Generator(new RandomStream(1));
        GanTrainer trainer = new(generator, options.Networks(Tiny.Data, Tiny.Width).Discriminator(new RandomStream(2)), Tiny.Data, options);
        Tensor latents = Tensor.Randn([3, 6, 1, 1], random: new RandomStream(3));
        Steps(trainer, 5);
        float[] weights = generator.Parameters()[0].ToArray<float>();

        Assert.NotEqual(generator.InBatches(latents).ToArray<float>(), trainer.Sample(latents).ToArray<float>());
        Assert.Equal(weights, generator.Parameters()[0].ToArray<float>());
    }

    [Fact]
    public void The_average_forgets_the_initial_weights_quickly()
    {
        GanTrainer trainer = Tiny.Trainer(Small with { AverageDecay = 0.999 });
        double average = trainer.Generator.Parameters()[0].ToArray<float>()[0];
        for (int step = 0; step < 5; step++)
        {
            trainer.Step();
            double weight = trainer.Generator.Parameters()[0].ToArray<float>()[0];
            average += (1 - ((1.0 + step) / (10 + step))) * (weight - average);
        }

        Assert.Equal(average, trainer.StateDict()["average.0.weight"].ToArray<float>()[0], 1e-7);
    }

    [Fact]
    public void The_learning_rates_are_constant_and_then_fall_to_nothing()
    {
        GanOptions options = Small with { Steps = 4, ConstantShare = 0.5, DiscriminatorLearningRate = 4e-4, GeneratorLearningRate = 1e-4 };
        GanTrainer trainer = Tiny.Trainer(options);
        double[] factors = [.. Enumerable.Range(0, 4).Select(_ =>
        {
            trainer.Step();
            Assert.Equal(4, trainer.DiscriminatorOptimizer.LearningRate / trainer.GeneratorOptimizer.LearningRate, 1e-12);
            return trainer.GeneratorOptimizer.LearningRate / 1e-4;
        })];

        Assert.Equal([1, 1, 0.666666666667, 0.333333333333], factors.Select(static factor => Math.Round(factor, 12)));
    }

    [Fact]
    public void A_decay_and_a_schedule_exclude_each_other()
    {
        GanOptions options = Small with { ConstantShare = 0.5, Schedule = new LinearSchedule(1, 0, 10) };
        TrainingException error = Assert.Throws<TrainingException>(() => Tiny.Trainer(options));
        Assert.Contains("Set only one of the two.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_controller_follows_the_errors()
    {
        GanTrainer trainer = Tiny.Trainer(Tiny.Recipe("began").Options with { Objective = new BoundaryEquilibriumGanLoss(0.5) });
        GanStep step = trainer.Step();

        Assert.Equal(
            0.5 + (0.001 * ((0.7 * step.RealScore) - step.FakeScore)), trainer.StateDict()["progress.equilibrium.values"].Item(), 1e-9);
    }

    public static TheoryData<GanLoss, double> Said { get; } = new()
    {
        { new NonSaturatingGanLoss(), 1 / (1 + Math.Exp(-3)) },
        { new MinimaxGanLoss(), 1 / (1 + Math.Exp(-3)) },
        { new WassersteinLogisticGanLoss(), 1 / (1 + Math.Exp(-3)) },
        { new RelativisticPairedLogisticGanLoss(), 0.5 },
        { new RelativisticAverageLogisticGanLoss(), 0.5 },
        { new LeastSquaresGanLoss(), 3 },
        { new HingeGanLoss(), 3 },
        { new WassersteinGanLoss(), 3 },
        { new EnergyBasedGanLoss(), 3 },
        { new BoundaryEquilibriumGanLoss(), 3 },
    };

    [Theory]
    [MemberData(nameof(Said))]
    public void Only_logits_are_probabilities(GanLoss objective, double expected)
    {
        GanOptions options = Small with { Objective = objective };
        GanTrainer trainer = new(options.Networks(Tiny.Data, Tiny.Width).Generator(new RandomStream(2)), new Three(), Tiny.Data, options);
        GanStep step = trainer.Step();

        Assert.Equal((expected, expected, 0.5), (Math.Round(step.RealScore, 6), Math.Round(step.FakeScore, 6), step.Accuracy), Near);
    }

    [Fact]
    public void Without_labels_there_are_no_classes() => Assert.Contains(
        "has no labels",
        Assert.Throws<TrainingException>(() => new GanRun(Tiny.Recipe("acgan"), new ImageDataset("x", Tiny.Data.Images))).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Latents_of_a_conditional_generator_end_in_the_classes_in_turn()
    {
        RecipeNetworks networks = Tiny.Recipe("acgan").Options.Networks(Tiny.Data, Tiny.Width);
        Tensor latents = networks.Latents(4, new RandomStream(0));

        Assert.Equal((new Shape(4, 9, 1, 1), 3), (latents.Shape, networks.Classes));
        Assert.Equal([1f, 0, 0, 0, 1, 0, 0, 0, 1, 1, 0, 0], latents.Narrow(1, 6, 3).Contiguous().ToArray<float>());
    }

    [Theory]
    [InlineData("generator", "generator.0.weight")]
    [InlineData("discriminator", "discriminator.0.weight")]
    public void The_first_tensor_without_a_number_is_named(string broken, string name)
    {
        GanTrainer trainer = Tiny.Trainer(Small);
        Dictionary<string, Tensor> state = trainer.StateDict().ToDictionary();
        state[$"{broken}.network.0.weight"] = Tensor.FullLike(state[$"{broken}.network.0.weight"], double.NaN);
        trainer.LoadStateDict(state);

        Assert.Contains($"in step 1. The first tensor that is not finite is {name} "
            + "[", Assert.ThrowsAny<TrainingException>(() => trainer.Step()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Steps_without_numbers_can_be_skipped()
    {
        ImageDataset broken = Tiny.NotFinite([16, 1, 16, 16]);
        GanOptions options = Small with { OnNan = NanPolicy.Skip };
        Sequential critic = options.Networks(broken, Tiny.Width).Discriminator(new RandomStream(1));
        float[] before = critic.Parameters()[0].ToArray<float>();
        GanTrainer trainer = new(options.Networks(broken, Tiny.Width).Generator(new RandomStream(2)), critic, broken, options);
        trainer.Step();
        GanStep row = trainer.Step();

        Assert.Equal((2L, 2L), (row.Step, row.Skipped));
        Assert.Equal(before, critic.Parameters()[0].ToArray<float>());
    }

    static bool Near((double, double, double) a, (double, double, double) b) =>
        Math.Abs(a.Item1 - b.Item1) < 1e-5 && Math.Abs(a.Item2 - b.Item2) < 1e-5 && a.Item3 == b.Item3;

    static void Steps(GanTrainer trainer, int count)
    {
        for (int i = 0; i < count; i++)
        {
            trainer.Step();
        }
    }

    static double[] Values(Tensor tensor) => tensor.To(DType.Float64).ToArray<double>();

    /// <summary>Says 3 of everything.</summary>
    sealed class Three : Module
    {
        readonly Tensor _nothing;

        public Three() => _nothing = Parameter("nothing", Tensor.Zeros([1]));

        public override Tensor Forward(Tensor input) => (input.Flatten(1).Mean(1) * _nothing * 0) + 3;
    }
}
