using Criterion.Drivers;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion;

/// <summary>
/// Evaluates formulas on tensors: value and first derivatives in fused SIMD loops, higher derivatives through a graph of tensor
/// operations. The pointwise operations of the library are defined this way, and so are those of users.
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
    /// <summary>Computes f(x) for every element.</summary>
    public static Tensor Map<TFormula>(TFormula formula, Tensor x)
        where TFormula : struct, IUnaryFormula
    {
        ArgumentNullException.ThrowIfNull(x);
        Unary<TFormula> run = new(formula);
        return RecordUnary(Name<TFormula>(), run, x, MapUnrecorded(run, x.Shape, x), at: x);
    }

    /// <summary>Computes f(x, y) for every pair of elements, after promotion to one type and broadcasting to one shape.</summary>
    public static Tensor Map<TFormula>(TFormula formula, Tensor x, Tensor y)
        where TFormula : struct, IBinaryFormula => MapRecorded(Name<TFormula>(), new Binary<TFormula>(formula), x, y);

    /// <summary>Computes f(x, y, z) for every triple of elements, after promotion to one type and broadcasting to one shape.</summary>
    public static Tensor Map<TFormula>(TFormula formula, Tensor x, Tensor y, Tensor z)
        where TFormula : struct, ITernaryFormula => MapRecorded(Name<TFormula>(), new Ternary<TFormula>(formula), x, y, z);

    /// <summary>
    /// Computes f(x) where f′(x) = f′(f(x)): the gradient reads the result, which the next operation usually keeps too, and not x.
    /// </summary>
    internal static Tensor MapBySlopeOfResult<TFormula>(TFormula formula, Tensor x)
        where TFormula : struct, IUnaryFormula
    {
        Unary<TFormula> run = new(formula);
        Tensor result = MapUnrecorded(run, x.Shape, x);
        return RecordUnary(Name<TFormula>(), run, x, result, at: result);
    }

    /// <summary>Computes the formula for operands of one type that broadcast to a shape, without recording it.</summary>
    internal static Tensor MapUnrecorded<TFormula>(TFormula formula, Shape shape, Tensor x, Tensor? y = null, Tensor? z = null)
        where TFormula : struct, IPointwiseFormula
    {
        Tensor output = Tensor.Empty(shape, x.DType);
        MapInto(formula, output, x, y ?? x, z ?? x);
        return output;
    }

    /// <summary>Writes the formula's values to a contiguous tensor, which may be one of the operands.</summary>
    static void MapInto<TFormula>(TFormula formula, Tensor output, Tensor x, Tensor y, Tensor z)
        where TFormula : struct, IPointwiseFormula
    {
        if (output.Count == 0)
        {
            return;
        }

        (x, y, z) = (Loadable(x), Loadable(y), Loadable(z));
        MapLayout layout = MapLayout.Of(output.Shape, x.StridedShape, y.StridedShape, z.StridedShape);
        MapDriver.Run(new Mapping<TFormula>(
            formula, layout, output.Elements, x.StridedElements, y.StridedElements, z.StridedElements));
    }

    /// <summary>Returns a tensor whose innermost dimension steps by 1 or 0: others are copied.</summary>
    static Tensor Loadable(Tensor x)
    {
        int innermost = x.Rank - 1;
        while (innermost >= 0 && x.Shape[innermost] == 1)
        {
            innermost--;
        }

        return innermost >= 0 && x.Strides[innermost] > 1 ? x.Detach().Contiguous() : x;
    }

    static Tensor MapRecorded<TFormula>(string name, TFormula formula, Tensor x, Tensor y)
        where TFormula : struct, IPointwiseFormula
    {
        (x, y) = Tensor.Promote(x, y);
        Shape shape = Shape.Broadcast(x.Shape, y.Shape, name);
        return Autograd.Record(
            name,
            MapUnrecorded(formula, shape, x, y),
            [x, y],
            new MapState<TFormula>(formula, shape, x, y, y),
            (x, static (g, state) => state.Gradient<FirstInput>(g, state.X)),
            (y, static (g, state) => state.Gradient<SecondInput>(g, state.Y)));
    }

    static Tensor MapRecorded<TFormula>(string name, TFormula formula, Tensor x, Tensor y, Tensor z)
        where TFormula : struct, IPointwiseFormula
    {
        (x, y) = Tensor.Promote(x, y);
        (x, z) = Tensor.Promote(x, z);
        (y, z) = Tensor.Promote(y, z);
        Shape shape = Shape.Broadcast(Shape.Broadcast(x.Shape, y.Shape, name), z.Shape, name);
        return Autograd.Record(
            name,
            MapUnrecorded(formula, shape, x, y, z),
            [x, y, z],
            new MapState<TFormula>(formula, shape, x, y, z),
            (x, static (g, state) => state.Gradient<FirstInput>(g, state.X)),
            (y, static (g, state) => state.Gradient<SecondInput>(g, state.Y)),
            (z, static (g, state) => state.Gradient<ThirdInput>(g, state.Z)));
    }

    /// <summary>Records a result whose derivative is that of the formula at <paramref name="at"/>.</summary>
    static Tensor RecordUnary<TFormula>(string name, TFormula formula, Tensor x, Tensor result, Tensor at)
        where TFormula : struct, IPointwiseFormula => Autograd.Record(
            name,
            result,
            [at],
            new MapState<TFormula>(formula, at.Shape, at, at, at),
            (x, static (g, state) => state.Gradient<FirstInput>(g, state.X)));

    /// <summary>The operands of a map, which its gradient rules read.</summary>
    readonly record struct MapState<TFormula>(TFormula Formula, Shape Shape, Tensor X, Tensor Y, Tensor Z)
        where TFormula : struct, IPointwiseFormula
    {
        /// <summary>Returns the gradient by an operand; as a graph where a graph of it is recorded.</summary>
        public Tensor Gradient<TInput>(Tensor g, Tensor input)
            where TInput : struct, IInput =>
            (Autograd.Enabled ? Composed<TInput>(g) : Fused<TInput>(g)).SumTo(input.Shape);

        Tensor Composed<TInput>(Tensor g)
            where TInput : struct, IInput =>
            (new TensorReal(g) * new Derivative<TFormula, TInput>(Formula).Value<TensorReal>(X, Y, Z)).ToTensor(g);

        Tensor Fused<TInput>(Tensor g)
            where TInput : struct, IInput => TFormula.Arity switch
            {
                1 => MapUnrecorded(new ScaledDerivative<TFormula, TInput>(Formula), Shape, X, g),
                2 => MapUnrecorded(new ScaledDerivative<TFormula, TInput>(Formula), Shape, X, Y, g),
                _ => g * MapUnrecorded(new Derivative<TFormula, TInput>(Formula), Shape, X, Y, Z),
            };
    }

    /// <summary>
    /// Replaces every element of <paramref name="target"/> by f(target, x), in place and unrecorded: for updates of weights.
    /// </summary>
    public static void Update<TFormula>(TFormula formula, Tensor target, Tensor x)
        where TFormula : struct, IBinaryFormula
    {
        Tensor.CheckUpdate(Name<TFormula>(), target, x);
        MapInto(new Binary<TFormula>(formula), target, target, x, target);
    }

    /// <summary>Replaces every element of <paramref name="target"/> by f(target, x, y), in place and unrecorded.</summary>
    public static void Update<TFormula>(TFormula formula, Tensor target, Tensor x, Tensor y)
        where TFormula : struct, ITernaryFormula
    {
        Tensor.CheckUpdate(Name<TFormula>(), target, x, y);
        MapInto(new Ternary<TFormula>(formula), target, target, x, y);
    }

    /// <summary>
    /// Performs one step of an optimizer, in place and unrecorded: the parameter and the two tensors of its state change together.
    /// </summary>
    /// <param name="plain">The step for gradients within the range.</param>
    /// <param name="robust">The step for all others; the same bits where both can be taken.</param>
    /// <param name="range">The range of the plain step.</param>
    /// <param name="gradient">The gradient.</param>
    /// <param name="parameter">The parameter.</param>
    /// <param name="first">The first tensor of the state; the second again if there is one only.</param>
    /// <param name="second">The second tensor of the state.</param>
    internal static void Update<TPlain, TRobust>(
        TPlain plain, TRobust robust, StepRange range, Tensor gradient, Tensor parameter, Tensor first, Tensor second)
        where TPlain : struct, IUpdate
        where TRobust : struct, IUpdate
    {
        Tensor.CheckUpdate(Name<TPlain>(), parameter, gradient, first, second);
        first.AboutToChange(Name<TPlain>());
        second.AboutToChange(Name<TPlain>());
        Elements gradients = gradient.Expand(parameter.Shape).Contiguous().Elements;
        UpdateDriver.Run(new Update<TPlain, TRobust>(
            plain, robust, range, gradients, parameter.Elements, first.Elements, second.Elements));
    }

    /// <summary>Prints the formula as LaTeX with the given names of its inputs.</summary>
    public static string ToLatex<TFormula>(TFormula formula, string x = "x")
        where TFormula : struct, IUnaryFormula => formula.Value(new Latex(x)).ToString();

    /// <inheritdoc cref="ToLatex{TFormula}(TFormula, string)"/>
    public static string ToLatex<TFormula>(TFormula formula, string x, string y)
        where TFormula : struct, IBinaryFormula => formula.Value(new Latex(x), new Latex(y)).ToString();

    /// <inheritdoc cref="ToLatex{TFormula}(TFormula, string)"/>
    public static string ToLatex<TFormula>(TFormula formula, string x, string y, string z)
        where TFormula : struct, ITernaryFormula => formula.Value(new Latex(x), new Latex(y), new Latex(z)).ToString();

    /// <summary>Prints the formula of a row as LaTeX with the given names of its rows and of the number of a row.</summary>
    public static string ToLatex<TFormula>(TFormula formula, IReadOnlyList<string> inputs, string perRow)
        where TFormula : struct, IRowFormula
    {
        Latex Row(int i) => Latex.Element(inputs[Math.Min(i, TFormula.Arity - 1)], "j");
        Statistics<Latex> sums = formula.Terms(Row(0), Row(1), Row(2)).Select(Latex.SumOverRow);
        return formula.Value(sums, new Latex(perRow)).ToString();
    }

    static string Name<TFormula>() => OperationAttribute.NameOf<TFormula>();
}
