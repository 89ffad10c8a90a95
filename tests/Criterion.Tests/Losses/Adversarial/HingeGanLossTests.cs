using Criterion.Losses;

namespace Criterion.Tests.Losses.Adversarial;

public class HingeGanLossTests : AdversarialContract
{
    protected override GanLoss Objective => new HingeGanLoss();

    protected override (double Discriminator, double Generator)? Oracle => (5.0 / 3, 0.5);

    protected override double Discriminator(double[] r, double[] f) => Mean(r, x => Math.Max(0, 1 - x)) + Mean(f, x => Math.Max(0, 1 + x));

    protected override double Generator(double[] f, double[] r) => -f.Average();

    protected override IEnumerable<(double Real, double Fake, double Discriminator, double Generator)> Limits =>
        [(Infinity, -Infinity, 0, Infinity), (-Infinity, Infinity, Infinity, -Infinity)];

    [Fact]
    public void At_the_margin_there_is_neither_cost_nor_gradient()
    {
        Tensor real = Tensor.From<double>([2, 5]);
        Tensor fake = Tensor.From<double>([-2, -5]);
        real.RequiresGrad = fake.RequiresGrad = true;
        Tensor loss = new HingeGanLoss(2).Discriminator(real, fake);
        loss.Backward();
        Assert.Equal(0, loss.Item());
        Assert.Equal([0.0, 0.0], real.Grad!.ToArray<double>());
        Assert.Equal([0.0, 0.0], fake.Grad!.ToArray<double>());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    public void Margin_must_be_positive(double margin) => Assert.Throws<ArgumentOutOfRangeException>(() => new HingeGanLoss(margin));
}

public class WideHingeTests : AdversarialContract
{
    protected override GanLoss Objective => new HingeGanLoss(1.75);

    protected override double Discriminator(double[] r, double[] f) =>
        Mean(r, x => Math.Max(0, 1.75 - x)) + Mean(f, x => Math.Max(0, 1.75 + x));

    protected override double Generator(double[] f, double[] r) => -f.Average();
}
