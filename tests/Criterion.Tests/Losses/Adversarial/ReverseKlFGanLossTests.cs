using Criterion.Losses;

namespace Criterion.Tests.Losses.Adversarial;

public class ReverseKlFGanLossTests : FGanContract
{
    protected override GanLoss Objective => new ReverseKlFGanLoss();

    protected override GanLoss Practical => new ReverseKlFGanLoss(nonSaturatingGenerator: true);

    protected override IEnumerable<(double Real, double Fake)> Extremes => [(1e4, -1e4), (1e4, 1e4), (-40, 1e4), (0, 0)];

    protected override IEnumerable<(double Real, double Fake, double Discriminator, double Generator)> Limits =>
        [(Infinity, -Infinity, -Infinity, Infinity), (-Infinity, Infinity, Infinity, -Infinity)];

    protected override double Activation(double v) => -Math.Exp(-v);

    protected override double Conjugate(double t) => -1 - Math.Log(-t);

    protected override double Divergence(double u) => -Math.Log(u);

    protected override double Slope(double u) => -1 / u;
}
