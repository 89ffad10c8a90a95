using Criterion.Losses;

namespace Criterion.Tests.Losses.Adversarial;

public class PearsonFGanLossTests : FGanContract
{
    protected override GanLoss Objective => new PearsonFGanLoss();

    protected override GanLoss Practical => new PearsonFGanLoss(nonSaturatingGenerator: true);

    protected override IEnumerable<(double Real, double Fake, double Discriminator, double Generator)> Limits =>
        [(Infinity, 0, -Infinity, 0), (-Infinity, Infinity, Infinity, -Infinity)];

    protected override double Activation(double v) => v;

    protected override double Conjugate(double t) => (t * t / 4) + t;

    protected override double Divergence(double u) => (u - 1) * (u - 1);

    protected override double Slope(double u) => 2 * (u - 1);
}
