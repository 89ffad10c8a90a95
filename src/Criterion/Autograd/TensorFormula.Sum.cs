using System.Runtime.CompilerServices;
using Criterion.Drivers;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion;

public static partial class TensorFormula
{
    /// <summary>Computes Σ f(x), a scalar; value and gradient in one pass.</summary>
    public static Tensor Sum<TFormula>(TFormula formula, Tensor x)
        where TFormula : struct, IUnaryFormula => Sum(formula, x, 1);

    /// <summary>Computes the mean of f(x), a scalar; value and gradient in one pass.</summary>
    public static Tensor Mean<TFormula>(TFormula formula, Tensor x)
        where TFormula : struct, IUnaryFormula => Sum(formula, x, 1.0 / x.Count);

    /// <summary>Computes Σ f(x, y) over tensors of one shape, a scalar; value and gradients in one pass.</summary>
    public static Tensor Sum<TFormula>(TFormula formula, Tensor x, Tensor y)
        where TFormula : struct, IBinaryFormula => Sum(Name<TFormula>(), new Binary<TFormula>(formula), 1, x, y);

    /// <summary>Computes the mean of f(x, y) over tensors of one shape, a scalar; value and gradients in one pass.</summary>
    public static Tensor Mean<TFormula>(TFormula formula, Tensor x, Tensor y)
        where TFormula : struct, IBinaryFormula => Sum(Name<TFormula>(), new Binary<TFormula>(formula), 1.0 / x.Count, x, y);

    /// <summary>Computes Σ f(x, y, z) over tensors of one shape, a scalar; value and gradients in one pass.</summary>
    public static Tensor Sum<TFormula>(TFormula formula, Tensor x, Tensor y, Tensor z)
        where TFormula : struct, ITernaryFormula => Sum(Name<TFormula>(), new Ternary<TFormula>(formula), 1, x, y, z);

    /// <summary>Computes the mean of f(x, y, z) over tensors of one shape, a scalar; value and gradients in one pass.</summary>
    public static Tensor Mean<TFormula>(TFormula formula, Tensor x, Tensor y, Tensor z)
        where TFormula : struct, ITernaryFormula =>
        Sum(Name<TFormula>(), new Ternary<TFormula>(formula), 1.0 / x.Count, x, y, z);

    /// <summary>Computes Σ f(x) times a factor: within range where the product is, even if the sum is not.</summary>
    internal static Tensor Sum<TFormula>(TFormula formula, Tensor x, double scale)
        where TFormula : struct, IUnaryFormula
    {
        AffineForm affine = formula.Value(AffineForm.Variable);
        return affine.IsAffine
            ? SumAffine(formula, x, scale, affine.Slope * scale)
            : Sum(Name<TFormula>(), new Unary<TFormula>(formula), scale, x);
    }

    /// <summary>Computes Σ f(x, y) times a factor: within range where the product is, even if the sum is not.</summary>
    internal static Tensor Sum<TFormula>(TFormula formula, Tensor x, Tensor y, double scale)
        where TFormula : struct, IBinaryFormula => Sum(Name<TFormula>(), new Binary<TFormula>(formula), scale, x, y);

    /// <summary>Computes Σ f(x, y, z) times a factor: within range where the product is, even if the sum is not.</summary>
    internal static Tensor Sum<TFormula>(TFormula formula, Tensor x, Tensor y, Tensor z, double scale)
        where TFormula : struct, ITernaryFormula => Sum(Name<TFormula>(), new Ternary<TFormula>(formula), scale, x, y, z);

    /// <summary>
    /// Computes the mean of f(x − ȳ) plus that of f(x̄ − y) for the means x̄ and ȳ. Through its mean each element of x contributes alike to
    /// all terms of y, and vice versa: these derivatives are summed before the gradients are written.
    /// </summary>
    internal static Tensor MeanAcross<TFormula>(TFormula formula, Tensor x, Tensor y)
        where TFormula : struct, IUnaryFormula
    {
        (x, y) = Tensor.Promote(x.Floating().Contiguous(), y.Floating().Contiguous());
        Unary<Shifted<TFormula>> formulaX = new(new(formula, y.Detach().Mean().Item()));
        Unary<Shifted<OfNegative<TFormula>>> formulaY = new(new(new(formula), x.Detach().Mean().Item()));
        PointwiseSum<Unary<Shifted<TFormula>>> sumX = SumOf(formulaX, 1.0 / x.Count, x) with { NeedsSlope = Autograd.IsRecorded(y) };
        PointwiseSum<Unary<Shifted<OfNegative<TFormula>>>> sumY =
            SumOf(formulaY, 1.0 / y.Count, y) with { NeedsSlope = Autograd.IsRecorded(x) };
        (Tensor? gradientX, Tensor? gradientY) = (Autograd.FusedGradient(x), Autograd.FusedGradient(y));
        PointwiseTotal totalY = PointwiseDriver.Run(sumY);
        PointwiseTotal totalX = PointwiseDriver.Run(
            sumX with { GradientX = gradientX?.Elements ?? default, Offset = -totalY.Slope / x.Count });
        if (gradientY is not null)
        {
            PointwiseDriver.Run(sumY with { GradientX = gradientY.Elements, Offset = -totalX.Slope / y.Count });
        }

        return Autograd.Record(
            Name<TFormula>(),
            Tensor.Scalar(totalX.Value + totalY.Value, x.DType),
            [x, y, gradientX, gradientY],
            (F: formula, X: x, Y: y, GradientX: gradientX, GradientY: gradientY),
            [x, y],
            static (g, of) => Autograd.Enabled
                ? Autograd.Compose([of.X, of.Y], () => ComposedAcross(of.F, of.X, of.Y), g)
                : [Scaled(of.GradientX, g), Scaled(of.GradientY, g)]);
    }

    static Tensor ComposedAcross<TFormula>(TFormula formula, Tensor x, Tensor y)
        where TFormula : struct, IUnaryFormula => Map(formula, x - y.Mean()).Mean() + Map(formula, x.Mean() - y).Mean();

    /// <summary>Computes Σ f(x) as a number, unrecorded.</summary>
    internal static double Total<TFormula>(TFormula formula, Tensor x)
        where TFormula : struct, IUnaryFormula
    {
        Tensor numbers = x.DType.IsFloat() && x.IsContiguous ? x : x.Detach().Floating().Contiguous();
        return PointwiseDriver.Run(SumOf(new Unary<TFormula>(formula), 1, numbers)).Value;
    }

    /// <summary>Sums an affine formula. Its gradient is one number for all elements and is not written out for each.</summary>
    static Tensor SumAffine<TFormula>(TFormula formula, Tensor x, double scale, double slope)
        where TFormula : struct, IUnaryFormula
    {
        Tensor numbers = x.Floating().Contiguous();
        PointwiseTotal total = PointwiseDriver.Run(SumOf(new Unary<TFormula>(formula), scale, numbers));
        return Autograd.Record(
            Name<TFormula>(),
            Tensor.Scalar(total.Value, numbers.DType),
            [],
            (Slope: slope, numbers.Shape),
            (numbers, static (g, state) => (g * state.Slope).Expand(state.Shape)));
    }

    static Tensor Sum<TFormula>(string name, TFormula formula, double scale, Tensor x, Tensor? y = null, Tensor? z = null)
        where TFormula : struct, IPointwiseFormula
    {
        DType type = OneType(name, x, y, z);
        (x, y, z) = (x.To(type).Contiguous(), y?.To(type).Contiguous(), z?.To(type).Contiguous());
        SumState<TFormula> state = new(
            formula, scale, x, y, z, Autograd.FusedGradient(x), Autograd.FusedGradient(y), Autograd.FusedGradient(z));
        PointwiseTotal total = PointwiseDriver.Run(SumOf(formula, scale, x, y, z) with
        {
            GradientX = state.GradientX?.Elements ?? default,
            GradientY = state.GradientY?.Elements ?? default,
            GradientZ = state.GradientZ?.Elements ?? default,
        });

        // Returned gradients may be changed in place by the caller: as saved values they are then rejected, not reused.
        return Autograd.Record(
            name,
            Tensor.Scalar(total.Value, type),
            [x, y, z, state.GradientX, state.GradientY, state.GradientZ],
            (Name: name, State: state),
            [x, y, z],
            static (g, own) => Autograd.Enabled ? own.State.Compose(own.Name, g) : own.State.Scale(g));
    }

    static PointwiseSum<TFormula> SumOf<TFormula>(TFormula formula, double scale, Tensor x, Tensor? y = null, Tensor? z = null)
        where TFormula : struct, IPointwiseFormula => new(formula, x.Elements, (y ?? x).Elements, (z ?? x).Elements, scale);

    /// <summary>The operands of a fused sum and its gradients, which are computed with it.</summary>
    readonly record struct SumState<TFormula>(
        TFormula Formula,
        double Factor,
        Tensor X,
        Tensor? Y,
        Tensor? Z,
        Tensor? GradientX,
        Tensor? GradientY,
        Tensor? GradientZ)
        where TFormula : struct, IPointwiseFormula
    {
        public Tensor?[] Scale(Tensor g) => [Scaled(GradientX, g), Scaled(GradientY, g), Scaled(GradientZ, g)];

        public Tensor?[] Compose(string name, Tensor g)
        {
            SumState<TFormula> own = this;
            Tensor[] inputs = TFormula.Arity switch { 1 => [X], 2 => [X, Y!], _ => [X, Y!, Z!] };
            return Autograd.Compose(inputs, () => own.Map(name).Sum() * own.Factor, g);
        }

        Tensor Map(string name) => TFormula.Arity switch
        {
            1 => RecordUnary(name, Formula, X, MapUnrecorded(Formula, X.Shape, X), at: X),
            2 => MapRecorded(name, Formula, X, Y!),
            _ => MapRecorded(name, Formula, X, Y!, Z!),
        };
    }

    /// <summary>Returns the type to which all inputs are promoted.</summary>
    static DType OneType(string name, Tensor x, Tensor? y, Tensor? z)
    {
        DType type = x.Floating().DType;
        foreach (Tensor? input in (ReadOnlySpan<Tensor?>)[y, z])
        {
            if (input is not null && input.Shape != x.Shape)
            {
                throw new ShapeException(
                    $"{name}: the shapes {x.Shape} and {input.Shape} differ. Expand one of the tensors to the other's shape.");
            }

            type = DTypes.Promote(type, input?.DType ?? type);
        }

        return type;
    }

    /// <summary>
    /// Returns a precomputed gradient times the upstream gradient; usually that is 1, and the gradient is returned unchanged.
    /// </summary>
    static Tensor? Scaled(Tensor? gradient, Tensor upstream) => gradient is null || upstream.Item() == 1 ? gradient : gradient * upstream;
}

/// <summary>A formula of the difference of two numbers.</summary>
internal readonly struct OfDifference<TFormula>(TFormula formula) : IBinaryFormula
    where TFormula : struct, IUnaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value<T>(T x, T y)
        where T : struct, IReal<T> => formula.Value(x - y);
}

/// <summary>f(x − c).</summary>
internal readonly struct Shifted<TFormula>(TFormula formula, double c) : IUnaryFormula
    where TFormula : struct, IUnaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value<T>(T x)
        where T : struct, IReal<T> => formula.Value(x - c);
}

/// <summary>f(−x).</summary>
internal readonly struct OfNegative<TFormula>(TFormula formula) : IUnaryFormula
    where TFormula : struct, IUnaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value<T>(T x)
        where T : struct, IReal<T> => formula.Value(-x);
}
