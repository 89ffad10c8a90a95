using System.Text;

namespace Criterion.Cli;

/// <summary>Writes LaTeX as Unicode text for a terminal: <c>\frac{x - y}{2}</c> as (x − y)/2.</summary>
/// <remarks>Covers the commands that formulas of losses use.</remarks>
internal sealed class UnicodeMath
{
    const string Begin = @"\begin{cases}";
    const string End = @"\end{cases}";

    // Between these a text is one factor, whatever it contains.
    const string Opening = "([⟨";
    const string Closing = ")]⟩";
    const string OnBothSides = "|‖";

    const string Operators = " /·+−<=≤,_^";

    // Commands and their text in turn.
    const string Named = """
        cdot · sum Σ prod Π le ≤ ne ≠ in ∈ notin ∉ leftarrow ← infty ∞ ast ∗ top ᵀ odot ⊙ ell ℓ phi φ Phi Φ theta θ pi π lambda λ alpha α
        beta β gamma γ delta δ epsilon ε varepsilon ε nu ν mu μ sigma σ max max min min ln ln tanh tanh sin sin cos cos | ‖
        """;

    static readonly HashSet<string> Spaces = ["quad", ",", " ", ":"];

    static readonly Dictionary<string, string> Symbols = Named.Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries).Chunk(2)
        .ToDictionary(static pair => pair[0], static pair => pair[1]);

    static readonly Dictionary<string, char> Accents = new() { ["bar"] = '\u0304', ["hat"] = '\u0302', ["tilde"] = '\u0303' };

    static readonly Dictionary<char, char> Superscripts = Map("0123456789−+()nijfrxyᵀ", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺⁽⁾ⁿⁱʲᶠʳˣʸᵀ");

    static readonly Dictionary<char, char> Subscripts = Map("0123456789−+=()hijklmnrstvx", "₀₁₂₃₄₅₆₇₈₉₋₊₌₍₎ₕᵢⱼₖₗₘₙᵣₛₜᵥₓ");

    readonly string _latex;
    int _at;

    UnicodeMath(string latex) => _latex = latex;

    /// <summary>Returns the lines of a formula: one, or one for each case where the formula is a choice between cases.</summary>
    /// <exception cref="FormatException">The formula uses a command that is not covered.</exception>
    public static IReadOnlyList<string> Lines(string latex)
    {
        UnicodeMath whole = new(latex) { _at = Begin.Length };
        return latex.StartsWith(Begin, StringComparison.Ordinal) && whole.Rows() is [_, _, ..] rows && whole._at == latex.Length
            ? Braced(rows)
            : [Spaced(new UnicodeMath(latex).Until(""))];
    }

    static Dictionary<char, char> Map(string from, string to) =>
        from.Zip(to).ToDictionary(static pair => pair.First, static pair => pair.Second);

    static string Spaced(string text) => string.Join(' ', text.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    static IReadOnlyList<string> Braced(IReadOnlyList<(string Value, string Condition)> rows)
    {
        int width = rows.Max(static row => row.Value.Length);
        return [.. rows.Select((row, i) => $"{Brace(i, rows.Count)} {row.Value.PadRight(width)}   {row.Condition}")];
    }

    static char Brace(int row, int count) => row == 0 ? '⎧' : row == count - 1 ? '⎩' : '⎨';

    /// <summary>Renders up to one of the ends and skips it.</summary>
    string Until(params string[] ends)
    {
        StringBuilder text = new();
        string? end = null;
        while (_at < _latex.Length && (end = ends.FirstOrDefault(Follows)) is null or "")
        {
            string atom = WithScripts(Atom());
            if (atom == "·")
            {
                // Without spaces a product reads as one term of a sum.
                text.Length = text.ToString().TrimEnd().Length;
                SkipSpaces();
            }

            text.Append(atom);
        }

        _at += end?.Length ?? 0;
        return text.ToString();
    }

    bool Follows(string text) => text.Length > 0 && string.CompareOrdinal(_latex, _at, text, 0, text.Length) == 0;

    string Atom()
    {
        char c = _latex[_at++];
        return c switch
        {
            '{' => Until("}"),
            '\\' => Command(Name()),
            '-' => "−",
            _ => c.ToString(),
        };
    }

    string Name()
    {
        int start = _at;
        while (_at < _latex.Length && char.IsAsciiLetter(_latex[_at]))
        {
            _at++;
        }

        _at = Math.Max(_at, start + 1);
        return _latex[start.._at];
    }

    string Command(string name) => name switch
    {
        "left" => Delimiter() + Until(@"\right") + Delimiter(),
        "frac" => $"{Factor(Argument())}/{Factor(Argument())}",
        "sqrt" => $"√{Factor(Argument())}",
        "overline" => $"⟨{Argument()}⟩",
        "text" or "operatorname" or "mathbb" or "mathcal" or "mathrel" => Argument(),
        "begin" => Inline(),
        "nabla" => Nabla(),
        _ when Spaces.Contains(name) => " ",
        _ when Accents.TryGetValue(name, out char accent) => $"{Argument()}{accent}",
        _ => Symbols.TryGetValue(name, out string? symbol)
            ? symbol
            : throw new FormatException($@"The formula '{_latex}' uses \{name}, which has no text. Add it to {nameof(UnicodeMath)}."),
    };

    string Nabla()
    {
        SkipSpaces();
        return "∇";
    }

    string Argument()
    {
        SkipSpaces();
        return Atom();
    }

    void SkipSpaces()
    {
        while (_at < _latex.Length && _latex[_at] == ' ')
        {
            _at++;
        }
    }

    string Delimiter() => _latex[_at++] is var c && c == '\\' ? Command(Name()) : c.ToString();

    string Inline()
    {
        _at += Begin.Length - @"\begin".Length;
        return $"({string.Join("; ", Rows().Select(static row => $"{row.Value} {row.Condition}"))})";
    }

    List<(string Value, string Condition)> Rows()
    {
        List<(string Value, string Condition)> rows = [];
        do
        {
            string value = Spaced(Until("&"));
            string condition = Spaced(Until(@"\\", End));
            rows.Add((value, condition == "otherwise" ? condition : $"if {condition}"));
        }
        while (_at < _latex.Length && string.CompareOrdinal(_latex, _at - End.Length, End, 0, End.Length) != 0);
        return rows;
    }

    string WithScripts(string atom)
    {
        string lower = "";
        string upper = "";
        while (_at < _latex.Length && _latex[_at] is '_' or '^')
        {
            bool isLower = _latex[_at++] == '_';
            string content = Spaced(Argument());
            (lower, upper) = isLower ? (Script(content, Subscripts, '_'), upper) : (lower, Script(content, Superscripts, '^'));
        }

        return (upper.Length > 0 && atom.Length > 1 && (atom[0] == '√' || !IsFactor(atom)) ? $"({atom})" : atom) + lower + upper;
    }

    // The indices 1,j of an element are written without a comma, which has no small form.
    static string Script(string content, Dictionary<char, char> small, char mark)
    {
        string indices = mark == '_' ? content.Replace(",", "", StringComparison.Ordinal) : content;
        return indices.All(small.ContainsKey) ? string.Concat(indices.Select(c => small[c])) : $"{mark}{Factor(content)}";
    }

    static string Factor(string text) => IsFactor(text) ? text : $"({text})";

    static bool IsFactor(string text)
    {
        int depth = 0;
        bool isBetween = false;
        foreach (char c in text)
        {
            isBetween ^= OnBothSides.Contains(c);
            depth += Opening.Contains(c) ? 1 : Closing.Contains(c) ? -1 : 0;
            if (depth == 0 && !isBetween && Operators.Contains(c))
            {
                return false;
            }
        }

        return true;
    }
}
