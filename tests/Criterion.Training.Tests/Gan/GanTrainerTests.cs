using Criterion.Losses;
using Criterion.Nn;

namespace Criterion.Training.Tests;

public class GanTrainerTests
{
    [Theory]
    [InlineData("dcgan")]
    [InlineData("wgan-gp")]
    public void The_same_seed_gives_the_same_bits_on_any_number_of_threads(string recipe)
    {
        byte[] one = Tiny.Weights(recipe, threads: 1);

        Assert.Equal(one, Tiny.Weights(recipe, threads: 2));
        Assert.Equal(one, Tiny.Weights(recipe, threads: 5));
        Assert.NotEqual(one, Tiny.Weights(recipe, seed: 1));
    }

    [Fact]
    public void A_dcgan_step_reports_both_players()
    {
        GanTrainer trainer = Tiny.Trainer(Tiny.Recipe().Options);
        trainer.Step();
        GanStep step = trainer.Step();

        Assert.Equal(2, step.Step);
        Assert.InRange(step.RealScore, 0, 1);
        Assert.InRange(step.FakeScore, 0, 1);
        Assert.True(step is
        {
            DiscriminatorLoss: > 0, GeneratorLoss: > 0, DiscriminatorGradientNorm: > 0, GeneratorGradientNorm: > 0,
            Penalty: 0, Seconds: > 0
        });
    }

    [Fact]
    public void A_wgan_gp_step_has_a_penalty_and_takes_fresh_batches_for_each_critic_step()
    {
        GanOptions options = Tiny.Recipe("wgan-gp").Options;
        CountingCritic critic = new();
        Dcgan networks = Dcgan.For(Tiny.Data, Tiny.Width, options.Latent);
        GanTrainer trainer = new(networks.Generator(new RandomStream(1)), critic, Tiny.Data, options);

        GanStep step = trainer.Step();

        Assert.True(step.Penalty > 0);

        // Five critic steps look at real, fake and the points between; the generator's step once more at fake.
        Assert.Equal((5 * 3) + 1, critic.Calls);
        Assert.Equal(5, critic.Distinct(call => call % 3 == 0 && call < 15));
        Assert.Equal(5, critic.Distinct(call => call % 3 == 1 && call < 15));
    }

    [Fact]
    public void The_generator_learns_through_the_new_discriminator_with_the_same_images()
    {
        CountingCritic critic = new();
        Dcgan networks = Dcgan.For(Tiny.Data, Tiny.Width, latent: 6);
        GanTrainer trainer = new(networks.Generator(new RandomStream(1)), critic, Tiny.Data, Tiny.Recipe().Options);

        trainer.Step();

        Assert.Equal(3, critic.Calls);
        Assert.Equal(1, critic.Distinct(call => call is 1 or 2));
        Assert.NotEqual(critic.Slopes[1], critic.Slopes[2]);
    }

    [Fact]
    public void Each_player_is_moved_only_by_its_own_loss()
    {
        GanOptions options = Tiny.Recipe().Options;
        Dcgan networks = Dcgan.For(Tiny.Data, Tiny.Width, options.Latent);
        Sequential generator = networks.Generator(new RandomStream(1));
        Sequential discriminator = networks.Discriminator(new RandomStream(2));
        float[] before = discriminator.Parameters()[0].ToArray<float>();
        float[] made = generator.Parameters()[0].ToArray<float>();

        new GanTrainer(generator, discriminator, Tiny.Data, options with { DiscriminatorLearningRate = 0 }).Step();

        Assert.Equal(before, discriminator.Parameters()[0].ToArray<float>());
        Assert.NotEqual(made, generator.Parameters()[0].ToArray<float>());
    }

    [Fact]
    public void Batch_norm_in_a_critic_with_penalty_is_refused()
    {
        GanOptions options = Tiny.Recipe("wgan-gp").Options;
        Dcgan networks = Dcgan.For(Tiny.Data, Tiny.Width, options.Latent);

        TrainingException error = Assert.Throws<TrainingException>(
            () => new GanTrainer(networks.Generator(new RandomStream(1)), networks.Discriminator(new RandomStream(2)), Tiny.Data, options));

        Assert.Contains("batch norm", error.Message, StringComparison.Ordinal);
    }

    public static TheoryData<GanLoss, InputGradientPenalty?> Games { get; } = new()
    {
        { new MinimaxGanLoss(), null },
        { LeastSquaresGanLoss.CycleGan, null },
        { new HingeGanLoss(), new GradientPenalty(at: GradientPenaltyPoint.Fake) },
        { new NonSaturatingGanLoss(), new R1Penalty() },
        { new RelativisticAverageHingeGanLoss(), new GradientPenalty(at: GradientPenaltyPoint.DraganCodeNoise) },
        { new RelativisticPairedLogisticGanLoss(), new R1R2Penalty() },
        { new JensenShannonFGanLoss(), new R2Penalty() },
    };

    [Theory]
    [MemberData(nameof(Games))]
    public void Any_objective_goes_with_any_penalty(GanLoss objective, InputGradientPenalty? penalty)
    {
        GanTrainer trainer = Tiny.Trainer(
            Tiny.Recipe().Options with { Objective = objective, Regularizers = penalty is null ? [] : [penalty] });
        trainer.Step();
        GanStep step = trainer.Step();

        Assert.True(double.IsFinite(step.DiscriminatorLoss) && double.IsFinite(step.GeneratorLoss));
        Assert.True(step is { DiscriminatorGradientNorm: > 0, GeneratorGradientNorm: > 0 });
        Assert.Equal(penalty is not null, step.Penalty > 0);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(8, 0)]
    public void Options_out_of_range_are_refused(int batch, int discriminatorSteps) => Assert.Throws<TrainingException>(
        () => Tiny.Trainer(new GanOptions { BatchSize = batch, DiscriminatorSteps = discriminatorSteps, Latent = 6 }));

    [Fact]
    public void A_loss_that_is_no_number_stops_the_training_and_says_which()
    {
        ImageDataset broken = Tiny.NotFinite([16, 1, 16, 16]);
        GanTrainer trainer = Tiny.Trainer(Tiny.Recipe().Options, broken);

        string message = Assert.ThrowsAny<TrainingException>(() => trainer.Step()).Message;

        Assert.Contains("discriminator loss became NaN in step 1. "
            + "The first tensor that is not finite is data [8, 1, 16, 16]: 2048 of 2048 values", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Training_separates_what_is_easy_to_tell_apart()
    {
        GanTrainer trainer = Tiny.Trainer(Tiny.Recipe().Options with { DiscriminatorLearningRate = 5e-3, GeneratorLearningRate = 0 });
        GanStep first = trainer.Step();
        GanStep last = first;
        for (int i = 0; i < 30; i++)
        {
            last = trainer.Step();
        }

        Assert.True(last.DiscriminatorLoss < 0.5 * first.DiscriminatorLoss, $"{first.DiscriminatorLoss} -> {last.DiscriminatorLoss}");
    }

    [Fact]
    public void Samples_do_not_depend_on_how_many_are_drawn()
    {
        Dcgan networks = new(16, 1, Tiny.Width, 6);
        Sequential generator = networks.Generator(new RandomStream(1));
        Tensor latents = networks.Latents(70, new RandomStream(2));

        Tensor all = generator.InBatches(latents);

        Assert.Equal(new Shape(70, 1, 16, 16), all.Shape);
        Assert.Equal(all[65..68].ToArray<float>(), generator.InBatches(latents[65..68].Contiguous()).ToArray<float>());
        Assert.False(all.RequiresGrad);
    }

    /// <summary>Scores the mean pixel times a learned slope, and remembers what it saw.</summary>
    sealed class CountingCritic : Module
    {
        readonly Tensor _slope;
        readonly List<double> _seen = [];

        public CountingCritic() => _slope = Parameter("slope", Tensor.Ones([1]));

        public int Calls => _seen.Count;

        public List<double> Slopes { get; } = [];

        public int Distinct(Func<int, bool> calls) => _seen.Where((_, call) => calls(call)).Distinct().Count();

        public override Tensor Forward(Tensor input)
        {
            _seen.Add(input.Detach().Mean().Item());
            Slopes.Add(_slope.Detach().Item());
            return (input * input).Flatten(1).Mean(1) * _slope;
        }
    }
}
