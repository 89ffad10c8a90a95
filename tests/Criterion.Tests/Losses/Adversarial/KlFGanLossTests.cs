using Criterion.Losses;

namespace Criterion.Tests.Losses.Adversarial;

public class KlFGanLossTests : FGanContract
{
    protected override GanLoss Objective => new KlFGanLoss();

    protected override GanLoss Practical => new KlFGanLoss(nonSaturatingGenerator: true);

    protected override IEnumerable<(double Real, double Fake)> Extremes => [(1e4, -1e4), (-1e4, -1e4), (1e4, 80), (0, 0)];

    protected override IEnumerable<(double Real, double Fake, double Discriminator, double Generator)> Limits =>
        [(Infinity, -Infinity, -Infinity, 0), (-Infinity, Infinity, Infinity, -Infinity)];

    protected override double Activation(double v) => v;

    protected override double Conjugate(double t) => Math.Exp(t - 1);

    protected override double Divergence(double u) => u * Math.Log(u);

    protected override double Slope(double u) => Math.Log(u) + 1;
}
