using Criterion.Losses;

namespace Criterion.Tests.Losses.Adversarial;

public class HellingerFGanLossTests : FGanContract
{
    protected override GanLoss Objective => new HellingerFGanLoss();

    protected override GanLoss Practical => new HellingerFGanLoss(nonSaturatingGenerator: true);

    protected override IEnumerable<(double Real, double Fake)> Extremes => [(1e4, -1e4), (-40, 40), (0, 0)];

    protected override IEnumerable<(double Real, double Fake, double Discriminator, double Generator)> Limits =>
        [(Infinity, -Infinity, -2, 1), (-Infinity, Infinity, Infinity, -Infinity)];

    protected override double Activation(double v) => 1 - Math.Exp(-v);

    protected override double Conjugate(double t) => t / (1 - t);

    protected override double Divergence(double u) => (Math.Sqrt(u) - 1) * (Math.Sqrt(u) - 1);

    protected override double Slope(double u) => 1 - (1 / Math.Sqrt(u));
}
