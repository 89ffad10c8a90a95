namespace Criterion.Numbers;

/// <summary>
/// The number slope · x + shift of a variable x: it finds out whether a formula is a straight line, whose gradient is one number for
/// all elements. What bends has no slope.
/// </summary>
internal readonly record struct AffineForm(double Slope, double Shift) : IReal<AffineForm>
{
    /// <summary>x itself.</summary>
    public static AffineForm Variable => new(1, 0);

    static AffineForm Bent => new(double.NaN, double.NaN);

    /// <summary>Whether this is a line, level or not.</summary>
    public bool IsStraight => double.IsFinite(Slope);

    bool IsLevel => Slope == 0;

    public static AffineForm operator +(AffineForm a, AffineForm b) => new(a.Slope + b.Slope, a.Shift + b.Shift);

    public static AffineForm operator -(AffineForm a, AffineForm b) => new(a.Slope - b.Slope, a.Shift - b.Shift);

    public static AffineForm operator *(AffineForm a, AffineForm b) => (a.IsLevel, b.IsLevel) switch
    {
        (true, true) => Const(a.Shift * b.Shift),
        (true, false) => new(a.Shift * b.Slope, a.Shift * b.Shift),
        (false, true) => b * a,
        _ => Bent,
    };

    public static AffineForm operator /(AffineForm a, AffineForm b) =>
        !b.IsLevel ? Bent : a.IsLevel ? Const(a.Shift / b.Shift) : new(a.Slope / b.Shift, a.Shift / b.Shift);

    public static AffineForm operator -(AffineForm a) => new(-a.Slope, -a.Shift);

    public static AffineForm Const(double value) => new(0, value);

    public static AffineForm Exp(AffineForm x) => Of(x, Real.Exp);

    public static AffineForm Expm1(AffineForm x) => Of(x, Real.Expm1);

    public static AffineForm Log(AffineForm x) => Of(x, Real.Log);

    public static AffineForm Log1p(AffineForm x) => Of(x, Real.Log1p);

    public static AffineForm Sqrt(AffineForm x) => Of(x, Real.Sqrt);

    public static AffineForm Abs(AffineForm x) => Of(x, Real.Abs);

    public static AffineForm Sign(AffineForm x) => Of(x, Real.Sign);

    public static AffineForm Sin(AffineForm x) => Of(x, Real.Sin);

    public static AffineForm Cos(AffineForm x) => Of(x, Real.Cos);

    public static AffineForm Tanh(AffineForm x) => Of(x, Real.Tanh);

    public static AffineForm Erf(AffineForm x) => Of(x, Real.Erf);

    public static AffineForm NormalCdf(AffineForm x) => Of(x, Real.NormalCdf);

    public static AffineForm Sigmoid(AffineForm x) => Of(x, Real.Sigmoid);

    public static AffineForm Softplus(AffineForm x) => Of(x, Real.Softplus);

    public static AffineForm Max(AffineForm a, AffineForm b) => Of(a, b, Real.Max);

    public static AffineForm Min(AffineForm a, AffineForm b) => Of(a, b, Real.Min);

    public static AffineForm Pow(AffineForm x, AffineForm y) => Of(x, y, Real.Pow);

    public static AffineForm Pow(AffineForm x, double p) => p == 1 ? x : Of(x, Const(p), Real.Pow);

    public static AffineForm Detach(AffineForm x) => x.IsLevel ? x : Bent;

    public static AffineForm WithSlope(AffineForm value, AffineForm x, AffineForm slope) => x.IsLevel ? value : Bent;

    public static AffineForm Less(AffineForm a, AffineForm b) => Of(a, b, Real.Less);

    public static AffineForm LessOrEqual(AffineForm a, AffineForm b) => Of(a, b, Real.LessOrEqual);

    public static AffineForm Equal(AffineForm a, AffineForm b) => Of(a, b, Real.Equal);

    public static AffineForm Select(AffineForm mask, AffineForm a, AffineForm b) => mask.IsLevel ? (mask.Shift != 0 ? a : b) : Bent;

    static AffineForm Of(AffineForm x, Func<Real, Real> function) => x.IsLevel ? Const(function(x.Shift).Value) : Bent;

    static AffineForm Of(AffineForm a, AffineForm b, Func<Real, Real, Real> function) => a.IsLevel && b.IsLevel ? Const(function(a.Shift, b.Shift).Value) : Bent;
}
