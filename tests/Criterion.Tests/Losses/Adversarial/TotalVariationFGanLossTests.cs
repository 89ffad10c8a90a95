using Criterion.Losses;

namespace Criterion.Tests.Losses.Adversarial;

public class TotalVariationFGanLossTests : FGanContract
{
    protected override GanLoss Objective => new TotalVariationFGanLoss();

    protected override GanLoss Practical => new TotalVariationFGanLoss(nonSaturatingGenerator: true);

    protected override IEnumerable<(double Real, double Fake, double Discriminator, double Generator)> Limits =>
        [(Infinity, -Infinity, -1, 0.5), (-Infinity, Infinity, 1, -0.5)];

    protected override double Activation(double v) => 0.5 * Math.Tanh(v);

    protected override double Conjugate(double t) => t;

    protected override double Divergence(double u) => Math.Abs(u - 1) / 2;

    protected override double Slope(double u) => Math.Sign(u - 1) * 0.5;
}
