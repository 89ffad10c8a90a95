using Criterion.Losses;

namespace Criterion.Tests.Losses.Adversarial;

public class LeastSquaresGanLossTests : AdversarialContract
{
    protected override GanLoss Objective => LeastSquaresGanLoss.Paper;

    protected override (double Discriminator, double Generator)? Oracle => (1.75, 1.875);

    protected override double Discriminator(double[] r, double[] f) => 0.5 * (Mean(r, x => Square(x - 1)) + Mean(f, Square));

    protected override double Generator(double[] f, double[] r) => 0.5 * Mean(f, x => Square(x - 1));

    protected override IEnumerable<(double Real, double Fake, double Discriminator, double Generator)> Limits =>
        [(Infinity, -Infinity, Infinity, Infinity)];

    [Fact]
    public void Options_out_of_range_are_errors()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new LeastSquaresGanLoss(a: double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LeastSquaresGanLoss(discriminatorScale: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LeastSquaresGanLoss(generatorScale: -1));
    }
}

public class LeastSquaresCycleGanTests : AdversarialContract
{
    protected override GanLoss Objective => LeastSquaresGanLoss.CycleGan;

    protected override (double Discriminator, double Generator)? Oracle => (1.75, 3.75);

    protected override double Discriminator(double[] r, double[] f) => (Mean(r, x => Square(x - 1)) + Mean(f, Square)) / 2;

    protected override double Generator(double[] f, double[] r) => Mean(f, x => Square(x - 1));
}

public class LeastSquaresPearsonTests : AdversarialContract
{
    protected override GanLoss Objective => LeastSquaresGanLoss.Pearson;

    // ½(1 + 4 + ¼)/3 + ½(¼ + 4 + 1)/3 and ½(¼ + 1 + 4)/3.
    protected override (double Discriminator, double Generator)? Oracle => (1.75, 0.875);

    protected override double Discriminator(double[] r, double[] f) => 0.5 * (Mean(r, x => Square(x - 1)) + Mean(f, x => Square(x + 1)));

    protected override double Generator(double[] f, double[] r) => 0.5 * Mean(f, Square);
}
