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
    public void A_jump_of_the_gradient_hints_at_the_corner_and_the_lower_order()
    {
        GradCheckException e = Assert.Throws<GradCheckException>(static () => GradCheck.Check(Pinball, [Tensor.From(0.0, 1)]));
        Assert.Equal((2, 0), (e.Order, e.Element));
        Assert.True(e.IsAtCorner);
        Assert.True(Math.Abs(e.Numeric) > 1000);
        Assert.EndsWith(
            "the function appears to have a corner or a jump there, where derivatives of this order do not exist, or it is not "
            + "deterministic. To check it elsewhere, pass order: 1, or pass other points.",
            e.Message,
            StringComparison.Ordinal);
        GradCheck.Check(Pinball, [Tensor.From(0.0, 1)], order: 1);
        GradCheck.Check(Pinball, [Tensor.From(0.5, 1)]);

        // |x|, whose gradient at 0 is 0: both one-sided differences of the gradient are 1/h.
        static Tensor Pinball(Tensor[] x) => x[0].Abs();
    }

    [Fact]
    public void A_corner_of_the_function_is_told_by_the_two_sides()
    {
        GradCheckException e = Assert.Throws<GradCheckException>(static () => GradCheck.Check(static x => x[0].Relu(), [Tensor.From(0.0)]));
        Assert.Equal((1, true), (e.Order, e.IsAtCorner));
        Assert.Contains("The difference is 0 to the left and ", e.Message, StringComparison.Ordinal);
        Assert.EndsWith("To check it elsewhere, pass other points.", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_corner_within_the_step_is_found()
    {
        GradCheckException e = Assert.Throws<GradCheckException>(
            static () => GradCheck.Check(static x => x[0].Abs(), [Tensor.From(3e-6)], order: 1));
        Assert.True(e.IsAtCorner);
    }

    [Fact]
    public void A_wrong_rule_of_a_smooth_function_is_no_corner()
    {
        GradCheckException e = Assert.Throws<GradCheckException>(static () => GradCheck.Check(static x => WrongSquare(x[0]), [Point()]));
        Assert.False(e.IsAtCorner);
        Assert.EndsWith(
            "Correct the gradient rule, or move the input away from points where the function bends.", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_function_that_is_not_deterministic_is_told()
    {
        RandomStream random = new(1);
        GradCheckException e = Assert.Throws<GradCheckException>(
            () => GradCheck.Check(x => x[0] * Tensor.Rand([2], DType.Float64, random), [Point()]));
        Assert.Contains("or it is not deterministic", e.Message, StringComparison.Ordinal);
    }

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
