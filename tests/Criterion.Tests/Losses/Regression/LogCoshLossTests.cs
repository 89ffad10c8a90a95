using Criterion.Losses;

namespace Criterion.Tests.Losses.Regression;

public class LogCoshLossTests : PointwiseLossContract
{
    protected override PointwiseLoss Default => new LogCoshLoss();

    protected override IEnumerable<Tensor[]> Extremes => [[Doubles(0, 1e4, -1e4, 1e-9, 1e30), Doubles(0, 1e4, 1e4, 0, -1e30)]];

    [Fact]
    public void Value_is_the_logarithm_of_the_hyperbolic_cosine() =>
        OneNumber.Is(Default, static d => Math.Log(Math.Cosh(d)), 0.3, -0.99, 1.01, 5, -20);

    [Theory]
    [InlineData(1e4)]
    [InlineData(-1e4)]
    public void Far_off_it_is_the_absolute_error_less_ln_2(double d) =>
        Assert.Equal(Math.Abs(d) - Math.Log(2), Default.Forward(Doubles(d), Doubles(0)).Item(), 1e-12);

    [Theory]
    [InlineData(1e-3)]
    [InlineData(1e-6)]
    public void Small_errors_keep_their_digits_in_single_precision(double d)
    {
        Tensor[] x = Leaves([Doubles(d).To(DType.Float32), Doubles(0).To(DType.Float32)]);
        Tensor loss = Loss(x);
        loss.Backward();
        Assert.Equal(1, loss.Item() / (d * d / 2), 1e-5);
        Assert.Equal(1, x[0].Grad!.Item() / d, 1e-5);
    }

    [Fact]
    public void Derivatives_at_0_are_0_and_1()
    {
        Assert.Equal([0.0], Kink.Derivatives(Default, Doubles(2), Doubles(2)));
        Assert.Equal([1.0], Kink.SecondDerivatives(Default, Doubles(2), Doubles(2)));
    }

    [Fact]
    public void Text_is_the_plain_formula() =>
        Assert.Equal(
            @"\left|x - y\right| + \operatorname{softplus}\left(\left(-2\right) \cdot \left|x - y\right|\right) - 0.693147",
            Default.ToLatex());

    protected override Tensor[] Draw(Shape shape, RandomStream random) => Drawn.AwayFrom(1, shape, random);
}
