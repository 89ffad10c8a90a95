namespace Criterion.Tests.Formulas;

/// <summary>
/// Parses LaTeX as strictly as KaTeX: known commands only, one subscript and one superscript for each atom, groups, \left and \right and
/// environments that match, &amp; and \\ in environments only, no letters beyond ASCII outside of text.
/// </summary>
sealed class LatexParser
{
    static readonly HashSet<string> Symbols =
    [
        "cdot", "sum", "prod", "max", "min", "ln", "tanh", "sin", "cos", "le", "ne", "in", "notin", "leftarrow", "quad", "infty",
        "ast", "top", "odot", "ell", "phi",
        "Phi", "nabla", "theta", "pi", "lambda", "alpha", "beta", "gamma", "delta", "epsilon", "nu", "mu", "sigma",
        "varepsilon",
        ",", " ", ":", "|", "{", "}",
    ];

    static readonly Dictionary<string, int> Functions = new()
    {
        ["frac"] = 2,
        ["sqrt"] = 1,
        ["overline"] = 1,
        ["bar"] = 1,
        ["tilde"] = 1,
        ["hat"] = 1,
        ["mathbb"] = 1,
        ["mathcal"] = 1,
        ["mathrel"] = 1,
    };

    static readonly HashSet<string> Texts = ["text", "operatorname"];

    static readonly HashSet<string> Delimiters = ["(", ")", "[", "]", "|", ".", @"\|", @"\{", @"\}"];

    readonly string _text;
    int _at;

    LatexParser(string text) => _text = text;

    /// <summary>What is wrong with a formula, or null.</summary>
    public static string? Fault(string formula)
    {
        LatexParser parser = new(formula);
        try
        {
            parser.Expression(isCell: false);
            return parser._at == formula.Length ? null : $"'{formula[parser._at..]}' is left over";
        }
        catch (FormatException e)
        {
            return $"{e.Message} at {parser._at}";
        }
    }

    bool Ends => _at >= _text.Length;

    /// <summary>Atoms with their scripts, up to what closes them.</summary>
    void Expression(bool isCell)
    {
        while (!Ends && !Closes(isCell))
        {
            if (char.IsWhiteSpace(_text[_at]))
            {
                _at++;
                continue;
            }

            Atom();
            Scripts();
        }
    }

    bool Closes(bool isCell) =>
        _text[_at] == '}' || Follows(@"\right") || (isCell && (_text[_at] == '&' || Follows(@"\\") || Follows(@"\end")));

    bool Follows(string command) => string.CompareOrdinal(_text, _at, command, 0, command.Length) == 0
        && (!char.IsAsciiLetter(command[^1]) || _at + command.Length >= _text.Length || !char.IsAsciiLetter(_text[_at + command.Length]));

    void Atom()
    {
        char c = _text[_at];
        if (c == '{')
        {
            Group();
        }
        else if (c == '\\')
        {
            Command();
        }
        else if (c is '^' or '_')
        {
            throw new FormatException($"'{c}' stands after nothing");
        }
        else
        {
            Check(char.IsAscii(c) && c is not ('&' or '$' or '#' or '%' or '~'), $"'{c}' is not allowed");
            _at++;
        }
    }

    void Scripts()
    {
        string seen = "";
        while (!Ends && (_text[_at] is '^' or '_' or '\''))
        {
            char kind = _text[_at] == '\'' ? '^' : _text[_at];
            Check(!seen.Contains(kind, StringComparison.Ordinal), $"double {(kind == '^' ? "superscript" : "subscript")}");
            seen += kind;
            if (_text[_at++] != '\'')
            {
                Argument();
            }
        }
    }

    void Argument()
    {
        _at += _text.AsSpan(_at).Length - _text.AsSpan(_at).TrimStart().Length;
        Check(!Ends && _text[_at] != '}', "an argument is missing");
        if (_text[_at] == '{')
        {
            Group();
            return;
        }

        if (_text[_at] == '\\')
        {
            string name = Name();
            Check(Symbols.Contains(name), $@"\{name} is no argument without braces");
            return;
        }

        Check(char.IsAsciiLetterOrDigit(_text[_at]) || _text[_at] == '*', $"'{_text[_at]}' is no argument");
        _at++;
    }

    void Group()
    {
        _at++;
        Expression(isCell: false);
        Take('}');
    }

    void Command()
    {
        string name = Name();
        if (name == "left")
        {
            Delimiter();
            Expression(isCell: false);
            Check(!Ends && Follows(@"\right"), @"\left without \right");
            Name();
            Delimiter();
        }
        else if (name == "begin")
        {
            Environment();
        }
        else if (Texts.Contains(name))
        {
            int end = _text.IndexOf('}', _at);
            Check(!Ends && _text[_at] == '{' && end > 0, $@"\{name} needs braces");
            _at = end + 1;
        }
        else if (Functions.TryGetValue(name, out int arguments))
        {
            for (int i = 0; i < arguments; i++)
            {
                Argument();
            }
        }
        else
        {
            Check(Symbols.Contains(name), $@"\{name} is not known");
        }
    }

    void Environment()
    {
        const string Cases = "{cases}";
        Check(Follows(Cases), "only cases are known");
        _at += Cases.Length;
        while (true)
        {
            Expression(isCell: true);
            Check(!Ends, @"\begin without \end");
            if (_text[_at] == '&')
            {
                _at++;
            }
            else if (Follows(@"\\"))
            {
                _at += 2;
            }
            else
            {
                break;
            }
        }

        Check(Follows(@"\end") && _text.AsSpan(_at + 4).StartsWith(Cases), @"\begin without \end");
        _at += 4 + Cases.Length;
    }

    void Delimiter()
    {
        Check(!Ends, "a delimiter is missing");
        string delimiter = _text[_at] == '\\' ? _text.Substring(_at, 2) : _text[_at].ToString();
        Check(Delimiters.Contains(delimiter), $"'{delimiter}' is no delimiter");
        _at += delimiter.Length;
    }

    string Name()
    {
        int start = ++_at;
        Check(!Ends, "a command is missing");
        while (!Ends && char.IsAsciiLetter(_text[_at]))
        {
            _at++;
        }

        _at = Math.Max(_at, start + 1);
        return _text[start.._at];
    }

    void Take(char c)
    {
        Check(!Ends && _text[_at] == c, $"'{c}' is missing");
        _at++;
    }

    static void Check(bool holds, string fault)
    {
        if (!holds)
        {
            throw new FormatException(fault);
        }
    }
}
