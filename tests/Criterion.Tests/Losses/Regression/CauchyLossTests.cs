using Criterion.Losses;

namespace Criterion.Tests.Losses.Regression;

public class CauchyLossTests : PointwiseLossContract
{
    protected override PointwiseLoss Default => new CauchyLoss();

    protected override IEnumerable<Tensor[]> Extremes => [[Doubles(0, 1e4, -1e4, 1e-9), Doubles(0, 1e4, 1e4, 0)]];

    [Fact]
    public void Default_is_the_form_of_kornia() => OneNumber.Is(Default, static d => Math.Log(1 + (d * d / 2)), 0, 0.3, -1, 2.5, -40);

    [Fact]
    public void Scale_is_the_unit_of_errors()
    {
        Tensor[] x = Draw([5, 9], Random);
        Near(Default.Forward(x[0], x[1]), new CauchyLoss(4).Forward(x[0] * 4, x[1] * 4));
    }

    [Fact]
    public void Small_errors_count_half_of_their_square()
    {
        Assert.Equal(1, Default.Forward(Doubles(1e-6), Doubles(0)).Item() / 0.5e-12, 1e-9);
        Assert.Equal([0.0], Kink.Derivatives(Default, Doubles(2), Doubles(2)));
        Assert.Equal([1.0], Kink.SecondDerivatives(Default, Doubles(2), Doubles(2)));
    }

    [Fact]
    public void Slope_is_greatest_at_the_root_of_2_scales()
    {
        double[] slopes = Kink.Derivatives(new CauchyLoss(3), Doubles(3, 3 * Math.Sqrt(2), 6), Doubles(0, 0, 0));
        Assert.Equal(1, slopes[1] * 3 * Math.Sqrt(2), 1e-12);
        Assert.True(slopes[1] > slopes[0] && slopes[1] > slopes[2]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    public void Scale_that_is_not_positive_is_an_error(double scale) =>
        Assert.Contains("Scale", Assert.Throws<ArgumentOutOfRangeException>(() => new CauchyLoss(scale)).Message, StringComparison.Ordinal);

    protected override Tensor[] Draw(Shape shape, RandomStream random) => Drawn.Normal(shape, random);
}
