using System.Globalization;

namespace Criterion.Numbers;

/// <summary>LaTeX as a number: a formula evaluated on it is printed, with brackets only where they are needed.</summary>
public readonly struct Latex : IReal<Latex>
{
    const int Sum = 1;
    const int Product = 2;
    const int Prefix = 3;
    const int Atom = 4;
    const string Logarithm = @"\ln ";

    readonly string? _text;
    readonly int _strength;
    readonly bool _isConstant;
    readonly bool _isEquality;

    // The text that a minus was put before, so that two of them cancel.
    readonly string? _opposite;

    /// <summary>Initializes a name, such as <c>x</c> or <c>\hat y</c>.</summary>
    public Latex(string name)
        : this(name, Atom)
    {
    }

    Latex(string text, int strength, bool isConstant = false, bool isEquality = false, string? opposite = null)
    {
        _text = text;
        _strength = strength;
        _isConstant = isConstant;
        _isEquality = isEquality;
        _opposite = opposite;
    }

    /// <summary>
    /// Returns an element of a named row. A subscript of the name precedes the index, because LaTeX rejects two subscripts: x_{1,j}.
    /// </summary>
    internal static Latex Element(string name, string index)
    {
        int at = name.LastIndexOf('_');
        string own = at < 0 ? "" : name[(at + 1)..].Trim('{', '}');
        bool endsInSubscript = at >= 0 && (name.Length == at + 2 || name.EndsWith($"{{{own}}}", StringComparison.Ordinal));
        return new(endsInSubscript ? $"{name[..at]}_{{{own},{index}}}" : $"{name}_{index}");
    }

    /// <summary>Returns the sum over the elements of a row.</summary>
    internal static Latex SumOverRow(Latex term) => new($@"\sum_j {term.Within(Product)}", Product);

    /// <summary>Returns the mean over a window.</summary>
    internal static Latex OverWindow(Latex term) => new($@"\overline{{{term}}}", Atom);

    /// <inheritdoc/>
    public static bool IsText => true;

    /// <inheritdoc/>
    public static Latex operator +(Latex a, Latex b) => new(b._opposite is { } minus ? $"{a} - {minus}" : $"{a} + {b}", Sum);

    /// <inheritdoc/>
    public static Latex operator -(Latex a, Latex b) => new(b._opposite is { } plus ? $"{a} + {plus}" : $"{a} - {b.Within(Product)}", Sum);

    /// <inheritdoc/>
    public static Latex operator *(Latex a, Latex b) => a.IsOne ? b : b.IsOne ? a
        : a._text == b._text ? Pow(a, 2) : new($@"{a.Within(Product)} \cdot {b.Within(Prefix)}", Product);

    /// <inheritdoc/>
    public static Latex operator /(Latex a, Latex b) => b.IsOne ? a : new($@"\frac{{{a}}}{{{b}}}", Prefix);

    /// <inheritdoc/>
    public static Latex operator -(Latex a) =>
        a._opposite is { } text ? new(text, Product) : new($"-{a.Within(Product)}", Sum, opposite: a.Within(Product));

    /// <summary>Returns words as text within a formula.</summary>
    internal static string Text(string words) => $@"\text{{{words}}}";

    /// <inheritdoc/>
    public static Latex Const(double value) => double.IsInfinity(value)
        ? new(value > 0 ? @"\infty" : @"-\infty", value > 0 ? Atom : Sum, isConstant: true)
        : new(Number(value), value < 0 ? Sum : Math.Abs(value) is > 0 and < Small ? Prefix : Atom, isConstant: true);

    /// <inheritdoc/>
    public static Latex Exp(Latex x) => x.Undone is { } inner ? new(inner) : new($"e^{{{x}}}", Prefix);

    /// <inheritdoc/>
    public static Latex Expm1(Latex x) => Exp(x) - Const(1);

    /// <inheritdoc/>
    public static Latex Log(Latex x) => Function(@"\ln", x);

    /// <inheritdoc/>
    public static Latex Log1p(Latex x) => Function(@"\ln", Const(1) + x);

    /// <inheritdoc/>
    public static Latex Sqrt(Latex x) => new($@"\sqrt{{{x}}}", Atom);

    /// <inheritdoc/>
    public static Latex Abs(Latex x) => new($@"\left|{x}\right|", Atom);

    /// <inheritdoc/>
    public static Latex Sign(Latex x) => Function(@"\operatorname{sgn}", x);

    /// <inheritdoc/>
    public static Latex Sin(Latex x) => Function(@"\sin", x);

    /// <inheritdoc/>
    public static Latex Cos(Latex x) => Function(@"\cos", x);

    /// <inheritdoc/>
    public static Latex Tanh(Latex x) => Function(@"\tanh", x);

    /// <inheritdoc/>
    public static Latex Erf(Latex x) => Function(@"\operatorname{erf}", x);

    /// <inheritdoc/>
    public static Latex NormalCdf(Latex x) => Function(@"\Phi", x);

    /// <inheritdoc/>
    public static Latex ExpOfSquare(Latex x, double factor) => Exp(Const(factor) * Pow(x, 2));

    /// <inheritdoc/>
    public static Latex Hypot(Latex a, Latex b) => Sqrt(Pow(a, 2) + Pow(b, 2));

    /// <inheritdoc/>
    public static Latex Sigmoid(Latex x) => Function(@"\sigma", x);

    /// <inheritdoc/>
    public static Latex Softplus(Latex x) => Function(@"\operatorname{softplus}", x);

    /// <inheritdoc/>
    public static Latex Max(Latex a, Latex b) => new($@"\max\left({a}, {b}\right)", Atom);

    /// <inheritdoc/>
    public static Latex Min(Latex a, Latex b) => new($@"\min\left({a}, {b}\right)", Atom);

    /// <inheritdoc/>
    public static Latex Pow(Latex x, Latex y) => new($"{x.Within(Atom)}^{{{y}}}", Prefix);

    /// <inheritdoc/>
    public static Latex Pow(Latex x, double p) => Pow(x, Const(p));

    /// <inheritdoc/>
    public static Latex PowOrZero(Latex x, double p) => p switch
    {
        0.5 => Sqrt(x),
        -0.5 => Const(1) / Sqrt(x),
        < 1 when double.IsInteger(1 / p) => Pow(x, Const(1) / Const(1 / p)),
        _ => Pow(x, p),
    };

    /// <inheritdoc/>
    public static Latex PositivePart(Latex x) => Max(Const(0), x);

    /// <inheritdoc/>
    public static Latex Detach(Latex x) => x;

    /// <inheritdoc/>
    public static Latex WithSlope(Latex value, Latex x, Latex slope) => value;

    /// <inheritdoc/>
    public static Latex Less(Latex a, Latex b) => new($"{a} < {b}", 0);

    /// <inheritdoc/>
    public static Latex LessOrEqual(Latex a, Latex b) => new($@"{a} \le {b}", 0);

    /// <inheritdoc/>
    public static Latex Equal(Latex a, Latex b) => new($"{a} = {b}", 0, isEquality: true);

    /// <inheritdoc/>
    public static bool Any(Latex mask) => false;

    /// <inheritdoc/>
    /// <remarks>A formula that is replaced by a constant in a single point, where it is undefined, is printed without the case.</remarks>
    public static Latex Select(Latex mask, Latex a, Latex b) => a._text == b._text || (mask._isEquality && a._isConstant && !b._isConstant)
        ? b
        : a._text == "0" && (mask._text == $"{b} < 0" || mask._text == $@"{b} \le 0") ? Max(a, b)
        : new($@"\begin{{cases}}{a} & {mask} \\ {b} & \text{{otherwise}}\end{{cases}}", Atom);

    /// <summary>Returns the text.</summary>
    public override string ToString() => _text ?? "0";

    // Numbers below this are printed with a power of ten.
    const double Small = 1e-4;

    static string Number(double value)
    {
        if (value == 0 || Math.Abs(value) >= Small)
        {
            return value.ToString("0.######", CultureInfo.InvariantCulture);
        }

        string[] parts = value.ToString("0.######E0", CultureInfo.InvariantCulture).Split('E');
        string factor = parts[0] switch { "1" => "", "-1" => "-", string other => $@"{other} \cdot " };
        return $"{factor}10^{{{parts[1]}}}";
    }

    /// <summary>Returns a name. The exponential of the logarithm of a name, such as <c>\ln p</c>, is <c>p</c>.</summary>
    internal static Latex Named(string name) => new(name, name.StartsWith(Logarithm, StringComparison.Ordinal) ? Prefix : Atom);

    bool IsOne => _isConstant && _text == "1";

    // The argument of a logarithm that is a name.
    string? Undone => _strength == Prefix && _text!.StartsWith(Logarithm, StringComparison.Ordinal) ? _text[Logarithm.Length..] : null;

    static Latex Function(string name, Latex x) => new($@"{name}\left({x}\right)", Atom);

    string Within(int strength) => _strength >= strength ? ToString() : $@"\left({this}\right)";
}
