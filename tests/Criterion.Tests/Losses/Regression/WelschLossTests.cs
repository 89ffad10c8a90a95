using Criterion.Losses;

namespace Criterion.Tests.Losses.Regression;

public class WelschLossTests : PointwiseLossContract
{
    protected override PointwiseLoss Default => new WelschLoss();

    protected override IEnumerable<Tensor[]> Extremes => [[Doubles(0, 1e4, -1e4, 1e-9), Doubles(0, 1e4, 1e4, 0)]];

    [Fact]
    public void Default_is_the_form_of_kornia() => OneNumber.Is(Default, static d => 1 - Math.Exp(-d * d / 2), 0, 0.3, -1, 2.5, -40);

    [Fact]
    public void Scale_is_the_unit_of_errors()
    {
        Tensor[] x = Draw([5, 9], Random);
        Near(Default.Forward(x[0], x[1]), new WelschLoss(4).Forward(x[0] * 4, x[1] * 4));
    }

    [Fact]
    public void Small_errors_count_half_of_their_square()
    {
        Assert.Equal(1, Default.Forward(Doubles(1e-6), Doubles(0)).Item() / 0.5e-12, 1e-9);
        Assert.Equal([0.0], Kink.Derivatives(Default, Doubles(2), Doubles(2)));
        Assert.Equal([1.0], Kink.SecondDerivatives(Default, Doubles(2), Doubles(2)));
    }

    [Fact]
    public void An_outlier_costs_1_and_has_no_slope()
    {
        Assert.Equal(1, Default.Forward(Doubles(1e4), Doubles(0)).Item());
        Assert.Equal([0.0], Kink.Derivatives(Default, Doubles(1e4), Doubles(0)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    public void Scale_that_is_not_positive_is_an_error(double scale) =>
        Assert.Contains("Scale", Assert.Throws<ArgumentOutOfRangeException>(() => new WelschLoss(scale)).Message, StringComparison.Ordinal);

    protected override Tensor[] Draw(Shape shape, RandomStream random) => Drawn.Normal(shape, random);
}
