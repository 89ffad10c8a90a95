namespace Criterion.Numbers;

/// <summary>
/// The number slope · x + shift of a variable x: a formula that is evaluated on it turns out to be affine or not. The gradient of an affine
/// one is a single number for all elements.
/// </summary>
internal readonly record struct AffineForm(double Slope, double Shift) : IReal<AffineForm>
{
    /// <summary>The variable x.</summary>
    public static AffineForm Variable => new(1, 0);

    static AffineForm NotAffine => new(double.NaN, double.NaN);

    /// <summary>Whether this is an affine function of x, constant or not.</summary>
    public bool IsAffine => double.IsFinite(Slope);

    bool IsConstant => Slope == 0;

    public static AffineForm operator +(AffineForm a, AffineForm b) => new(a.Slope + b.Slope, a.Shift + b.Shift);

    public static AffineForm operator -(AffineForm a, AffineForm b) => new(a.Slope - b.Slope, a.Shift - b.Shift);

    public static AffineForm operator *(AffineForm a, AffineForm b) => (a.IsConstant, b.IsConstant) switch
    {
        (true, true) => Const(a.Shift * b.Shift),
        (true, false) => new(a.Shift * b.Slope, a.Shift * b.Shift),
        (false, true) => b * a,
        _ => NotAffine,
    };

    public static AffineForm operator /(AffineForm a, AffineForm b) =>
        !b.IsConstant ? NotAffine : a.IsConstant ? Const(a.Shift / b.Shift) : new(a.Slope / b.Shift, a.Shift / b.Shift);

    public static AffineForm operator -(AffineForm a) => new(-a.Slope, -a.Shift);

    public static AffineForm Const(double value) => new(0, value);

    public static AffineForm Exp(AffineForm x) => Fold(x, Real.Exp);

    public static AffineForm Expm1(AffineForm x) => Fold(x, Real.Expm1);

    public static AffineForm Log(AffineForm x) => Fold(x, Real.Log);

    public static AffineForm Log1p(AffineForm x) => Fold(x, Real.Log1p);

    public static AffineForm Sqrt(AffineForm x) => Fold(x, Real.Sqrt);

    public static AffineForm Abs(AffineForm x) => Fold(x, Real.Abs);

    public static AffineForm Sign(AffineForm x) => Fold(x, Real.Sign);

    public static AffineForm Sin(AffineForm x) => Fold(x, Real.Sin);

    public static AffineForm Cos(AffineForm x) => Fold(x, Real.Cos);

    public static AffineForm Tanh(AffineForm x) => Fold(x, Real.Tanh);

    public static AffineForm Erf(AffineForm x) => Fold(x, Real.Erf);

    public static AffineForm NormalCdf(AffineForm x) => Fold(x, Real.NormalCdf);

    public static AffineForm Sigmoid(AffineForm x) => Fold(x, Real.Sigmoid);

    public static AffineForm Softplus(AffineForm x) => Fold(x, Real.Softplus);

    public static AffineForm Max(AffineForm a, AffineForm b) => Fold(a, b, Real.Max);

    public static AffineForm Min(AffineForm a, AffineForm b) => Fold(a, b, Real.Min);

    public static AffineForm Pow(AffineForm x, AffineForm y) => Fold(x, y, Real.Pow);

    public static AffineForm Pow(AffineForm x, double p) => p == 1 ? x : Fold(x, Const(p), Real.Pow);

    public static AffineForm Detach(AffineForm x) => x.IsConstant ? x : NotAffine;

    public static AffineForm WithSlope(AffineForm value, AffineForm x, AffineForm slope) => x.IsConstant ? value : NotAffine;

    public static AffineForm Less(AffineForm a, AffineForm b) => Fold(a, b, Real.Less);

    public static AffineForm LessOrEqual(AffineForm a, AffineForm b) => Fold(a, b, Real.LessOrEqual);

    public static AffineForm Equal(AffineForm a, AffineForm b) => Fold(a, b, Real.Equal);

    public static AffineForm Select(AffineForm mask, AffineForm a, AffineForm b) => mask.IsConstant ? (mask.Shift != 0 ? a : b) : NotAffine;

    static AffineForm Fold(AffineForm x, Func<Real, Real> function) => x.IsConstant ? Const(function(x.Shift).Value) : NotAffine;

    static AffineForm Fold(AffineForm a, AffineForm b, Func<Real, Real, Real> function) =>
        a.IsConstant && b.IsConstant ? Const(function(a.Shift, b.Shift).Value) : NotAffine;
}
