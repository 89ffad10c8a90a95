using Criterion.Losses;

namespace Criterion.Tests.Losses.Adversarial;

public class EnergyBasedGanLossTests : AdversarialContract
{
    protected override GanLoss Objective => new EnergyBasedGanLoss(1.5);

    // Energies are absolute values here: r = (2, 1, ½), f = (½, 1, 2), m = 1½.
    protected override (double Discriminator, double Generator)? Oracle => ((3.5 + 1 + 0.5) / 3, 3.5 / 3);

    protected override Tensor Domain(Tensor x) => x.Abs();

    protected override double Discriminator(double[] r, double[] f) => r.Average() + Mean(f, x => Math.Max(0, 1.5 - x));

    protected override double Generator(double[] f, double[] r) => f.Average();

    protected override IEnumerable<(double Real, double Fake, double Discriminator, double Generator)> Limits =>
        [(0, Infinity, 0, Infinity), (Infinity, 0, Infinity, 0)];

    [Fact]
    public void Margin_must_be_positive() => Assert.Throws<ArgumentOutOfRangeException>(() => new EnergyBasedGanLoss(0));
}
