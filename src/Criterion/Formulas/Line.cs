namespace Criterion.Formulas;

/// <summary>
/// The number slope · x + shift of a variable x: it finds out whether a formula is a straight line, whose gradient is one number for
/// all elements. What bends has no slope.
/// </summary>
internal readonly record struct Line(double Slope, double Shift) : IReal<Line>
{
    /// <summary>x itself.</summary>
    public static Line Variable => new(1, 0);

    static Line Bent => new(double.NaN, double.NaN);

    /// <summary>Whether this is a line, level or not.</summary>
    public bool IsStraight => double.IsFinite(Slope);

    bool IsLevel => Slope == 0;

    public static Line operator +(Line a, Line b) => new(a.Slope + b.Slope, a.Shift + b.Shift);

    public static Line operator -(Line a, Line b) => new(a.Slope - b.Slope, a.Shift - b.Shift);

    public static Line operator *(Line a, Line b) => (a.IsLevel, b.IsLevel) switch
    {
        (true, true) => Const(a.Shift * b.Shift),
        (true, false) => new(a.Shift * b.Slope, a.Shift * b.Shift),
        (false, true) => b * a,
        _ => Bent,
    };

    public static Line operator /(Line a, Line b) =>
        !b.IsLevel ? Bent : a.IsLevel ? Const(a.Shift / b.Shift) : new(a.Slope / b.Shift, a.Shift / b.Shift);

    public static Line operator -(Line a) => new(-a.Slope, -a.Shift);

    public static Line Const(double value) => new(0, value);

    public static Line Exp(Line x) => Of(x, Real.Exp);

    public static Line Expm1(Line x) => Of(x, Real.Expm1);

    public static Line Log(Line x) => Of(x, Real.Log);

    public static Line Log1p(Line x) => Of(x, Real.Log1p);

    public static Line Sqrt(Line x) => Of(x, Real.Sqrt);

    public static Line Abs(Line x) => Of(x, Real.Abs);

    public static Line Sign(Line x) => Of(x, Real.Sign);

    public static Line Sin(Line x) => Of(x, Real.Sin);

    public static Line Cos(Line x) => Of(x, Real.Cos);

    public static Line Tanh(Line x) => Of(x, Real.Tanh);

    public static Line Erf(Line x) => Of(x, Real.Erf);

    public static Line NormalCdf(Line x) => Of(x, Real.NormalCdf);

    public static Line Sigmoid(Line x) => Of(x, Real.Sigmoid);

    public static Line Softplus(Line x) => Of(x, Real.Softplus);

    public static Line Max(Line a, Line b) => Of(a, b, Real.Max);

    public static Line Min(Line a, Line b) => Of(a, b, Real.Min);

    public static Line Pow(Line x, Line y) => Of(x, y, Real.Pow);

    public static Line Pow(Line x, double p) => p == 1 ? x : Of(x, Const(p), Real.Pow);

    public static Line Detach(Line x) => x.IsLevel ? x : Bent;

    public static Line WithSlope(Line value, Line x, Line slope) => x.IsLevel ? value : Bent;

    public static Line Less(Line a, Line b) => Of(a, b, Real.Less);

    public static Line LessOrEqual(Line a, Line b) => Of(a, b, Real.LessOrEqual);

    public static Line Equal(Line a, Line b) => Of(a, b, Real.Equal);

    public static Line Select(Line mask, Line a, Line b) => mask.IsLevel ? (mask.Shift != 0 ? a : b) : Bent;

    static Line Of(Line x, Func<Real, Real> function) => x.IsLevel ? Const(function(x.Shift).Value) : Bent;

    static Line Of(Line a, Line b, Func<Real, Real, Real> function) => a.IsLevel && b.IsLevel ? Const(function(a.Shift, b.Shift).Value) : Bent;
}
