using Criterion.Drivers;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion;

/// <summary>
/// Runs a formula over tensors: value and first derivatives on fused SIMD kernels, higher derivatives through the formula's run
/// on tensors. This is how the library's own pointwise operations are made, and how users write theirs.
/// </summary>
/// <example><code>
/// readonly struct Swish : IUnaryFormula
/// {
///     public T Value&lt;T&gt;(T x) where T : struct, IReal&lt;T&gt; =&gt; x * T.Sigmoid(x);
/// }
///
/// Tensor y = Formula.Map(new Swish(), x);   // y.Backward() works, to any order
/// </code></example>
public static partial class TensorFormula
{
    /// <summary>f(x) for every element.</summary>
    public static Tensor Map<TFormula>(TFormula formula, Tensor x)
        where TFormula : struct, IUnaryFormula
    {
        ArgumentNullException.ThrowIfNull(x);
        return Sloped(formula, x, MapDriver.Run(new OfOne<TFormula>(formula), x.Shape, x, x, x), at: x);
    }

    /// <summary>f(x) where f′(x) = f′(f(x)): the gradient reads the result, which the next operation most often keeps too, and not x.</summary>
    internal static Tensor MapBySlopeOfResult<TFormula>(TFormula formula, Tensor x)
        where TFormula : struct, IUnaryFormula
    {
        Tensor result = MapDriver.Run(new OfOne<TFormula>(formula), x.Shape, x, x, x);
        return Sloped(formula, x, result, at: result);
    }

    /// <summary>Records a result whose slope is that of the formula at <paramref name="at"/>.</summary>
    static Tensor Sloped<TFormula>(TFormula formula, Tensor x, Tensor result, Tensor at)
        where TFormula : struct, IUnaryFormula => Autograd.Record(
            Name<TFormula>(),
            result,
            [at],
            (F: formula, At: at),
            (x, static (g, of) => Autograd.Enabled
                ? (new TensorReal(g) * of.F.Value(Dual<TensorReal>.Variable(of.At)).Tangent).ToTensor(of.At)
                : MapDriver.Run(new OfTwo<UnaryGradient<TFormula>>(new(of.F)), of.At.Shape, of.At, g, of.At)));

    /// <summary>f(x, y) for every pair of elements, after promotion to one type and broadcasting to one shape.</summary>
    public static Tensor Map<TFormula>(TFormula formula, Tensor x, Tensor y)
        where TFormula : struct, IBinaryFormula
    {
        (x, y) = Tensor.Promote(x, y);
        Shape shape = Shape.Broadcast(x.Shape, y.Shape, Name<TFormula>());
        return Autograd.Record(
            Name<TFormula>(),
            MapDriver.Run(new OfTwo<TFormula>(formula), shape, x, y, x),
            [x, y],
            (F: formula, X: x, Y: y, Shape: shape),
            (x, static (g, of) => (Autograd.Enabled
                ? Times(g, of.F.Value(Dual<TensorReal>.Variable(of.X), Dual<TensorReal>.Fixed(of.Y)))
                : MapDriver.Run(new OfThree<FirstGradient<TFormula>>(new(of.F)), of.Shape, of.X, of.Y, g)).SumTo(of.X.Shape)),
            (y, static (g, of) => (Autograd.Enabled
                ? Times(g, of.F.Value(Dual<TensorReal>.Fixed(of.X), Dual<TensorReal>.Variable(of.Y)))
                : MapDriver.Run(new OfThree<SecondGradient<TFormula>>(new(of.F)), of.Shape, of.X, of.Y, g)).SumTo(of.Y.Shape)));
    }

    /// <summary>f(x, y, z) for every triple of elements, after promotion to one type and broadcasting to one shape.</summary>
    public static Tensor Map<TFormula>(TFormula formula, Tensor x, Tensor y, Tensor z)
        where TFormula : struct, ITernaryFormula
    {
        (x, y) = Tensor.Promote(x, y);
        (x, z) = Tensor.Promote(x, z);
        (y, z) = Tensor.Promote(y, z);
        Shape shape = Shape.Broadcast(Shape.Broadcast(x.Shape, y.Shape, Name<TFormula>()), z.Shape, Name<TFormula>());
        return Autograd.Record(
            Name<TFormula>(),
            MapDriver.Run(new OfThree<TFormula>(formula), shape, x, y, z),
            [x, y, z],
            (F: formula, X: x, Y: y, Z: z, Shape: shape),
            (x, static (g, of) => (Autograd.Enabled
                ? Times(g, of.F.Value(Dual<TensorReal>.Variable(of.X), Dual<TensorReal>.Fixed(of.Y), Dual<TensorReal>.Fixed(of.Z)))
                : g * MapDriver.Run(new OfThree<FirstSlope<TFormula>>(new(of.F)), of.Shape, of.X, of.Y, of.Z)).SumTo(of.X.Shape)),
            (y, static (g, of) => (Autograd.Enabled
                ? Times(g, of.F.Value(Dual<TensorReal>.Fixed(of.X), Dual<TensorReal>.Variable(of.Y), Dual<TensorReal>.Fixed(of.Z)))
                : g * MapDriver.Run(new OfThree<SecondSlope<TFormula>>(new(of.F)), of.Shape, of.X, of.Y, of.Z)).SumTo(of.Y.Shape)),
            (z, static (g, of) => (Autograd.Enabled
                ? Times(g, of.F.Value(Dual<TensorReal>.Fixed(of.X), Dual<TensorReal>.Fixed(of.Y), Dual<TensorReal>.Variable(of.Z)))
                : g * MapDriver.Run(new OfThree<ThirdSlope<TFormula>>(new(of.F)), of.Shape, of.X, of.Y, of.Z)).SumTo(of.Z.Shape)));
    }

    /// <summary>Replaces every element of <paramref name="target"/> by f(target, x), in place and unrecorded: how weights are updated.</summary>
    public static void Update<TFormula>(TFormula formula, Tensor target, Tensor x)
        where TFormula : struct, IBinaryFormula
    {
        Tensor.CheckUpdate(Name<TFormula>(), target, x);
        MapDriver.Into(new OfTwo<TFormula>(formula), target, target, x, target);
    }

    /// <summary>Replaces every element of <paramref name="target"/> by f(target, x, y), in place and unrecorded.</summary>
    public static void Update<TFormula>(TFormula formula, Tensor target, Tensor x, Tensor y)
        where TFormula : struct, ITernaryFormula
    {
        Tensor.CheckUpdate(Name<TFormula>(), target, x, y);
        MapDriver.Into(new OfThree<TFormula>(formula), target, target, x, y);
    }

    /// <summary>One step of an optimizer, in place and unrecorded: the parameter and the two tensors that are kept for it change together.</summary>
    /// <param name="plain">The step for ordinary numbers.</param>
    /// <param name="robust">The same step for any others: the same bits where both can be taken.</param>
    /// <param name="range">Which gradients are ordinary.</param>
    /// <param name="gradient">Which the parameter moves against.</param>
    /// <param name="parameter">What is learned.</param>
    /// <param name="first">The first number that is kept; the second once more where there is but one.</param>
    /// <param name="second">The second.</param>
    internal static void Update<TPlain, TRobust>(
        TPlain plain, TRobust robust, StepRange range, Tensor gradient, Tensor parameter, Tensor first, Tensor second)
        where TPlain : struct, IUpdate
        where TRobust : struct, IUpdate
    {
        Tensor.CheckUpdate(Name<TPlain>(), parameter, gradient, first, second);
        first.AboutToChange(Name<TPlain>());
        second.AboutToChange(Name<TPlain>());
        UpdateDriver.Run(plain, robust, range, gradient.Expand(parameter.Shape).Contiguous(), parameter, first, second);
    }

    /// <summary>The formula in LaTeX, in the names of its parameters.</summary>
    public static string ToLatex<TFormula>(TFormula formula, string x = "x")
        where TFormula : struct, IUnaryFormula => formula.Value(new Latex(x)).ToString();

    /// <inheritdoc cref="ToLatex{TFormula}(TFormula, string)"/>
    public static string ToLatex<TFormula>(TFormula formula, string x, string y)
        where TFormula : struct, IBinaryFormula => formula.Value(new Latex(x), new Latex(y)).ToString();

    /// <inheritdoc cref="ToLatex{TFormula}(TFormula, string)"/>
    public static string ToLatex<TFormula>(TFormula formula, string x, string y, string z)
        where TFormula : struct, ITernaryFormula => formula.Value(new Latex(x), new Latex(y), new Latex(z)).ToString();

    /// <summary>The formula of a row in LaTeX, in the names of its rows and of the number of a row.</summary>
    public static string ToLatex<TFormula>(TFormula formula, IReadOnlyList<string> inputs, string perRow)
        where TFormula : struct, IRowFormula
    {
        Latex Row(int i) => Latex.Element(inputs[Math.Min(i, TFormula.Inputs - 1)], "j");
        Statistics<Latex> sums = formula.Terms(Row(0), Row(1), Row(2)).Select(Latex.SumOverRow);
        return formula.Value(sums, new Latex(perRow)).ToString();
    }

    static Tensor Times(Tensor gradient, Dual<TensorReal> result) => (new TensorReal(gradient) * result.Tangent).ToTensor(gradient);

    static string Name<TFormula>() => typeof(TFormula).Name;
}
