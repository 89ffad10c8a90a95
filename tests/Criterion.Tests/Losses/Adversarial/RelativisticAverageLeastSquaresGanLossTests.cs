using Criterion.Losses;

namespace Criterion.Tests.Losses.Adversarial;

public class RelativisticAverageLeastSquaresGanLossTests : AdversarialContract
{
    protected override GanLoss Objective => new RelativisticAverageLeastSquaresGanLoss();

    protected override (double Discriminator, double Generator)? Oracle => (3, 11);

    protected override double Discriminator(double[] r, double[] f) =>
        Mean(r, x => Square(x - f.Average() - 1)) + Mean(f, x => Square(x - r.Average() + 1));

    protected override double Generator(double[] f, double[] r) =>
        Mean(f, x => Square(x - r.Average() - 1)) + Mean(r, x => Square(x - f.Average() + 1));

    [Fact]
    public void Target_must_be_positive()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new RelativisticAverageLeastSquaresGanLoss(0));
        Assert.Equal(Objective, new RelativisticAverageLeastSquaresGanLoss(1));
    }
}
