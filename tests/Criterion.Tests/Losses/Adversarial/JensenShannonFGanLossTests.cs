using Criterion.Losses;

namespace Criterion.Tests.Losses.Adversarial;

public class JensenShannonFGanLossTests : FGanContract
{
    protected override GanLoss Objective => new JensenShannonFGanLoss();

    protected override GanLoss Practical => new JensenShannonFGanLoss(nonSaturatingGenerator: true);

    protected override IEnumerable<(double Real, double Fake, double Discriminator, double Generator)> Limits =>
        [(Infinity, -Infinity, -2 * Math.Log(2), Math.Log(2)), (-Infinity, Infinity, Infinity, -Infinity)];

    protected override double Activation(double v) => Math.Log(2) - Math.Log(1 + Math.Exp(-v));

    protected override double Conjugate(double t) => -Math.Log(2 - Math.Exp(t));

    protected override double Divergence(double u) => (u * Math.Log(u)) - ((u + 1) * Math.Log((1 + u) / 2));

    protected override double Slope(double u) => Math.Log(2 * u / (1 + u));
}
