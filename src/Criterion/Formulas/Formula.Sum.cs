using System.Runtime.CompilerServices;

namespace Criterion.Formulas;

public static partial class Formula
{
    /// <summary>Σ f(x), a scalar; value and gradient in one pass.</summary>
    public static Tensor Sum<TFormula>(TFormula formula, Tensor x)
        where TFormula : struct, IUnaryFormula => Total(new IgnoringSecond<TFormula>(formula), x, x.Detach(), 1);

    /// <summary>The mean of f(x), a scalar; value and gradient in one pass.</summary>
    public static Tensor Mean<TFormula>(TFormula formula, Tensor x)
        where TFormula : struct, IUnaryFormula => Total(new IgnoringSecond<TFormula>(formula), x, x.Detach(), 1.0 / x.Count);

    /// <summary>Σ f(x, y) over tensors of one shape, a scalar; value and gradients in one pass.</summary>
    public static Tensor Sum<TFormula>(TFormula formula, Tensor x, Tensor y)
        where TFormula : struct, IBinaryFormula => Total(formula, x, y, 1);

    /// <summary>The mean of f(x, y) over tensors of one shape, a scalar; value and gradients in one pass.</summary>
    public static Tensor Mean<TFormula>(TFormula formula, Tensor x, Tensor y)
        where TFormula : struct, IBinaryFormula => Total(formula, x, y, 1.0 / x.Count);

    static Tensor Total<TFormula>(TFormula formula, Tensor a, Tensor b, double scale)
        where TFormula : struct, IBinaryFormula
    {
        (Tensor x, Tensor y) = Tensor.Promote(a.Floating(), b.Floating());
        if (x.Shape != y.Shape)
        {
            throw new ShapeException($"{Name<TFormula>()}: {x.Shape} and {y.Shape} differ; expand one of them to the other.");
        }

        Tensor first = x.Contiguous();
        Tensor second = y.Contiguous();
        Tensor? gradientX = Autograd.Wanted(first) ? Tensor.EmptyLike(first) : null;
        Tensor? gradientY = Autograd.Wanted(second) ? Tensor.EmptyLike(second) : null;
        double total = PointwiseDriver.Run(formula, first, second, scale, gradientX, gradientY);
        return Autograd.RecordJoint(
            Name<TFormula>(),
            Tensor.Scalar(total, first.DType),
            [first, second, .. Made(gradientX, gradientY)],
            [first, second],
            g => Autograd.Enabled
                ? Autograd.Compose([first, second], () => Map(formula, first, second).Sum() * scale, g)
                : [Scaled(gradientX, g), Scaled(gradientY, g)]);
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

/// <summary>A formula of one number where two are expected.</summary>
internal readonly struct IgnoringSecond<TFormula>(TFormula formula) : IBinaryFormula
    where TFormula : struct, IUnaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value<T>(T x, T y)
        where T : struct, IReal<T> => formula.Value(x);
}
