using Criterion.Losses;

namespace Criterion.Tests.Losses.Adversarial;

public class WassersteinLogisticGanLossTests : AdversarialContract
{
    protected override GanLoss Objective => new WassersteinLogisticGanLoss();

    protected override (double Discriminator, double Generator)? Oracle => (1.276177788494, 1.138088894247);

    protected override double Discriminator(double[] r, double[] f) => Mean(r, x => Softplus(-x)) + Mean(f, Softplus);

    protected override double Generator(double[] f, double[] r) => Mean(f, x => Softplus(-x));

    protected override IEnumerable<(double Real, double Fake, double Discriminator, double Generator)> Limits =>
        [(Infinity, -Infinity, 0, Infinity), (-Infinity, Infinity, Infinity, 0)];
}
