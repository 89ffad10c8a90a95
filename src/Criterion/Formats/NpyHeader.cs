using System.Globalization;

namespace Criterion.Formats;

/// <summary>The header of a <c>.npy</c>: the element type such as <c>&lt;f4</c>, the memory order, and the sizes.</summary>
internal sealed record NpyHeader(string Type, bool ColumnMajor, IReadOnlyList<long> Sizes);

/// <summary>Parses the header, a Python dictionary such as <c>{'descr': '&lt;f4', 'fortran_order': False, 'shape': (2, 3), }</c>.</summary>
internal ref struct NpyHeaderParser
{
    readonly ByteSource _source;
    readonly string _text;
    int _at;

    string? _type;
    bool? _columnMajor;
    List<long>? _sizes;

    NpyHeaderParser(ByteSource source, string text)
    {
        _source = source;
        _text = text;
    }

    /// <summary>Parses the header in <paramref name="text"/>.</summary>
    /// <exception cref="DataFormatException">The header is not as NumPy writes it.</exception>
    public static NpyHeader Parse(ByteSource source, string text) => new NpyHeaderParser(source, text).Parse();

    NpyHeader Parse()
    {
        Expect('{');
        while (!Accept('}'))
        {
            Entry();
            if (!Accept(','))
            {
                Expect('}');
                break;
            }
        }

        Next();
        return _at == _text.Length && _type is not null && _columnMajor is not null && _sizes is not null
            ? new NpyHeader(_type, _columnMajor.Value, _sizes)
            : throw Wrong("exactly the keys 'descr', 'fortran_order' and 'shape'");
    }

    void Entry()
    {
        string key = Quoted();
        Expect(':');
        switch (key)
        {
            case "descr":
                _type = Quoted();
                break;
            case "fortran_order":
                _columnMajor = Truth();
                break;
            case "shape":
                _sizes = Sizes();
                break;
            default:
                throw Wrong("no other keys than 'descr', 'fortran_order' and 'shape'");
        }
    }

    string Quoted()
    {
        // Python 2 marks Unicode text by a u.
        char quote = Next();
        if (quote == 'u')
        {
            _at++;
            quote = Next();
        }

        int end = quote is '\'' or '"' ? _text.IndexOf(quote, _at + 1) : -1;
        if (end < 0)
        {
            throw Wrong("a quoted name (arrays of records are not supported: save each field as an array)");
        }

        string name = _text[(_at + 1)..end];
        _at = end + 1;
        return name;
    }

    bool Truth()
    {
        Next();
        foreach ((string word, bool value) in ((string, bool)[])[("False", false), ("True", true)])
        {
            if (string.CompareOrdinal(_text, _at, word, 0, word.Length) == 0)
            {
                _at += word.Length;
                return value;
            }
        }

        throw Wrong("True or False");
    }

    List<long> Sizes()
    {
        List<long> sizes = [];
        Expect('(');
        while (!Accept(')'))
        {
            sizes.Add(Number());
            if (!Accept(','))
            {
                Expect(')');
                break;
            }
        }

        return sizes;
    }

    long Number()
    {
        Next();
        int end = _at;
        while (end < _text.Length && (char.IsAsciiDigit(_text[end]) || _text[end] == '-'))
        {
            end++;
        }

        if (!long.TryParse(_text.AsSpan(_at, end - _at), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number))
        {
            throw Wrong("a size");
        }

        // Python 2 wrote long integers as 3L.
        _at = end < _text.Length && _text[end] == 'L' ? end + 1 : end;
        return number;
    }

    void Expect(char expected)
    {
        if (!Accept(expected))
        {
            throw Wrong($"'{expected}'");
        }
    }

    bool Accept(char expected)
    {
        if (Next() != expected)
        {
            return false;
        }

        _at++;
        return true;
    }

    /// <summary>Moves to the next character that is not white space and returns it; 0 at the end.</summary>
    char Next()
    {
        while (_at < _text.Length && _text[_at] is ' ' or '\n' or '\t' or '\r')
        {
            _at++;
        }

        return _at < _text.Length ? _text[_at] : '\0';
    }

    readonly DataFormatException Wrong(string expected) => _source.Error(
        $"the header '{_text[..Math.Min(_text.Length, 200)].TrimEnd()}' should have {expected} at position {_at}.",
        "Save the array again with numpy.save.");
}
