using Criterion.Losses;
using Criterion.Nn;

namespace Criterion.Training.Tests;

public class GanAdviceTests
{
    static readonly GanOptions Small = Tiny.Recipe().Options;

    public static TheoryData<GanOptions, string> Doubtful { get; } = new()
    {
        { Small with { DiscriminatorNorm = DiscriminatorNorm.Spectral, Regularizers = [new R1Penalty()] }, "Spectral norm and a gradient "
            + "penalty" },
        { Small with { Objective = new WassersteinGanLoss(), Clip = new WeightClip() }, "unstable with momentum" },
        { Small with { Objective = new WassersteinGanLoss(), Beta1 = 0 }, "Nothing bounds the slope" },
        { Small with { Clip = new WeightClip() }, "meant for the Wasserstein objective" },
    };

    [Theory]
    [MemberData(nameof(Doubtful))]
    public void What_goes_badly_together_is_said(GanOptions options, string message) =>
        Assert.Contains(message, Assert.Single(GanAdvice.Warnings(options)), StringComparison.Ordinal);

    [Fact]
    public void Recipes_raise_no_doubts() => Assert.All(GanRecipe.All, static recipe => Assert.Empty(GanAdvice.Warnings(recipe.Options)));

    [Fact]
    public void A_sigmoid_and_a_loss_of_logits_are_refused()
    {
        Sequential critic = [new Flatten(), new Linear(256, 1), new Sigmoid(), new Flatten(0)];

        Assert.Contains("ends in a sigmoid", Refusal(Small, critic), StringComparison.Ordinal);
        Assert.Contains("ends in a sigmoid", Refusal(Small with { Objective = new HingeGanLoss() }, [critic]), StringComparison.Ordinal);
        Trainer(Small with { Objective = new ProbabilityGanLoss() }, critic).Step();
    }

    [Fact]
    public void The_objective_decides_what_the_discriminator_says()
    {
        Assert.Equal(
            DiscriminatorOutput.Probability, (Small with { Objective = new ProbabilityGanLoss() }).Networks(Tiny.Data).DiscriminatorOutput);
        Assert.Equal(DiscriminatorOutput.SquaredError, (Small with { Objective = new EnergyBasedGanLoss() })
            .Networks(Tiny.Data).DiscriminatorOutput);
        Assert.True(double.IsFinite(Tiny.Trainer(Small with { Objective = new ProbabilityGanLoss() }).Step().GeneratorLoss));
        Assert.True(double.IsFinite(Tiny.Trainer(Small with
        {
            Objective = new EnergyBasedGanLoss(),
            DiscriminatorOutput = DiscriminatorOutput.AbsoluteError
        }).Step().GeneratorLoss));
        Assert.Contains("does not accept SquaredError",
            Refusal(Small with { DiscriminatorOutput = DiscriminatorOutput.SquaredError }, [new Flatten()]), StringComparison.Ordinal);
        Assert.Contains("needs logits",
            Assert.Throws<TrainingException>(() => Tiny.Trainer(Small with
            {
                Objective = new ProbabilityGanLoss(),
                ClassWeight = 1
            })).Message, StringComparison.Ordinal);
    }

    static string Refusal(GanOptions options, Sequential critic) =>
        Assert.Throws<TrainingException>(() => Trainer(options, critic)).Message;

    static GanTrainer Trainer(GanOptions options, Sequential critic) =>
        new(options.Networks(Tiny.Data, Tiny.Width).Generator(new RandomStream(1)), critic, Tiny.Data, options);
}
