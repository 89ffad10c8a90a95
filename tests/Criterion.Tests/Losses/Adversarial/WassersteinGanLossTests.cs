using Criterion.Losses;

namespace Criterion.Tests.Losses.Adversarial;

public class WassersteinGanLossTests : AdversarialContract
{
    protected override GanLoss Objective => new WassersteinGanLoss();

    protected override (double Discriminator, double Generator)? Oracle => (-1, 0.5);

    protected override double Discriminator(double[] r, double[] f) => f.Average() - r.Average();

    protected override double Generator(double[] f, double[] r) => -f.Average();

    protected override IEnumerable<(double Real, double Fake, double Discriminator, double Generator)> Limits =>
        [(Infinity, -Infinity, -Infinity, Infinity), (-Infinity, Infinity, Infinity, -Infinity)];
}
