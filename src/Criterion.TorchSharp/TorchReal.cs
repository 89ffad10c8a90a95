using Criterion.Numbers;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Criterion.TorchSharp;

/// <summary>
/// A LibTorch tensor as a number: a formula evaluated on it becomes a graph of LibTorch's operations, on any device. Constants remain
/// numbers until they are combined with a tensor.
/// </summary>
internal readonly struct TorchReal : IReal<TorchReal>
{
    readonly torch.Tensor? _tensor;
    readonly double _constant;

    /// <summary>Of a mask: a tensor that it compared, whose type and device a selection between constants has.</summary>
    readonly torch.Tensor? _compared;

    public TorchReal(torch.Tensor tensor) => _tensor = tensor;

    TorchReal(double constant) => _constant = constant;

    TorchReal(torch.Tensor mask, torch.Tensor compared) => (_tensor, _compared) = (mask, compared);

    bool IsConstant => _tensor is null;

    public static TorchReal operator +(TorchReal a, TorchReal b) => (a._tensor, b._tensor) switch
    {
        (null, null) => Const(a._constant + b._constant),
        (null, { } y) => a._constant == 0 ? b : new(y + a._constant),
        ({ } x, null) => b._constant == 0 ? a : new(x + b._constant),
        ({ } x, { } y) => new(x + y),
    };

    public static TorchReal operator -(TorchReal a, TorchReal b) => (a._tensor, b._tensor) switch
    {
        (null, null) => Const(a._constant - b._constant),
        (null, { } y) => new(a._constant == 0 ? -y : a._constant - y),
        ({ } x, null) => b._constant == 0 ? a : new(x - b._constant),
        ({ } x, { } y) => new(x - y),
    };

    public static TorchReal operator *(TorchReal a, TorchReal b) => (a._tensor, b._tensor) switch
    {
        (null, null) => Const(a._constant * b._constant),
        (null, { } y) => Scaled(b, y, a._constant),
        ({ } x, null) => Scaled(a, x, b._constant),
        ({ } x, { } y) => new(x * y),
    };

    public static TorchReal operator /(TorchReal a, TorchReal b) => (a._tensor, b._tensor) switch
    {
        (null, null) => Const(a._constant / b._constant),
        (null, { } y) => a._constant == 0 ? a : new(a._constant / y),
        ({ } x, null) => b._constant == 1 ? a : new(x / b._constant),
        ({ } x, { } y) => new(x / y),
    };

    public static TorchReal operator -(TorchReal a) => a._tensor is { } x ? new(-x) : Const(-a._constant);

    public static TorchReal Const(double value) => new(value);

    public static TorchReal Exp(TorchReal x) => x._tensor is { } t ? new(t.exp()) : Of(Real.Exp(x._constant));

    public static TorchReal Expm1(TorchReal x) => x._tensor is { } t ? new(t.expm1()) : Of(Real.Expm1(x._constant));

    public static TorchReal Log(TorchReal x) => x._tensor is { } t ? new(t.log()) : Of(Real.Log(x._constant));

    public static TorchReal Log1p(TorchReal x) => x._tensor is { } t ? new(t.log1p()) : Of(Real.Log1p(x._constant));

    public static TorchReal Sqrt(TorchReal x) => x._tensor is { } t ? new(t.sqrt()) : Of(Real.Sqrt(x._constant));

    public static TorchReal Abs(TorchReal x) => x._tensor is { } t ? new(t.abs()) : Of(Real.Abs(x._constant));

    public static TorchReal Sign(TorchReal x) => x._tensor is { } t ? new(t.sign()) : Of(Real.Sign(x._constant));

    public static TorchReal Sin(TorchReal x) => x._tensor is { } t ? new(t.sin()) : Of(Real.Sin(x._constant));

    public static TorchReal Cos(TorchReal x) => x._tensor is { } t ? new(t.cos()) : Of(Real.Cos(x._constant));

    public static TorchReal Tanh(TorchReal x) => x._tensor is { } t ? new(t.tanh()) : Of(Real.Tanh(x._constant));

    public static TorchReal Erf(TorchReal x) => x._tensor is { } t ? new(t.erf()) : Of(Real.Erf(x._constant));

    public static TorchReal NormalCdf(TorchReal x) =>
        x._tensor is { } t ? new(0.5 * (t * -Math.Sqrt(0.5)).erfc()) : Of(Real.NormalCdf(x._constant));

    public static TorchReal Sigmoid(TorchReal x) => x._tensor is { } t ? new(t.sigmoid()) : Of(Real.Sigmoid(x._constant));

    // LibTorch's is the identity above a threshold, 20 by default, where it is 2e-9 too small.
    public static TorchReal Softplus(TorchReal x) => x._tensor is { } t ? new(F.softplus(t, 1, 40)) : Of(Real.Softplus(x._constant));

    public static TorchReal Max(TorchReal a, TorchReal b) =>
        a.IsConstant && b.IsConstant ? Const(Math.Max(a._constant, b._constant)) : new(maximum(a.Like(b), b.Like(a)));

    public static TorchReal Min(TorchReal a, TorchReal b) =>
        a.IsConstant && b.IsConstant ? Const(Math.Min(a._constant, b._constant)) : new(minimum(a.Like(b), b.Like(a)));

    // The second derivative of LibTorch's power of two tensors is wrong at exponent 0.
    public static TorchReal Pow(TorchReal x, TorchReal y) => y.IsConstant ? Pow(x, y._constant) : Exp(y * Log(x));

    public static TorchReal Pow(TorchReal x, double p) => x._tensor is { } t ? new(t.pow(p)) : Const(Math.Pow(x._constant, p));

    public static TorchReal Detach(TorchReal x) => x._tensor is { } t ? new(t.detach()) : x;

    // v + s (x − x.detach()) would have the slope of s twice in its second derivative.
    public static TorchReal WithSlope(TorchReal value, TorchReal x, TorchReal slope) =>
        value._tensor is { } v && x._tensor is { } t ? new(SlopeFunction.Of(v, t, slope.Like(x))) : value;

    public static TorchReal Less(TorchReal a, TorchReal b) => Compare(a, b, Real.Less, static (x, y) => x.lt(y));

    public static TorchReal LessOrEqual(TorchReal a, TorchReal b) => Compare(a, b, Real.LessOrEqual, static (x, y) => x.le(y));

    public static TorchReal Equal(TorchReal a, TorchReal b) => Compare(a, b, Real.Equal, static (x, y) => x.eq(y));

    public static TorchReal Select(TorchReal mask, TorchReal a, TorchReal b)
    {
        if (mask._tensor is not { } choice)
        {
            return mask._constant != 0 ? a : b;
        }

        TorchReal like = new(a._tensor ?? b._tensor ?? mask._compared!);
        return a.IsConstant && b.IsConstant && a._constant == b._constant ? a : new(where(choice, a.Like(like), b.Like(like)));
    }

    /// <summary>Returns this number as a tensor of the shape of another.</summary>
    public torch.Tensor ToTensor(torch.Tensor like) => _tensor ?? full_like(like, _constant);

    static TorchReal Of(Real value) => new(value.Value);

    static TorchReal Scaled(TorchReal number, torch.Tensor tensor, double factor) => factor switch
    {
        0 => Const(0),
        1 => number,
        -1 => new(-tensor),
        _ => new(tensor * factor),
    };

    static TorchReal Compare(
        TorchReal a, TorchReal b, Func<Real, Real, Real> numbers, Func<torch.Tensor, torch.Tensor, torch.Tensor> tensors) =>
        a.IsConstant && b.IsConstant
            ? Of(numbers(a._constant, b._constant))
            : new(tensors(a.Like(b), b.Like(a)), a._tensor ?? b._tensor!);

    torch.Tensor Like(TorchReal other) => _tensor ?? Filled(_constant, other._tensor!.dtype, other._tensor.device);

    static torch.Tensor Filled(double value, ScalarType type, torch.Device device) => full([], value, type, device);
}
