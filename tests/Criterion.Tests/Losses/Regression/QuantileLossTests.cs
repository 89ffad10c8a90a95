using Criterion.Losses;

namespace Criterion.Tests.Losses.Regression;

public class QuantileLossTests : PointwiseLossContract
{
    protected override PointwiseLoss Default => new QuantileLoss(0.9);

    protected override IEnumerable<Tensor[]> Extremes => [[Doubles(0, 1e4, -1e4, 1e30), Doubles(0, 1e4, 1e4, -1e30)]];

    [Fact]
    public void Value_is_the_pinball() => OneNumber.Is(Default, static d => d < 0 ? -0.9 * d : 0.1 * d, 0, 2, -3, 1e4);

    [Fact]
    public void At_a_half_it_is_half_of_the_absolute_error()
    {
        Tensor[] x = Draw([5, 9], Random);
        Near(new L1Loss().Forward(x[0], x[1]) / 2, new QuantileLoss().Forward(x[0], x[1]));
    }

    [Fact]
    public void Best_constant_is_the_quantile()
    {
        Tensor targets = Tensor.Arange(0, 100, 1, DType.Float64);
        double[] losses = [.. Enumerable.Range(0, 100).Select(c => Default.Forward(Tensor.FullLike(targets, c), targets).Item())];
        Assert.InRange(Array.IndexOf(losses, losses.Min()), 89, 90);
    }

    [Fact]
    public void Gradient_where_equal_is_the_middle_of_both_sides()
    {
        double[] slopes = Kink.Derivatives(Default, Doubles(1, 2, 3), Doubles(2, 2, 2));
        Assert.Equal(-0.9, slopes[0], 1e-12);
        Assert.Equal(-0.4, slopes[1], 1e-12);
        Assert.Equal(0.1, slopes[2], 1e-12);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(double.NaN)]
    public void Quantile_that_is_not_between_0_and_1_is_an_error(double quantile) =>
        Assert.Contains(
            "Quantile", Assert.Throws<ArgumentOutOfRangeException>(() => new QuantileLoss(quantile)).Message, StringComparison.Ordinal);

    protected override Tensor[] Draw(Shape shape, RandomStream random) => Drawn.AwayFrom(0, shape, random);
}
