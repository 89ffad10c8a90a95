using Criterion.Formulas;

namespace Criterion.Tests.Formulas;

/// <summary>Formulas as a reader would write them.</summary>
public class LatexTests
{
    public static TheoryData<string, string> Written => new()
    {
        { Formula.ToLatex(default(Add), "x", "y"), "x + y" },
        { Formula.ToLatex(default(Divide), "x", "y"), @"\frac{x}{y}" },
        { Formula.ToLatex(default(Squared), "x", "y"), @"\left(x - y\right)^{2}" },
        { Formula.ToLatex(default(Logistic)), @"\sigma\left(x\right)" },
        { Formula.ToLatex(default(SigmoidRectifier), "z"), @"z \cdot \sigma\left(z\right)" },
        { Formula.ToLatex(new Affine(-2, 0.5)), @"\left(-2\right) \cdot x + 0.5" },
        { Formula.ToLatex(new FixedPower(-0.5)), "x^{-0.5}" },
        { Formula.ToLatex(default(Absolute)), @"\left|x\right|" },
        { Formula.ToLatex(default(Larger), "x", "y"), @"\max\left(x, y\right)" },
        { Formula.ToLatex(default(IsLess), "x", "y"), @"\begin{cases}1 & x < y \\ 0 & \text{otherwise}\end{cases}" },
        { Formula.ToLatexOfRow(default(KeptFinite), @"\ln p_j", "q_j"), @"\sum_j q_j \cdot \left(p_j - \ln p_j\right)" },
        { Formula.ToLatex(default(Nested), "x", "y"), @"x - \left(y - x\right) - \frac{e^{x}}{\sqrt{y}}" },
    };

    [Theory]
    [MemberData(nameof(Written))]
    public void A_formula_writes_itself(string actual, string expected) => Assert.Equal(expected, actual);

    readonly struct Squared : IBinaryFormula
    {
        public T Value<T>(T x, T y)
            where T : struct, IReal<T> => (x - y) * (x - y);
    }

    readonly struct KeptFinite : ISoftmaxFormula
    {
        public static bool VanishesWithTarget => true;

        public T Value<T>(T a, T p, T b, T q)
            where T : struct, IReal<T> => b * (T.Exp(a) - Formula.Held(T.Equal(b, T.Const(0)), a));
    }

    readonly struct Nested : IBinaryFormula
    {
        public T Value<T>(T x, T y)
            where T : struct, IReal<T> => x - (y - x) - (T.Exp(x) / T.Sqrt(y));
    }
}
