using Criterion.Losses;

namespace Criterion.Tests.Losses.Adversarial;

public class NonSaturatingGanLossTests : AdversarialContract
{
    protected override GanLoss Objective => new NonSaturatingGanLoss();

    protected override (double Discriminator, double Generator)? Oracle => (1.276177788494, 1.138088894247);

    protected override double Discriminator(double[] r, double[] f) => Mean(r, x => Softplus(-x)) + Mean(f, Softplus);

    protected override double Generator(double[] f, double[] r) => Mean(f, x => Softplus(-x));

    protected override IEnumerable<(double Real, double Fake, double Discriminator, double Generator)> Limits =>
        [(Infinity, -Infinity, 0, Infinity), (-Infinity, -Infinity, Infinity, Infinity), (Infinity, Infinity, Infinity, 0)];

    [Theory]
    [InlineData(0)]
    [InlineData(1.1)]
    [InlineData(double.NaN)]
    public void Target_outside_0_to_1_is_an_error(double target)
    {
        Assert.Equal("RealTarget", Assert.Throws<ArgumentOutOfRangeException>(() => new NonSaturatingGanLoss(target)).ParamName);
        Assert.Equal("GeneratorTarget", Assert.Throws<ArgumentOutOfRangeException>(() => new NonSaturatingGanLoss(1, target)).ParamName);
        Assert.Throws<ArgumentOutOfRangeException>(() => new NonSaturatingGanLoss() with { RealTarget = target });
    }
}

public class SmoothedNonSaturatingTests : AdversarialContract
{
    protected override GanLoss Objective => new NonSaturatingGanLoss(realTarget: 0.9);

    protected override (double Discriminator, double Generator)? Oracle => (1.326177788494, 1.138088894247);

    protected override double Discriminator(double[] r, double[] f) => Mean(r, x => Softplus(x) - (0.9 * x)) + Mean(f, Softplus);

    protected override double Generator(double[] f, double[] r) => Mean(f, x => Softplus(-x));

    protected override IEnumerable<(double Real, double Fake, double Discriminator, double Generator)> Limits =>
        [(Infinity, -Infinity, Infinity, Infinity), (-Infinity, -Infinity, Infinity, Infinity)];
}

public class SmoothedGeneratorTests : AdversarialContract
{
    protected override GanLoss Objective => new NonSaturatingGanLoss(0.8, 0.75);

    protected override double Discriminator(double[] r, double[] f) => Mean(r, x => Softplus(x) - (0.8 * x)) + Mean(f, Softplus);

    protected override double Generator(double[] f, double[] r) => Mean(f, x => Softplus(x) - (0.75 * x));
}
