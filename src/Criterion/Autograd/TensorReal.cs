using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion;

/// <summary>
/// A tensor as a number: a formula evaluated on it becomes a graph of tensor operations, differentiable to any order. Constants remain
/// numbers until they are combined with a tensor, so that multiplying by 1 or adding 0 costs nothing.
/// </summary>
public readonly struct TensorReal : IReal<TensorReal>
{
    readonly Tensor? _tensor;
    readonly double _constant;

    /// <summary>Initializes a number from a tensor.</summary>
    public TensorReal(Tensor tensor) => _tensor = tensor;

    TensorReal(double constant) => _constant = constant;

    /// <summary>Converts a tensor to a number.</summary>
    public static implicit operator TensorReal(Tensor tensor) => new(tensor);

    /// <inheritdoc/>
    public static TensorReal operator +(TensorReal a, TensorReal b) => (a._tensor, b._tensor) switch
    {
        (null, null) => Const(a._constant + b._constant),
        (null, { } y) => a._constant == 0 ? b : y + a._constant,
        ({ } x, null) => b._constant == 0 ? a : x + b._constant,
        ({ } x, { } y) => x + y,
    };

    /// <inheritdoc/>
    public static TensorReal operator -(TensorReal a, TensorReal b) => (a._tensor, b._tensor) switch
    {
        (null, null) => Const(a._constant - b._constant),
        (null, { } y) => a._constant == 0 ? -y : a._constant - y,
        ({ } x, null) => b._constant == 0 ? a : x - b._constant,
        ({ } x, { } y) => x - y,
    };

    /// <inheritdoc/>
    public static TensorReal operator *(TensorReal a, TensorReal b) => (a._tensor, b._tensor) switch
    {
        (null, null) => Const(a._constant * b._constant),
        (null, { } y) => Scale(b, y, a._constant),
        ({ } x, null) => Scale(a, x, b._constant),
        ({ } x, { } y) => x * y,
    };

    /// <inheritdoc/>
    public static TensorReal operator /(TensorReal a, TensorReal b) => (a._tensor, b._tensor) switch
    {
        (null, null) => Const(a._constant / b._constant),
        (null, { } y) => a._constant == 0 ? a : a._constant / y,
        ({ } x, null) => b._constant == 1 ? a : x / b._constant,
        ({ } x, { } y) => x / y,
    };

    /// <inheritdoc/>
    public static TensorReal operator -(TensorReal a) => a._tensor is { } x ? -x : Const(-a._constant);

    /// <inheritdoc/>
    public static TensorReal Const(double value) => new(value);

    /// <inheritdoc/>
    public static TensorReal Exp(TensorReal x) => x._tensor is { } t ? t.Exp() : Constant(Real.Exp(x._constant));

    /// <inheritdoc/>
    public static TensorReal Expm1(TensorReal x) => x._tensor is { } t ? t.Expm1() : Constant(Real.Expm1(x._constant));

    /// <inheritdoc/>
    public static TensorReal Log(TensorReal x) => x._tensor is { } t ? t.Log() : Constant(Real.Log(x._constant));

    /// <inheritdoc/>
    public static TensorReal Log1p(TensorReal x) => x._tensor is { } t ? t.Log1p() : Constant(Real.Log1p(x._constant));

    /// <inheritdoc/>
    public static TensorReal Sqrt(TensorReal x) => x._tensor is { } t ? t.Sqrt() : Constant(Real.Sqrt(x._constant));

    /// <inheritdoc/>
    public static TensorReal Abs(TensorReal x) => x._tensor is { } t ? t.Abs() : Constant(Real.Abs(x._constant));

    /// <inheritdoc/>
    public static TensorReal Sign(TensorReal x) => x._tensor is { } t ? t.Sign() : Constant(Real.Sign(x._constant));

    /// <inheritdoc/>
    public static TensorReal Sin(TensorReal x) => x._tensor is { } t ? t.Sin() : Constant(Real.Sin(x._constant));

    /// <inheritdoc/>
    public static TensorReal Cos(TensorReal x) => x._tensor is { } t ? t.Cos() : Constant(Real.Cos(x._constant));

    /// <inheritdoc/>
    public static TensorReal Tanh(TensorReal x) => x._tensor is { } t ? t.Tanh() : Constant(Real.Tanh(x._constant));

    /// <inheritdoc/>
    public static TensorReal Erf(TensorReal x) => x._tensor is { } t ? t.Erf() : Constant(Real.Erf(x._constant));

    /// <inheritdoc/>
    public static TensorReal NormalCdf(TensorReal x) =>
        x._tensor is { } t ? TensorFormula.Map(default(NormalDistribution), t) : Constant(Real.NormalCdf(x._constant));

    /// <inheritdoc/>
    public static TensorReal ExpOfSquare(TensorReal x, double factor) =>
        x._tensor is { } t ? TensorFormula.Map(new ExponentialOfSquare(factor), t) : Const(Math.Exp(factor * x._constant * x._constant));

    /// <inheritdoc/>
    public static TensorReal Hypot(TensorReal a, TensorReal b) => a.IsConstant && b.IsConstant
        ? Const(double.Hypot(a._constant, b._constant))
        : TensorFormula.Map(default(Hypotenuse), a.Like(b), b.Like(a));

    /// <inheritdoc/>
    public static TensorReal Sigmoid(TensorReal x) => x._tensor is { } t ? t.Sigmoid() : Constant(Real.Sigmoid(x._constant));

    /// <inheritdoc/>
    public static TensorReal Softplus(TensorReal x) => x._tensor is { } t ? t.Softplus() : Constant(Real.Softplus(x._constant));

    /// <inheritdoc/>
    public static TensorReal Max(TensorReal a, TensorReal b) =>
        a.IsConstant && b.IsConstant ? Const(Math.Max(a._constant, b._constant)) : Tensor.Maximum(a.Like(b), b.Like(a));

    /// <inheritdoc/>
    public static TensorReal Min(TensorReal a, TensorReal b) =>
        a.IsConstant && b.IsConstant ? Const(Math.Min(a._constant, b._constant)) : Tensor.Minimum(a.Like(b), b.Like(a));

    /// <inheritdoc/>
    public static TensorReal Pow(TensorReal x, TensorReal y) => (x._tensor, y._tensor) switch
    {
        (null, null) => Const(Math.Pow(x._constant, y._constant)),
        ({ } t, null) => t.Pow(y._constant),
        _ => x.Like(y).Pow(y._tensor!),
    };

    /// <inheritdoc/>
    public static TensorReal Pow(TensorReal x, double p) => x._tensor is { } t ? t.Pow(p) : Const(Math.Pow(x._constant, p));

    /// <inheritdoc/>
    public static TensorReal Detach(TensorReal x) => x._tensor is { } t ? t.Detach() : x;

    /// <inheritdoc/>
    public static TensorReal WithSlope(TensorReal value, TensorReal x, TensorReal slope) => (value._tensor, x._tensor) switch
    {
        ({ } v, { } t) => Autograd.Record(
            "slope",
            v.Detach(),
            [],
            (Slope: slope, t.Shape),
            (v, static (g, _) => g),
            (t, static (g, of) => (new TensorReal(g) * of.Slope).ToTensor(g).SumTo(of.Shape))),
        _ => value,
    };

    /// <inheritdoc/>
    public static TensorReal Less(TensorReal a, TensorReal b) => Compare(a, b, Real.Less, static (x, y) => x.Less(y));

    /// <inheritdoc/>
    public static TensorReal LessOrEqual(TensorReal a, TensorReal b) => Compare(a, b, Real.LessOrEqual, static (x, y) => x.LessOrEqual(y));

    /// <inheritdoc/>
    public static TensorReal Equal(TensorReal a, TensorReal b) => Compare(a, b, Real.Equal, static (x, y) => x.EqualTo(y));

    /// <inheritdoc/>
    public static TensorReal Select(TensorReal mask, TensorReal a, TensorReal b)
    {
        if (mask._tensor is not { } choice)
        {
            return mask._constant != 0 ? a : b;
        }

        if (a.IsConstant && b.IsConstant && a._constant == b._constant)
        {
            return a;
        }

        return Tensor.Where(choice, a.LikeBranch(b, choice), b.LikeBranch(a, choice));
    }

    /// <summary>Returns this number as a tensor; a constant takes the shape and type of <paramref name="like"/>.</summary>
    public Tensor ToTensor(Tensor like)
    {
        ArgumentNullException.ThrowIfNull(like);
        return _tensor ?? Tensor.Full(like.Shape, _constant, like.DType);
    }

    /// <summary>Returns the sum along the last dimension, of the given size; a constant is multiplied by the size.</summary>
    internal TensorReal SumRows(int size) => _tensor is { } t ? t.Sum(-1) : Const(_constant * size);

    /// <summary>Gets whether this is a constant.</summary>
    internal bool IsConstant => _tensor is null;

    static TensorReal Constant(Real value) => new(value.Value);

    static TensorReal Scale(TensorReal number, Tensor tensor, double factor) => factor switch
    {
        0 => Const(0),
        1 => number,
        -1 => -tensor,
        _ => tensor * factor,
    };

    // A mask has the type of the compared numbers, so that a selection between two constants has it too.
    static TensorReal Compare(TensorReal a, TensorReal b, Func<Real, Real, Real> numbers, Func<Tensor, Tensor, Tensor> tensors) =>
        a.IsConstant && b.IsConstant
            ? Constant(numbers(a._constant, b._constant))
            : tensors(a.Like(b), b.Like(a)).To((a._tensor ?? b._tensor!).DType);

    Tensor Like(TensorReal other) => _tensor ?? Tensor.Full([], _constant, other._tensor!.DType);

    Tensor LikeBranch(TensorReal other, Tensor mask) => _tensor ?? Tensor.Full([], _constant, (other._tensor ?? mask).DType);
}
