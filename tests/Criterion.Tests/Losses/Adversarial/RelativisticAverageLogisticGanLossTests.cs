using Criterion.Losses;

namespace Criterion.Tests.Losses.Adversarial;

public class RelativisticAverageLogisticGanLossTests : AdversarialContract
{
    protected override GanLoss Objective => new RelativisticAverageLogisticGanLoss();

    protected override (double Discriminator, double Generator)? Oracle => (0.910818937327, 2.910818937327);

    protected override double Discriminator(double[] r, double[] f) =>
        Mean(r, x => Softplus(-(x - f.Average()))) + Mean(f, x => Softplus(x - r.Average()));

    protected override double Generator(double[] f, double[] r) =>
        Mean(r, x => Softplus(x - f.Average())) + Mean(f, x => Softplus(-(x - r.Average())));
}
