using System.Globalization;
using System.Text;
using Criterion.Losses;

namespace Criterion.Cli;

/// <summary>Writes catalogue entries for people at a terminal.</summary>
internal static class CatalogueText
{
    const int Indent = 2;

    /// <summary>Returns everything about an entry, within a width in characters.</summary>
    public static string Describe(CatalogueEntry entry, int width)
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"{entry.Type.Name} ({entry.About.Family.ToString().ToLowerInvariant()})\n\n");
        text.Append(TextLayout.Wrap(entry.Summary, width)).Append('\n');
        Formula(text, SymbolicFormula.Of(entry), width);
        foreach (LossCurve curve in entry.Create().Curves())
        {
            text.Append('\n').Append(TerminalPlot.Draw(SampledCurve.Of(curve), width));
        }

        text.Append("\nC#\n");
        foreach (string line in entry.Code)
        {
            text.Append(TextLayout.Wrap(line, width, Indent)).Append('\n');
        }

        Options(text, entry, width);
        Part(text, "Shapes", entry.About.Shapes, width);
        Part(text, "Notes", entry.Remarks, width);
        Part(text, "Alternatives", entry.About.Alternatives, width);
        Part(text, "PyTorch", entry.About.PyTorch, width);
        Part(text, "Source", entry.About.Source, width);
        return text.ToString().ReplaceLineEndings().TrimEnd();
    }

    /// <summary>Returns a text up to its first full stop or colon.</summary>
    public static string FirstSentence(string text)
    {
        int end = text.IndexOf(": ", StringComparison.Ordinal) is var colon and >= 0 ? colon : text.Length;
        int stop = text.IndexOf(". ", StringComparison.Ordinal);
        return text[..(stop >= 0 ? Math.Min(stop, end) : end)].TrimEnd('.');
    }

    static void Formula(StringBuilder text, string latex, int width)
    {
        foreach (string part in latex.Split('\n'))
        {
            text.Append('\n');
            foreach (string line in UnicodeMath.Lines(part.Trim()))
            {
                text.Append(TextLayout.Wrap(line, width, Indent)).Append('\n');
            }
        }

        if (latex.Contains(@"\overline", StringComparison.Ordinal))
        {
            text.Append("\n  ⟨a⟩ is the mean of a over a window.\n");
        }
    }

    static void Options(StringBuilder text, CatalogueEntry entry, int width)
    {
        if (entry.Options.Count > 0)
        {
            IEnumerable<string[]> rows = entry.Options
                .Select(static option => (string[])[$"  {option.Name} = {option.Default}", option.Description]);
            text.Append("\nOptions\n").Append(TextLayout.Columns(rows, width)).Append('\n');
        }
    }

    static void Part(StringBuilder text, string title, string content, int width)
    {
        if (content.Length > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{title}\n{TextLayout.Wrap(content, width, Indent)}\n");
        }
    }
}
