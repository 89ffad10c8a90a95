namespace Criterion.Numbers;

/// <summary>
/// A double with an exponent of 64 bits: no square, product or sum overflows or underflows if the result is within the range of a
/// double. Slow: drivers use it where the fast result is out of range.
/// </summary>
internal readonly struct UnboundedReal : IScalar<UnboundedReal>
{
    // Beyond this difference of exponents the smaller of two terms does not change their sum.
    const int Negligible = 64;

    // |x| below e^±700 has an exponential in the range of a double.
    const double MostOfExp = 700;

    // Zero, an infinity, NaN, or a number with a magnitude in [1, 2).
    readonly double _fraction;

    readonly long _exponent;

    UnboundedReal(double fraction, long exponent) => (_fraction, _exponent) = (fraction, exponent);

    public static implicit operator UnboundedReal(double value) => Normalised(value, 0);

    public double Value => Math.ScaleB(_fraction, (int)Math.Clamp(_exponent, -5000, 5000));

    bool IsSpecial => _fraction == 0 || !double.IsFinite(_fraction);

    bool IsTiny => _exponent < -500;

    public static UnboundedReal operator +(UnboundedReal a, UnboundedReal b)
    {
        if (a.IsSpecial || b.IsSpecial)
        {
            return a._fraction == 0 && !b.IsSpecial ? b : b._fraction == 0 && !a.IsSpecial ? a : SpecialSum(a, b);
        }

        long difference = a._exponent - b._exponent;
        return difference switch
        {
            > Negligible => a,
            < -Negligible => b,
            _ => Normalised(a._fraction + Math.ScaleB(b._fraction, (int)-difference), a._exponent),
        };
    }

    public static UnboundedReal operator -(UnboundedReal a, UnboundedReal b) => a + (-b);

    public static UnboundedReal operator *(UnboundedReal a, UnboundedReal b) =>
        Normalised(a._fraction * b._fraction, a._exponent + b._exponent);

    public static UnboundedReal operator /(UnboundedReal a, UnboundedReal b) =>
        Normalised(a._fraction / b._fraction, a._exponent - b._exponent);

    public static UnboundedReal operator -(UnboundedReal a) => new(-a._fraction, a._exponent);

    public static UnboundedReal Const(double value) => value;

    public static UnboundedReal Exp(UnboundedReal x)
    {
        double value = x.Value;
        double n = Math.Round(value / Math.Log(2));
        return Math.Abs(value) <= MostOfExp || double.IsNaN(value) ? Math.Exp(value)
            : Math.Abs(n) > 1L << 52 ? (value > 0 ? double.PositiveInfinity : 0)
            : Normalised(Math.Exp(value - (n * 6.93147180369123816490e-01) - (n * 1.90821492927058770002e-10)), (long)n);
    }

    public static UnboundedReal Expm1(UnboundedReal x) => x.IsTiny ? x : Math.Abs(x.Value) < 1 ? Real.Expm1(x.Value).Value : Exp(x) - 1;

    public static UnboundedReal Log(UnboundedReal x) => x.IsSpecial || Math.Abs(x._exponent) <= 1000
        ? Math.Log(x.Value)
        : Math.Log(x._fraction) + (x._exponent * Math.Log(2));

    public static UnboundedReal Log1p(UnboundedReal x) => x.IsTiny ? x : x._exponent > 100 ? Log(x) : Real.Log1p(x.Value).Value;

    public static UnboundedReal Sqrt(UnboundedReal x)
    {
        long odd = x._exponent & 1;
        return Normalised(Math.Sqrt(Math.ScaleB(x._fraction, (int)odd)), (x._exponent - odd) / 2);
    }

    public static UnboundedReal Abs(UnboundedReal x) => new(Math.Abs(x._fraction), x._exponent);

    public static UnboundedReal Sign(UnboundedReal x) => double.IsNaN(x._fraction) ? x : Math.Sign(x._fraction);

    public static UnboundedReal Sin(UnboundedReal x) => x.IsTiny ? x : Math.Sin(x.Value);

    public static UnboundedReal Cos(UnboundedReal x) => Math.Cos(x.Value);

    public static UnboundedReal Tanh(UnboundedReal x) => x.IsTiny ? x : Math.Tanh(x.Value);

    public static UnboundedReal Erf(UnboundedReal x) => x.IsTiny ? x * (2 / Math.Sqrt(Math.PI)) : Real.Erf(x.Value).Value;

    public static UnboundedReal NormalCdf(UnboundedReal x) => Real.NormalCdf(x.Value).Value;

    public static UnboundedReal Sigmoid(UnboundedReal x)
    {
        UnboundedReal e = Exp(-Abs(x));
        return (x._fraction < 0 ? e : 1) / (1 + e);
    }

    public static UnboundedReal Softplus(UnboundedReal x) => Max(x, 0) + Log1p(Exp(-Abs(x)));

    public static UnboundedReal Max(UnboundedReal a, UnboundedReal b) => double.IsNaN(a._fraction) || IsLess(b, a) ? a : b;

    public static UnboundedReal Min(UnboundedReal a, UnboundedReal b) => double.IsNaN(a._fraction) || IsLess(a, b) ? a : b;

    public static UnboundedReal Pow(UnboundedReal x, UnboundedReal y) => Pow(x, y.Value);

    public static UnboundedReal Pow(UnboundedReal x, double p)
    {
        double exponent = p * x._exponent;
        if (x.IsSpecial || Math.Abs(p) > 500 || Math.Abs(exponent) > 1L << 52)
        {
            return Math.Pow(x.Value, p);
        }

        double whole = Math.Floor(exponent);
        return Normalised(Math.Pow(x._fraction, p) * Math.Pow(2, exponent - whole), (long)whole);
    }

    public static UnboundedReal Detach(UnboundedReal x) => x;

    public static UnboundedReal WithSlope(UnboundedReal value, UnboundedReal x, UnboundedReal slope) => value;

    public static UnboundedReal Less(UnboundedReal a, UnboundedReal b) => IsLess(a, b) ? 1 : 0;

    public static UnboundedReal LessOrEqual(UnboundedReal a, UnboundedReal b) => IsLess(a, b) || IsEqual(a, b) ? 1 : 0;

    public static UnboundedReal Equal(UnboundedReal a, UnboundedReal b) => IsEqual(a, b) ? 1 : 0;

    public static bool Any(UnboundedReal mask) => mask._fraction != 0;

    public static UnboundedReal Select(UnboundedReal mask, UnboundedReal a, UnboundedReal b) => mask._fraction != 0 ? a : b;

    static bool IsLess(UnboundedReal a, UnboundedReal b) => (a - b)._fraction < 0;

    static bool IsEqual(UnboundedReal a, UnboundedReal b) => a._fraction == b._fraction && a._exponent == b._exponent;

    static UnboundedReal SpecialSum(UnboundedReal a, UnboundedReal b) => new(a._fraction + b._fraction, 0);

    static UnboundedReal Normalised(double fraction, long exponent)
    {
        if (fraction == 0 || !double.IsFinite(fraction))
        {
            return new(fraction, 0);
        }

        int own = Math.ILogB(fraction);
        return new(Math.ScaleB(fraction, -own), exponent + own);
    }
}
