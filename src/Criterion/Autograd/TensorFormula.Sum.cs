using System.Runtime.CompilerServices;
using Criterion.Drivers;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion;

public static partial class TensorFormula
{
    /// <summary>Σ f(x), a scalar; value and gradient in one pass.</summary>
    public static Tensor Sum<TFormula>(TFormula formula, Tensor x)
        where TFormula : struct, IUnaryFormula => Total(formula, x, 1);

    /// <summary>The mean of f(x), a scalar; value and gradient in one pass.</summary>
    public static Tensor Mean<TFormula>(TFormula formula, Tensor x)
        where TFormula : struct, IUnaryFormula => Total(formula, x, 1.0 / x.Count);

    /// <summary>Σ f(x, y) over tensors of one shape, a scalar; value and gradients in one pass.</summary>
    public static Tensor Sum<TFormula>(TFormula formula, Tensor x, Tensor y)
        where TFormula : struct, IBinaryFormula => Total(formula, x, y, 1);

    /// <summary>The mean of f(x, y) over tensors of one shape, a scalar; value and gradients in one pass.</summary>
    public static Tensor Mean<TFormula>(TFormula formula, Tensor x, Tensor y)
        where TFormula : struct, IBinaryFormula => Total(formula, x, y, 1.0 / x.Count);

    /// <summary>Σ f(x, y, z) over tensors of one shape, a scalar; value and gradients in one pass.</summary>
    public static Tensor Sum<TFormula>(TFormula formula, Tensor x, Tensor y, Tensor z)
        where TFormula : struct, ITernaryFormula => Total(formula, x, y, z, 1);

    /// <summary>The mean of f(x, y, z) over tensors of one shape, a scalar; value and gradients in one pass.</summary>
    public static Tensor Mean<TFormula>(TFormula formula, Tensor x, Tensor y, Tensor z)
        where TFormula : struct, ITernaryFormula => Total(formula, x, y, z, 1.0 / x.Count);

    /// <summary>Σ f(x) times a factor: in range where the product is though the sum may not be.</summary>
    internal static Tensor Sum<TFormula>(TFormula formula, Tensor x, double scale)
        where TFormula : struct, IUnaryFormula => Total(formula, x, scale);

    /// <summary>Σ f(x, y) times a factor: in range where the product is though the sum may not be.</summary>
    internal static Tensor Sum<TFormula>(TFormula formula, Tensor x, Tensor y, double scale)
        where TFormula : struct, IBinaryFormula => Total(formula, x, y, scale);

    /// <summary>Σ f(x, y, z) times a factor: in range where the product is though the sum may not be.</summary>
    internal static Tensor Sum<TFormula>(TFormula formula, Tensor x, Tensor y, Tensor z, double scale)
        where TFormula : struct, ITernaryFormula => Total(formula, x, y, z, scale);

    /// <summary>
    /// The mean of f(x − ȳ) and that of f(x̄ − y) for the means x̄ and ȳ; their sum. Through its mean each element of x has the same part
    /// in all of the terms of y, and the other way round: these slopes are added up before the gradients are written.
    /// </summary>
    internal static Tensor MeanAcross<TFormula>(TFormula formula, Tensor x, Tensor y)
        where TFormula : struct, IUnaryFormula
    {
        (x, y) = Tensor.Promote(x.Floating().Contiguous(), y.Floating().Contiguous());
        var ofX = new OfOne<Shifted<TFormula>>(new(formula, y.Detach().Mean().Item()));
        var ofY = new OfOne<Shifted<OfNegative<TFormula>>>(new(new(formula), x.Detach().Mean().Item()));
        PointwiseRun overX = new(x, x, x, 1.0 / x.Count, WantsSlope: Autograd.IsRecorded(y));
        PointwiseRun overY = new(y, y, y, 1.0 / y.Count, WantsSlope: Autograd.IsRecorded(x));
        (Tensor? gradientX, Tensor? gradientY) = (Wanted(x), Wanted(y));
        PointwiseTotal totalY = PointwiseDriver.Run(ofY, overY);
        PointwiseTotal totalX = PointwiseDriver.Run(ofX, overX with { GradientX = gradientX, Offset = -totalY.Slope / x.Count });
        if (gradientY is not null)
        {
            PointwiseDriver.Run(ofY, overY with { GradientX = gradientY, Offset = -totalX.Slope / y.Count });
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

    /// <summary>Σ f(x) as a number, not recorded.</summary>
    internal static double Total<TFormula>(TFormula formula, Tensor x)
        where TFormula : struct, IUnaryFormula
    {
        Tensor numbers = x.Detach().Floating().Contiguous();
        return PointwiseDriver.Run(new OfOne<TFormula>(formula), new(numbers, numbers, numbers, 1)).Value;
    }

    static Tensor Total<TFormula>(TFormula formula, Tensor x, double scale)
        where TFormula : struct, IUnaryFormula
    {
        AffineForm line = formula.Value(AffineForm.Variable);
        return line.IsStraight
            ? Total(formula, x, scale, line.Slope * scale)
            : Total(Name<TFormula>(), new OfOne<TFormula>(formula), scale, x);
    }

    /// <summary>The same for a straight line. Its gradient is one number for all elements and is not written out for each.</summary>
    static Tensor Total<TFormula>(TFormula formula, Tensor x, double scale, double slope)
        where TFormula : struct, IUnaryFormula
    {
        Tensor numbers = x.Floating().Contiguous();
        PointwiseTotal total = PointwiseDriver.Run(new OfOne<TFormula>(formula), new(numbers, numbers, numbers, scale));
        return Autograd.Record(
            Name<TFormula>(),
            Tensor.Scalar(total.Value, numbers.DType),
            [],
            (Slope: slope, numbers.Shape),
            (numbers, static (g, of) => (g * of.Slope).Expand(of.Shape)));
    }

    static Tensor Total<TFormula>(TFormula formula, Tensor x, Tensor y, double scale)
        where TFormula : struct, IBinaryFormula => Total(Name<TFormula>(), new OfTwo<TFormula>(formula), scale, x, y);

    static Tensor Total<TFormula>(TFormula formula, Tensor x, Tensor y, Tensor z, double scale)
        where TFormula : struct, ITernaryFormula => Total(Name<TFormula>(), new OfThree<TFormula>(formula), scale, x, y, z);

    static Tensor Total<TFormula>(string name, TFormula formula, double scale, Tensor x, Tensor? y = null, Tensor? z = null)
        where TFormula : struct, IMapFormula
    {
        DType type = OneType(name, x, y, z);
        (x, y, z) = (x.To(type).Contiguous(), y?.To(type).Contiguous(), z?.To(type).Contiguous());
        PointwiseRun run = new(x, y ?? x, z ?? x, scale, Wanted(x), Wanted(y), Wanted(z));

        // Gradients that were handed on may be changed in place by who got them: as saved values they are then refused, not used again.
        return Autograd.Record(
            name,
            Tensor.Scalar(PointwiseDriver.Run(formula, run).Value, type),
            [x, y, z, run.GradientX, run.GradientY, run.GradientZ],
            (F: formula, Run: run),
            [x, y, z],
            static (g, of) => Autograd.Enabled
                ? Composed(of.F, of.Run, g)
                : [Scaled(of.Run.GradientX, g), Scaled(of.Run.GradientY, g), Scaled(of.Run.GradientZ, g)]);
    }

    static Tensor?[] Composed<TFormula>(TFormula formula, PointwiseRun run, Tensor g)
        where TFormula : struct, IMapFormula
    {
        Tensor[] inputs = [run.X, run.Y, run.Z];
        return Autograd.Compose(inputs.AsSpan(0, TFormula.Arity), () => formula.Map(run.X, run.Y, run.Z).Sum() * run.Scale, g);
    }

    /// <summary>The one type that holds all inputs.</summary>
    static DType OneType(string name, Tensor x, Tensor? y, Tensor? z)
    {
        DType type = x.Floating().DType;
        foreach (Tensor? input in (ReadOnlySpan<Tensor?>)[y, z])
        {
            if (input is not null && input.Shape != x.Shape)
            {
                throw new ShapeException($"{name}: {x.Shape} and {input.Shape} differ; expand one of them to the other.");
            }

            type = DTypes.Promote(type, input?.DType ?? type);
        }

        return type;
    }

    /// <summary>Room for the gradient of an input, if one is wanted.</summary>
    static Tensor? Wanted(Tensor? input) => input is not null && Autograd.IsRecorded(input) ? Tensor.EmptyLike(input) : null;

    /// <summary>A gradient worked out beforehand times what flows in from above: most often 1, and then it is handed on as it is.</summary>
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
        where T : struct, IReal<T> => formula.Value(x - T.Const(c));
}

/// <summary>f(−x).</summary>
internal readonly struct OfNegative<TFormula>(TFormula formula) : IUnaryFormula
    where TFormula : struct, IUnaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value<T>(T x)
        where T : struct, IReal<T> => formula.Value(-x);
}
