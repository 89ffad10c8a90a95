using System.Runtime.CompilerServices;

namespace Criterion.Simd;

/// <summary>A 64-bit integer: the arithmetic and the comparisons of a formula without rounding. Other functions throw.</summary>
internal readonly record struct Int64Lane(long Value) : ILane<Int64Lane, long>
{
    public static int Width => 1;

    public static implicit operator Int64Lane(long value) => new(value);

    public static Int64Lane operator +(Int64Lane a, Int64Lane b) => a.Value + b.Value;

    public static Int64Lane operator -(Int64Lane a, Int64Lane b) => a.Value - b.Value;

    public static Int64Lane operator *(Int64Lane a, Int64Lane b) => a.Value * b.Value;

    public static Int64Lane operator /(Int64Lane a, Int64Lane b) => throw NoInteger("division");

    public static Int64Lane operator -(Int64Lane a) => -a.Value;

    public static Int64Lane Const(double value) => checked((long)value);

    public static Int64Lane Broadcast(long value) => value;

    public static Int64Lane Load(ref readonly long source, nint index) =>
        Unsafe.Add(ref Unsafe.AsRef(in source), index);

    public static Int64Lane LoadWidened(ref readonly float source, nint index) => throw NoInteger("widening");

    public void Store(ref long destination, nint index) => Unsafe.Add(ref destination, index) = Value;

    public void StoreNarrowed(ref float destination, nint index) => throw NoInteger("narrowing");

    public unsafe void Stream(long* destination) => *destination = Value;

    public long Sum() => Value;

    public long Largest() => Value;

    public static Int64Lane Abs(Int64Lane x) => Math.Abs(x.Value);

    public static Int64Lane Sign(Int64Lane x) => Math.Sign(x.Value);

    public static Int64Lane Max(Int64Lane a, Int64Lane b) => Math.Max(a.Value, b.Value);

    public static Int64Lane Min(Int64Lane a, Int64Lane b) => Math.Min(a.Value, b.Value);

    public static Int64Lane Detach(Int64Lane x) => x;

    public static Int64Lane WithSlope(Int64Lane value, Int64Lane x, Int64Lane slope) => value;

    public static Int64Lane Less(Int64Lane a, Int64Lane b) => a.Value < b.Value ? 1 : 0;

    public static Int64Lane LessOrEqual(Int64Lane a, Int64Lane b) => a.Value <= b.Value ? 1 : 0;

    public static Int64Lane Equal(Int64Lane a, Int64Lane b) => a.Value == b.Value ? 1 : 0;

    public static Int64Lane Select(Int64Lane mask, Int64Lane a, Int64Lane b) => mask.Value != 0 ? a : b;

    public static Int64Lane MultiplyAdd(Int64Lane a, Int64Lane b, Int64Lane c) => (a.Value * b.Value) + c.Value;

    public static Int64Lane Clamp(Int64Lane x, double low, double high) => throw NoInteger("clamp");

    public static Int64Lane Scale(Int64Lane x, Int64Lane n) => throw NoInteger("2ⁿ");

    public static Int64Lane Larger(Int64Lane a, Int64Lane b) => Math.Max(a.Value, b.Value);

    public static Int64Lane PowFixed(Int64Lane x, double p) => throw NoInteger("pow");

    public static Int64Lane Round(Int64Lane x) => x;

    public static Int64Lane Split(Int64Lane x, out Int64Lane exponent) => throw NoInteger("log");

    public static Int64Lane Exp(Int64Lane x) => throw NoInteger("exp");

    public static Int64Lane Expm1(Int64Lane x) => throw NoInteger("expm1");

    public static Int64Lane Log(Int64Lane x) => throw NoInteger("log");

    public static Int64Lane Log1p(Int64Lane x) => throw NoInteger("log1p");

    public static Int64Lane Sqrt(Int64Lane x) => throw NoInteger("sqrt");

    public static Int64Lane Sin(Int64Lane x) => throw NoInteger("sin");

    public static Int64Lane Cos(Int64Lane x) => throw NoInteger("cos");

    public static Int64Lane Tanh(Int64Lane x) => throw NoInteger("tanh");

    public static Int64Lane Erf(Int64Lane x) => throw NoInteger("erf");

    public static Int64Lane NormalCdf(Int64Lane x) => throw NoInteger("the normal distribution function");

    public static Int64Lane Sigmoid(Int64Lane x) => throw NoInteger("sigmoid");

    public static Int64Lane Softplus(Int64Lane x) => throw NoInteger("softplus");

    public static Int64Lane Pow(Int64Lane x, Int64Lane y) => throw NoInteger("pow");

    public static Int64Lane Pow(Int64Lane x, double p) => throw NoInteger("pow");

    static DTypeException NoInteger(string function) =>
        new($"Formula: {function} is not defined on integers. Call .To(DType.Float32) first.");
}
