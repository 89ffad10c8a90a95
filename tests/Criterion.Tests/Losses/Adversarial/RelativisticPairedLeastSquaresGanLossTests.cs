using Criterion.Losses;

namespace Criterion.Tests.Losses.Adversarial;

public class RelativisticPairedLeastSquaresGanLossTests : AdversarialContract
{
    protected override GanLoss Objective => new RelativisticPairedLeastSquaresGanLoss();

    protected override (double Discriminator, double Generator)? Oracle => (4.5, 8.5);

    protected override double Discriminator(double[] r, double[] f) => r.Zip(f, (x, y) => Square(x - y - 1)).Average();

    protected override double Generator(double[] f, double[] r) => r.Zip(f, (x, y) => Square(y - x - 1)).Average();

    [Fact]
    public void Target_must_be_positive()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new RelativisticPairedLeastSquaresGanLoss(0));
        Assert.Equal(Objective, new RelativisticPairedLeastSquaresGanLoss(1));
    }
}
