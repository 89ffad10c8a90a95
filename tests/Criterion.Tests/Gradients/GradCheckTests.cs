namespace Criterion.Tests.Gradients;

/// <summary>The check fails for wrong gradient rules, and names the element.</summary>
public class GradCheckTests
{
    [Fact]
    public void Right_rules_pass() => GradCheck.Check(static x => x[0].Tanh() * x[1], [Point(), Point()]);

    [Fact]
    public void A_wrong_first_derivative_is_named()
    {
        GradCheckException e = Assert.Throws<GradCheckException>(static () => GradCheck.Check(
            static x => x[0].Sum() + WrongSquare(x[1]), [Point(), Point()]));
        Assert.Equal((1, 1, 0), (e.Order, e.Input, e.Element));
        Assert.Equal(2 * e.Analytic, e.Numeric, 1e-6);
        Assert.Contains("element 0 of input 1 [2]", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_second_derivative_is_found_at_order_2()
    {
        Assert.Equal(2, Assert.Throws<GradCheckException>(static () => GradCheck.Check(Frozen, [Point()])).Order);
        GradCheck.Check(Frozen, [Point()], order: 1);

        // The first gradient is right, but does not know that it depends on x.
        static Tensor Frozen(Tensor[] x) =>
            Autograd.Record("frozen", x[0].Detach().Pow(2), [x[0]], x[0], (x[0], static (g, x) => g * (x.Detach() * 2)));
    }

    [Fact]
    public void A_derivative_that_is_NaN_is_found() =>
        Assert.Throws<GradCheckException>(static () => GradCheck.Check(static x => x[0].Sqrt(), [Tensor.Zeros([1], DType.Float64)]));

    [Fact]
    public void Inputs_are_left_as_they_are()
    {
        Tensor x = Point();
        double[] before = x.ToArray<double>();
        GradCheck.Check(static t => t[0].Exp(), [x]);
        Assert.Equal(before, x.ToArray<double>());
        Assert.Null(x.Grad);
    }

    [Fact]
    public void Float32_is_too_coarse() =>
        Assert.Throws<DTypeException>(static () => GradCheck.Check(static x => x[0].Exp(), [Tensor.Ones([2])]));

    static Tensor Point() => Tensor.From(0.4, -1.3);

    static Tensor WrongSquare(Tensor x) => Autograd.Record("wrong", x.Detach() * x.Detach(), [x], x, (x, static (g, x) => g * x));
}
