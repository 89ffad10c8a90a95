using Criterion.Losses;

namespace Criterion.Training.Tests;

public class GanNamesTests
{
    public static TheoryData<string, GanLoss> Objectives { get; } = new()
    {
        { "nonsaturating", new NonSaturatingGanLoss() },
        { "non-saturating", new NonSaturatingGanLoss() },
        { "NonSaturatingGanLoss", new NonSaturatingGanLoss() },
        { "non-saturating:realTarget=0.9", new NonSaturatingGanLoss(0.9) },
        { "least-squares:a=-1,c=0", LeastSquaresGanLoss.Pearson },
        { "f-gan-kl:non-saturating-generator=true", new KlFGanLoss(true) },
        { "lsgan", new LeastSquaresGanLoss() },
        { "wgan-gp", new WassersteinGanLoss() },
        { "r3gan", new RelativisticPairedLogisticGanLoss() },
        { "ebgan", GanRecipe.Find("ebgan").Options.Objective },
        { "energy-based:margin=3", new EnergyBasedGanLoss(3) },
    };

    [Theory]
    [MemberData(nameof(Objectives))]
    public void Objectives_go_by_name(string text, GanLoss objective) => Assert.Equal(objective, GanNames.ParseObjective(text));

    public static TheoryData<string, Regularizer> Penalties { get; } = new()
    {
        { "r1", new R1Penalty() },
        { "r1=5", new R1Penalty(5) },
        { "r1=5@16", new(new R1Penalty(5), 16) },
        { "r1-r2@4", new(new R1R2Penalty(), 4) },
        { "lecam=0.1:decay=0.9,rectified=true", new LeCamPenalty(0.1, 0.9, true) },
        { "gradient-penalty:at=DraganCodeNoise,sided=oneSided",
            new GradientPenalty(at: GradientPenaltyPoint.DraganCodeNoise, sided: GradientPenaltyForm.OneSided) },
        { "GradientPenalty=10", new GradientPenalty(10) },
    };

    [Theory]
    [MemberData(nameof(Penalties))]
    public void Penalties_go_by_name(string text, Regularizer penalty) => Assert.Equal(penalty, GanNames.ParsePenalty(text));

    [Fact]
    public void Every_name_that_is_listed_is_one()
    {
        Assert.All(GanNames.Objectives, static name => GanNames.ParseObjective(name));
        Assert.All(GanNames.Penalties, static name => GanNames.ParsePenalty(name));
        Assert.Equal((21, 7), (GanNames.Objectives.Count, GanNames.Penalties.Count));
    }

    [Theory]
    [InlineData("hinges", "no objective 'hinges'. Did you mean hinge? Choose one of: ")]
    [InlineData("r1", "no objective 'r1'")]
    [InlineData("hinge:gap=1", "no option 'gap'. Choose one of: margin")]
    [InlineData("wasserstein:gap=1", "It has none")]
    [InlineData("hinge:margin=wide", "Invalid value 'wide' for margin of hinge. Expected a number")]
    [InlineData("hinge:margin=-1", "HingeGanLoss")]
    public void Wrong_objectives_are_refused(string text, string message) =>
        Assert.Contains(message, Assert.Throws<TrainingException>(() => GanNames.ParseObjective(text)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("hinge", "no penalty 'hinge'. Choose one of: ")]
    [InlineData("r1=much", "Invalid value 'much' for weight of r1. Expected a number")]
    [InlineData("r1@0", "a whole number of steps of at least 1")]
    [InlineData("gradient-penalty:at=nowhere", "Invalid value 'nowhere' for at of gradient-penalty. Expected Interpolates, Real")]
    public void Wrong_penalties_are_refused(string text, string message) =>
        Assert.Contains(message, Assert.Throws<TrainingException>(() => GanNames.ParsePenalty(text)).Message, StringComparison.Ordinal);
}
