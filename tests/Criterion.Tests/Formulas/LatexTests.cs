using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Tests.Formulas;

/// <summary>Formulas as a reader would write them.</summary>
public class LatexTests
{
    public static TheoryData<string, string> Written => new()
    {
        { TensorFormula.ToLatex(default(Add), "x", "y"), "x + y" },
        { TensorFormula.ToLatex(default(Divide), "x", "y"), @"\frac{x}{y}" },
        { TensorFormula.ToLatex(default(Squared), "x", "y"), @"\left(x - y\right)^{2}" },
        { TensorFormula.ToLatex(default(Logistic)), @"\sigma\left(x\right)" },
        { TensorFormula.ToLatex(default(SigmoidRectifier), "z"), @"z \cdot \sigma\left(z\right)" },
        { TensorFormula.ToLatex(new Affine(-2, 0.5)), @"\left(-2\right) \cdot x + 0.5" },
        { TensorFormula.ToLatex(new FixedPower(-0.5)), "x^{-0.5}" },
        { TensorFormula.ToLatex(new Affine(1e-12, 2e-5)), @"10^{-12} \cdot x + 2 \cdot 10^{-5}" },
        { TensorFormula.ToLatex(new RootOfSum(0.5)), @"\sqrt{x}" },
        { TensorFormula.ToLatex(new RootOfSum(-0.5)), @"\frac{1}{\sqrt{x}}" },
        { TensorFormula.ToLatex(new RootOfSum(0.25)), @"x^{\frac{1}{4}}" },
        { TensorFormula.ToLatex(new RootOfSum(0.4)), "x^{0.4}" },
        { TensorFormula.ToLatex(default(OnlyPositive)), @"\max\left(0, x\right)" },
        { TensorFormula.ToLatex(default(Absolute)), @"\left|x\right|" },
        { TensorFormula.ToLatex(default(Larger), "x", "y"), @"\max\left(x, y\right)" },
        { TensorFormula.ToLatex(default(IsLess), "x", "y"), @"\begin{cases}1 & x < y \\ 0 & \text{otherwise}\end{cases}" },
        { TensorFormula.ToLatex(default(Minuses), "x", "y"), @"y - e^{x} + x \cdot y - \left(y - x\right)" },
        { TensorFormula.ToLatex(default(Clipped)), @"\max\left(0, 1 - x\right) + \max\left(0, x\right)" },
        { TensorFormula.ToLatexOfRow(default(KeptFinite), @"\ln p_j", "q_j"), @"\sum_j q_j \cdot \left(p_j - \ln p_j\right)" },
        { TensorFormula.ToLatex(default(Nested), "x", "y"), @"x - \left(y - x\right) - \frac{e^{x}}{\sqrt{y}}" },
        { TensorFormula.ToLatex(default(Weighed), "x", "y", "w"), @"\max\left(0, x\right) + y \cdot w" },
    };

    [Theory]
    [MemberData(nameof(Written))]
    public void A_formula_writes_itself(string actual, string expected) => Assert.Equal(expected, actual);

    readonly struct OnlyPositive : IUnaryFormula
    {
        public T Value<T>(T x)
            where T : struct, IReal<T> => T.PositivePart(x);
    }

    readonly struct Squared : IBinaryFormula
    {
        public T Value<T>(T x, T y)
            where T : struct, IReal<T> => (x - y) * (x - y);
    }

    readonly struct Minuses : IBinaryFormula
    {
        public T Value<T>(T x, T y)
            where T : struct, IReal<T> => -(-y) + (-T.Exp(x)) - (-(x * y)) + (-(y - x));
    }

    readonly struct Clipped : IUnaryFormula
    {
        public T Value<T>(T x)
            where T : struct, IReal<T> => Clip(T.Const(1) - x, T.LessOrEqual(T.Const(1) - x, T.Const(0))) + Clip(x, T.Less(x, T.Const(0)));

        static T Clip<T>(T x, T negative)
            where T : struct, IReal<T> => T.Select(negative, T.Const(0), x);
    }

    readonly struct KeptFinite : ISoftmaxFormula
    {
        public static bool VanishesWithTarget => true;

        public T Value<T>(T a, T p, T b, T q)
            where T : struct, IReal<T> => b * (T.Exp(a) - Guards.ZeroIfInfinite(T.Equal(b, T.Const(0)), a));
    }

    readonly struct Nested : IBinaryFormula
    {
        public T Value<T>(T x, T y)
            where T : struct, IReal<T> => x - (y - x) - (T.Exp(x) / T.Sqrt(y));
    }

    // A hinge is written as such, and guards are left out.
    readonly struct Weighed : ITernaryFormula
    {
        public T Value<T>(T x, T y, T z)
            where T : struct, IReal<T> =>
            T.PositivePart(x) + Guards.Unless(T.Less(y, T.Const(0)), x, y * Guards.Weighable(z, y));
    }

    [Theory]
    [InlineData(1e-10, "10^{-10}")]
    [InlineData(2.5e-7, @"2.5 \cdot 10^{-7}")]
    [InlineData(0.0001, "0.0001")]
    [InlineData(0, "0")]
    public void Small_numbers_are_not_nothing(double value, string expected) => Assert.Equal(expected, Latex.Const(value).ToString());

    [Theory]
    [InlineData("x", "x_j")]
    [InlineData("x_1", "x_{1,j}")]
    [InlineData("x_{12}", "x_{12,j}")]
    [InlineData(@"\nabla D(x)", @"\nabla D(x)_j")]
    [InlineData(@"D_k(x)", @"D_k(x)_j")]
    public void An_index_joins_the_subscript_of_a_name(string name, string expected) =>
        Assert.Equal(expected, Latex.Element(name, "j").ToString());

    [Fact]
    public void Power_of_a_quotient_is_in_brackets()
    {
        Latex quotient = new Latex("x") / new Latex("y");
        Assert.Equal(@"\left(\frac{x}{y}\right)^{2}", (quotient * quotient).ToString());
        Assert.Equal(@"z \cdot \frac{x}{y}", (new Latex("z") * quotient).ToString());
    }
}
