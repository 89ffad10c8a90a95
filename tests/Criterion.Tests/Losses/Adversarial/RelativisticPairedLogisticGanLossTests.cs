using Criterion.Losses;

namespace Criterion.Tests.Losses.Adversarial;

public class RelativisticPairedLogisticGanLossTests : AdversarialContract
{
    protected override GanLoss Objective => new RelativisticPairedLogisticGanLoss();

    protected override (double Discriminator, double Generator)? Oracle => (0.761569159876, 1.761569159876);

    protected override double Discriminator(double[] r, double[] f) => r.Zip(f, (x, y) => Softplus(y - x)).Average();

    protected override double Generator(double[] f, double[] r) => r.Zip(f, (x, y) => Softplus(x - y)).Average();

    protected override IEnumerable<(double Real, double Fake, double Discriminator, double Generator)> Limits =>
        [(Infinity, -Infinity, 0, Infinity), (-Infinity, Infinity, Infinity, 0)];
}
