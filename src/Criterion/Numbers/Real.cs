namespace Criterion.Numbers;

/// <summary>A plain <see cref="double"/>: the slow reference that every faster run of a formula is compared with.</summary>
public readonly record struct Real : IScalar<Real>
{
    /// <summary>Initializes the number.</summary>
    /// <param name="value">The number.</param>
    public Real(double value) => Value = value;

    /// <summary><inheritdoc cref="Real(double)" path="/param[@name='value']/node()"/></summary>
    public double Value { get; }

    /// <summary>A double is a number.</summary>
    public static implicit operator Real(double value) => new(value);

    /// <inheritdoc/>
    public static Real operator +(Real a, Real b) => a.Value + b.Value;

    /// <inheritdoc/>
    public static Real operator -(Real a, Real b) => a.Value - b.Value;

    /// <inheritdoc/>
    public static Real operator *(Real a, Real b) => a.Value * b.Value;

    /// <inheritdoc/>
    public static Real operator /(Real a, Real b) => a.Value / b.Value;

    /// <inheritdoc/>
    public static Real operator -(Real a) => -a.Value;

    /// <inheritdoc/>
    public static Real Const(double value) => value;

    /// <inheritdoc/>
    public static Real Exp(Real x) => Math.Exp(x.Value);

    /// <inheritdoc/>
    public static Real Expm1(Real x)
    {
        // The rounding of eˣ cancels between numerator and denominator (W. Kahan), and so below for the logarithm.
        double e = Math.Exp(x.Value);
        return e == 1 ? x : e - 1 == -1 || double.IsInfinity(e) ? e - 1 : (e - 1) * (x.Value / Math.Log(e));
    }

    /// <inheritdoc/>
    public static Real Log(Real x) => Math.Log(x.Value);

    /// <inheritdoc/>
    public static Real Log1p(Real x)
    {
        double shifted = 1 + x.Value;
        return shifted == 1 || double.IsPositiveInfinity(shifted) ? x : Math.Log(shifted) * (x.Value / (shifted - 1));
    }

    /// <inheritdoc/>
    public static Real Sqrt(Real x) => Math.Sqrt(x.Value);

    /// <inheritdoc/>
    public static Real Abs(Real x) => Math.Abs(x.Value);

    /// <inheritdoc/>
    public static Real Sign(Real x) => double.IsNaN(x.Value) ? double.NaN : Math.Sign(x.Value);

    /// <inheritdoc/>
    public static Real Sin(Real x) => Math.Sin(x.Value);

    /// <inheritdoc/>
    public static Real Cos(Real x) => Math.Cos(x.Value);

    /// <inheritdoc/>
    public static Real Tanh(Real x) => Math.Tanh(x.Value);

    /// <inheritdoc/>
    public static Real Erf(Real x) =>
        Math.Abs(x.Value) < 2 ? ErfSeries(x.Value) : Math.CopySign(1 - ErfcFraction(Math.Abs(x.Value)), x.Value);

    /// <inheritdoc/>
    public static Real NormalCdf(Real x)
    {
        double z = -x.Value * Math.Sqrt(0.5);
        return z < 2 ? 0.5 - (0.5 * Erf(z).Value) : Math.Exp(-0.5 * x.Value * x.Value) / (2 * ErfcTail(z) * Math.Sqrt(Math.PI));
    }

    /// <inheritdoc/>
    public static Real Sigmoid(Real x)
    {
        double e = Math.Exp(-Math.Abs(x.Value));
        return (x.Value < 0 ? e : 1) / (1 + e);
    }

    /// <inheritdoc/>
    public static Real Softplus(Real x) => Math.Max(x.Value, 0) + Log1p(Math.Exp(-Math.Abs(x.Value))).Value;

    /// <inheritdoc/>
    public static Real Max(Real a, Real b) => Math.Max(a.Value, b.Value);

    /// <inheritdoc/>
    public static Real Min(Real a, Real b) => Math.Min(a.Value, b.Value);

    /// <inheritdoc/>
    public static Real Pow(Real x, Real y) => Math.Pow(x.Value, y.Value);

    /// <inheritdoc/>
    public static Real Pow(Real x, double p) => p == 2 ? x.Value * x.Value : Math.Pow(x.Value, p);

    /// <inheritdoc/>
    public static Real Detach(Real x) => x;

    /// <inheritdoc/>
    public static Real WithSlope(Real value, Real x, Real slope) => value;

    /// <inheritdoc/>
    public static Real Less(Real a, Real b) => a.Value < b.Value ? 1 : 0;

    /// <inheritdoc/>
    public static Real LessOrEqual(Real a, Real b) => a.Value <= b.Value ? 1 : 0;

    /// <inheritdoc/>
    public static Real Equal(Real a, Real b) => a.Value == b.Value ? 1 : 0;

    /// <inheritdoc/>
    public static bool Any(Real mask) => mask.Value != 0;

    /// <inheritdoc/>
    public static Real Select(Real mask, Real a, Real b) => mask.Value != 0 ? a : b;

    // 2/√π e^(−x²) Σ 2ⁿ x²ⁿ⁺¹ / (1 · 3 · 5 … (2n+1)): all terms have one sign, so none cancel.
    static double ErfSeries(double x)
    {
        double term = x;
        double sum = x;
        for (int n = 1; n < 60; n++)
        {
            term *= 2 * x * x / ((2 * n) + 1);
            sum += term;
        }

        return sum * Math.Exp(-x * x) * 2 / Math.Sqrt(Math.PI);
    }

    static double ErfcFraction(double x) => Math.Exp(-x * x) / (ErfcTail(x) * Math.Sqrt(Math.PI));

    // The continued fraction of e^(−x²) / (√π erfc x) for x ≥ 2, evaluated from its tail.
    static double ErfcTail(double x)
    {
        double tail = x;
        for (int k = 60; k >= 1; k--)
        {
            tail = x + (k / 2.0 / tail);
        }

        return tail;
    }
}
