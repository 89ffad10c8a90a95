using Criterion.Losses;

namespace Criterion.Training.Tests;

public class HealthCheckTests
{
    static readonly GanStep Healthy = new(
        )
    { Accuracy = 0.8, Diversity = 0.9, GeneratorGradientNorm = 1, RealScore = 0.7, FakeScore = 0.3 };

    [Fact]
    public void A_healthy_training_is_left_alone() => Assert.Empty(HealthCheck.Examine(Rows(_ => Healthy), new NonSaturatingGanLoss()));

    public static TheoryData<GanStep, FindingKind, string> Sick { get; } = new()
    {
        { Healthy with { Accuracy = 1 }, FindingKind.DiscriminatorWon, "discriminator has won" },
        { Healthy with { Accuracy = 0.02 }, FindingKind.GeneratorWon, "generator has won" },
        { Healthy with { Diversity = 0.05 }, FindingKind.Collapse, "is 0.05 times that between real ones" },
        { Healthy with { ClassDiversity = 0.05 }, FindingKind.ClassCollapse, "of one class is 0.05 times that between real ones" },
        { Healthy with { Diversity = 0.05, ClassDiversity = 0.05 }, FindingKind.Collapse, "is 0.05 times that between real ones" },
        { Healthy with { GeneratorGradientNorm = 1e-9 }, FindingKind.VanishingGradient, "vanished (norm 1e-9)" },
    };

    [Theory]
    [MemberData(nameof(Sick))]
    public void What_lasts_is_found(GanStep row, FindingKind kind, string message)
    {
        Finding finding = Assert.Single(HealthCheck.Examine(Rows(_ => row), new NonSaturatingGanLoss()));

        Assert.Equal(kind, finding.Kind);
        Assert.Contains(message, finding.Message, StringComparison.Ordinal);
        Assert.Empty(HealthCheck.Examine(Rows(i => i % 2 == 0 ? row : Healthy), new NonSaturatingGanLoss()));
        Assert.Empty(HealthCheck.Examine([.. Rows(_ => row).Skip(1)], new NonSaturatingGanLoss()));
        Assert.Empty(HealthCheck.Examine(Rows(_ => row, from: 1), new NonSaturatingGanLoss()));
    }

    [Fact]
    public void A_discriminator_that_is_right_but_not_sure_is_healthy() =>
        Assert.Empty(
            HealthCheck.Examine(Rows(_ => Healthy with { Accuracy = 0.999, DiscriminatorLoss = 0.15 }), new NonSaturatingGanLoss()));

    [Fact]
    public void A_critic_may_tell_all_images_apart() =>
        Assert.Empty(HealthCheck.Examine(Rows(_ => Healthy with { Accuracy = 1 }), new WassersteinGanLoss()));

    [Fact]
    public void Skipped_steps_are_counted() => Assert.Contains(
        "50 of the last 100", Assert.Single(
            HealthCheck.Examine(Rows(i => Healthy with { Skipped = (i + 1) / 2 }), new HingeGanLoss())).Message, StringComparison.Ordinal);

    static GanStep[] Rows(Func<int, GanStep> row, long from = 300) =>
        [.. Enumerable.Range(0, HealthCheck.Window).Select(i => row(i) with { Step = from + i })];
}
