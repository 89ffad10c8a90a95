using Criterion.Losses;

namespace Criterion.Tests.Losses.Adversarial;

public class RelativisticPairedHingeGanLossTests : AdversarialContract
{
    protected override GanLoss Objective => new RelativisticPairedHingeGanLoss();

    protected override (double Discriminator, double Generator)? Oracle => (1, 7.0 / 3);

    protected override double Discriminator(double[] r, double[] f) => r.Zip(f, (x, y) => Math.Max(0, 1 - (x - y))).Average();

    protected override double Generator(double[] f, double[] r) => r.Zip(f, (x, y) => Math.Max(0, 1 - (y - x))).Average();

    protected override IEnumerable<(double Real, double Fake, double Discriminator, double Generator)> Limits =>
        [(Infinity, -Infinity, 0, Infinity), (-Infinity, Infinity, Infinity, 0)];

    [Fact]
    public void Margin_must_be_positive()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new RelativisticPairedHingeGanLoss(0));
        Assert.Equal(Objective, new RelativisticPairedHingeGanLoss(1));
    }
}
