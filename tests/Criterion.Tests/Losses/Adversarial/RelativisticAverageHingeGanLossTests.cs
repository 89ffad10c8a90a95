using Criterion.Losses;

namespace Criterion.Tests.Losses.Adversarial;

public class RelativisticAverageHingeGanLossTests : AdversarialContract
{
    protected override GanLoss Objective => new RelativisticAverageHingeGanLoss();

    protected override (double Discriminator, double Generator)? Oracle => (1, 4);

    protected override double Discriminator(double[] r, double[] f) =>
        Mean(r, x => Math.Max(0, 1 - (x - f.Average()))) + Mean(f, x => Math.Max(0, 1 + (x - r.Average())));

    protected override double Generator(double[] f, double[] r) =>
        Mean(f, x => Math.Max(0, 1 - (x - r.Average()))) + Mean(r, x => Math.Max(0, 1 + (x - f.Average())));

    [Fact]
    public void Margin_must_be_positive()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new RelativisticAverageHingeGanLoss(0));
        Assert.Equal(Objective, new RelativisticAverageHingeGanLoss(1));
    }
}
