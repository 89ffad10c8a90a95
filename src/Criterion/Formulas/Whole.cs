namespace Criterion.Formulas;

/// <summary>A 64-bit integer: the arithmetic and the comparisons of a formula without rounding. Functions of analysis throw.</summary>
internal readonly record struct Whole(long Value) : ILane<Whole, long>
{
    public static int Width => 1;

    public static implicit operator Whole(long value) => new(value);

    public static Whole operator +(Whole a, Whole b) => a.Value + b.Value;

    public static Whole operator -(Whole a, Whole b) => a.Value - b.Value;

    public static Whole operator *(Whole a, Whole b) => a.Value * b.Value;

    public static Whole operator /(Whole a, Whole b) => throw NoInteger("division");

    public static Whole operator -(Whole a) => -a.Value;

    public static Whole Const(double value) => checked((long)value);

    public static Whole Load(ref readonly long source, nint index) =>
        System.Runtime.CompilerServices.Unsafe.Add(ref System.Runtime.CompilerServices.Unsafe.AsRef(in source), index);

    public static Whole LoadWidened(ref readonly float source, nint index) => throw NoInteger("widening");

    public void Store(ref long destination, nint index) => System.Runtime.CompilerServices.Unsafe.Add(ref destination, index) = Value;

    public unsafe void Stream(long* destination) => *destination = Value;

    public long Sum() => Value;

    public long Largest() => Value;

    public static Whole Abs(Whole x) => Math.Abs(x.Value);

    public static Whole Sign(Whole x) => Math.Sign(x.Value);

    public static Whole Max(Whole a, Whole b) => Math.Max(a.Value, b.Value);

    public static Whole Min(Whole a, Whole b) => Math.Min(a.Value, b.Value);

    public static Whole Detach(Whole x) => x;

    public static Whole WithSlope(Whole value, Whole x, Whole slope) => value;

    public static Whole Less(Whole a, Whole b) => a.Value < b.Value ? 1 : 0;

    public static Whole LessOrEqual(Whole a, Whole b) => a.Value <= b.Value ? 1 : 0;

    public static Whole Equal(Whole a, Whole b) => a.Value == b.Value ? 1 : 0;

    public static Whole Select(Whole mask, Whole a, Whole b) => mask.Value != 0 ? a : b;

    public static Whole MultiplyAdd(Whole a, Whole b, Whole c) => (a.Value * b.Value) + c.Value;

    public static Whole Hold(Whole x, double low, double high) => throw NoInteger("hold");

    public static Whole Scale(Whole x, Whole n) => throw NoInteger("2ⁿ");

    public static Whole Larger(Whole a, Whole b) => Math.Max(a.Value, b.Value);

    public static Whole PowFixed(Whole x, double p) => throw NoInteger("pow");

    public static Whole Round(Whole x) => x;

    public static Whole Split(Whole x, out Whole exponent) => throw NoInteger("log");

    public static Whole Exp(Whole x) => throw NoInteger("exp");

    public static Whole Expm1(Whole x) => throw NoInteger("expm1");

    public static Whole Log(Whole x) => throw NoInteger("log");

    public static Whole Log1p(Whole x) => throw NoInteger("log1p");

    public static Whole Sqrt(Whole x) => throw NoInteger("sqrt");

    public static Whole Sin(Whole x) => throw NoInteger("sin");

    public static Whole Cos(Whole x) => throw NoInteger("cos");

    public static Whole Tanh(Whole x) => throw NoInteger("tanh");

    public static Whole Erf(Whole x) => throw NoInteger("erf");

    public static Whole NormalCdf(Whole x) => throw NoInteger("the normal distribution function");

    public static Whole Sigmoid(Whole x) => throw NoInteger("sigmoid");

    public static Whole Softplus(Whole x) => throw NoInteger("softplus");

    public static Whole Pow(Whole x, Whole y) => throw NoInteger("pow");

    public static Whole Pow(Whole x, double p) => throw NoInteger("pow");

    static DTypeException NoInteger(string function) => new($"{function} is not defined on integers; call .To(DType.Float32) first.");
}
