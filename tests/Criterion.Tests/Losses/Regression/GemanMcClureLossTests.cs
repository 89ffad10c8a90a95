using Criterion.Losses;

namespace Criterion.Tests.Losses.Regression;

public class GemanMcClureLossTests : PointwiseLossContract
{
    protected override PointwiseLoss Default => new GemanMcClureLoss();

    protected override IEnumerable<Tensor[]> Extremes => [[Doubles(0, 1e4, -1e4, 1e-9), Doubles(0, 1e4, 1e4, 0)]];

    [Fact]
    public void Default_is_the_form_of_kornia() => OneNumber.Is(Default, static d => 2 * d * d / ((d * d) + 4), 0, 0.3, -1, 2.5, -40);

    [Fact]
    public void Scale_is_the_unit_of_errors()
    {
        Tensor[] x = Draw([5, 9], Random);
        Near(Default.Forward(x[0], x[1]), new GemanMcClureLoss(4).Forward(x[0] * 4, x[1] * 4));
    }

    [Fact]
    public void Small_errors_count_half_of_their_square()
    {
        Assert.Equal(1, Default.Forward(Doubles(1e-6), Doubles(0)).Item() / 0.5e-12, 1e-9);
        Assert.Equal([0.0], Kink.Derivatives(Default, Doubles(2), Doubles(2)));
        Assert.Equal([1.0], Kink.SecondDerivatives(Default, Doubles(2), Doubles(2)));
    }

    [Fact]
    public void An_outlier_costs_2() => Assert.Equal(2, Default.Forward(Doubles(1e6), Doubles(0)).Item(), 1e-9);

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    public void Scale_that_is_not_positive_is_an_error(double scale) =>
        Assert.Contains(
            "Scale", Assert.Throws<ArgumentOutOfRangeException>(() => new GemanMcClureLoss(scale)).Message, StringComparison.Ordinal);

    protected override Tensor[] Draw(Shape shape, RandomStream random) => Drawn.Normal(shape, random);
}
