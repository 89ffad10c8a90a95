using System.Runtime.CompilerServices;

namespace Criterion.Formulas;

public static partial class Formula
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
        PointwiseRun overX = new(x, x, x, 1.0 / x.Count, WantsSlope: Autograd.Wanted(y));
        PointwiseRun overY = new(y, y, y, 1.0 / y.Count, WantsSlope: Autograd.Wanted(x));
        Tensor? gradientX = Autograd.Wanted(x) ? Tensor.EmptyLike(x) : null;
        Tensor? gradientY = Autograd.Wanted(y) ? Tensor.EmptyLike(y) : null;
        PointwiseTotal totalY = PointwiseDriver.Run(ofY, overY);
        PointwiseTotal totalX = PointwiseDriver.Run(ofX, overX with { GradientX = gradientX, Offset = -totalY.Slope / x.Count });
        if (gradientY is not null)
        {
            PointwiseDriver.Run(ofY, overY with { GradientX = gradientY, Offset = -totalX.Slope / y.Count });
        }

        return Autograd.RecordJoint(
            Name<TFormula>(),
            Tensor.Scalar(totalX.Value + totalY.Value, x.DType),
            [x, y, .. Made(gradientX, gradientY)],
            [x, y],
            g => Autograd.Enabled
                ? Autograd.Compose([x, y], () => Map(formula, x - y.Mean()).Mean() + Map(formula, x.Mean() - y).Mean(), g)
                : [Scaled(gradientX, g), Scaled(gradientY, g)]);
    }

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
        Line line = formula.Value(Line.Variable);
        return line.IsStraight
            ? Total(formula, x, scale, line.Slope * scale)
            : Total(Name<TFormula>(), new OfOne<TFormula>(formula), [x], scale, inputs => Map(formula, inputs[0]));
    }

    /// <summary>The same for a straight line. Its gradient is one number for all elements and is not written out for each.</summary>
    static Tensor Total<TFormula>(TFormula formula, Tensor x, double scale, double slope)
        where TFormula : struct, IUnaryFormula
    {
        Tensor numbers = x.Floating().Contiguous();
        PointwiseTotal total = PointwiseDriver.Run(new OfOne<TFormula>(formula), new(numbers, numbers, numbers, scale));
        return Autograd.RecordJoint(
            Name<TFormula>(), Tensor.Scalar(total.Value, numbers.DType), [], [numbers], g => [(g * slope).Expand(numbers.Shape)]);
    }

    static Tensor Total<TFormula>(TFormula formula, Tensor x, Tensor y, double scale)
        where TFormula : struct, IBinaryFormula =>
        Total(Name<TFormula>(), new OfTwo<TFormula>(formula), [x, y], scale, inputs => Map(formula, inputs[0], inputs[1]));

    static Tensor Total<TFormula>(TFormula formula, Tensor x, Tensor y, Tensor z, double scale)
        where TFormula : struct, ITernaryFormula =>
        Total(Name<TFormula>(), new OfThree<TFormula>(formula), [x, y, z], scale, inputs => Map(formula, inputs[0], inputs[1], inputs[2]));

    static Tensor Total<TFormula>(string name, TFormula formula, Tensor[] given, double scale, Func<Tensor[], Tensor> map)
        where TFormula : struct, IMapFormula
    {
        Tensor[] inputs = OfOneType(name, given);
        Tensor?[] gradients = [.. inputs.Select(static input => Autograd.Wanted(input) ? Tensor.EmptyLike(input) : null)];
        (Tensor x, Tensor y, Tensor z) = (inputs[0], inputs[1 % inputs.Length], inputs[^1]);
        PointwiseTotal total = PointwiseDriver.Run(
            formula, new(x, y, z, scale, gradients[0], gradients.ElementAtOrDefault(1), gradients.ElementAtOrDefault(2)));
        return Autograd.RecordJoint(
            name,
            Tensor.Scalar(total.Value, inputs[0].DType),
            [.. inputs, .. Made(gradients)],
            inputs,
            g => Autograd.Enabled
                ? Autograd.Compose(inputs, () => map(inputs).Sum() * scale, g)
                : [.. gradients.Select(gradient => Scaled(gradient, g))]);
    }

    /// <summary>The inputs, contiguous and in the one type that holds them all.</summary>
    static Tensor[] OfOneType(string name, Tensor[] given)
    {
        DType type = given[0].Floating().DType;
        foreach (Tensor input in given)
        {
            type = DTypes.Promote(type, input.DType);
            if (input.Shape != given[0].Shape)
            {
                throw new ShapeException($"{name}: {given[0].Shape} and {input.Shape} differ; expand one of them to the other.");
            }
        }

        return [.. given.Select(input => input.To(type).Contiguous())];
    }

    /// <summary>A gradient worked out beforehand times what flows in from above: most often 1, and then it is handed on as it is.</summary>
    static Tensor? Scaled(Tensor? gradient, Tensor upstream) => gradient is null || upstream.Item() == 1 ? gradient : gradient * upstream;

    // Gradients that were handed on may be changed in place by who got them: as saved values they are then refused, not used again.
    static Tensor[] Made(params Tensor?[] gradients) => [.. gradients.OfType<Tensor>()];
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
