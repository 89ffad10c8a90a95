using System.Globalization;
using System.Text;
using Criterion.Losses;

namespace Criterion.Cli;

/// <summary>A criterion for people at a terminal.</summary>
internal static class CatalogueText
{
    const int Width = 100;

    /// <summary>Everything about a criterion.</summary>
    public static string Describe(CatalogueEntry entry)
    {
        ICriterion criterion = entry.Create();
        StringBuilder text = new();
        text.AppendLine(CultureInfo.InvariantCulture, $"{entry.Type.Name} ({entry.About.Family.ToString().ToLowerInvariant()})").AppendLine();
        text.AppendLine(Wrap(entry.Summary, ""));
        foreach (string line in criterion.ToLatex().Split('\n'))
        {
            text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"  {line.Trim()}");
        }

        foreach (LossCurve curve in criterion.Curves())
        {
            text.AppendLine().Append(TerminalPlot.Draw(SampledCurve.Of(curve)));
        }

        Options(text, entry);
        Part(text, "Shapes", entry.About.Shapes);
        Part(text, "Notes", entry.Remarks);
        Part(text, "Instead", entry.About.Alternatives);
        Part(text, "PyTorch", entry.About.PyTorch);
        Part(text, "Source", entry.About.Source);
        return text.ToString().TrimEnd();
    }

    /// <summary>The text up to its first full stop or colon.</summary>
    public static string FirstSentence(string text)
    {
        int end = text.IndexOf(": ", StringComparison.Ordinal) is var colon and >= 0 ? colon : text.Length;
        int stop = text.IndexOf(". ", StringComparison.Ordinal);
        return text[..(stop >= 0 ? Math.Min(stop, end) : end)].TrimEnd('.');
    }

    static void Options(StringBuilder text, CatalogueEntry entry)
    {
        if (entry.Options.Count == 0)
        {
            return;
        }

        text.AppendLine().AppendLine("Options");
        int width = entry.Options.Max(static option => option.Name.Length + option.Default.Length) + 5;
        foreach (CatalogueOption option in entry.Options)
        {
            string start = $"  {option.Name} = {option.Default}".PadRight(width + 2);
            text.AppendLine(Wrap(start + option.Description, new string(' ', width + 2)));
        }
    }

    static void Part(StringBuilder text, string title, string content)
    {
        if (content.Length > 0)
        {
            text.AppendLine().AppendLine(title).AppendLine(Wrap("  " + content, "  "));
        }
    }

    static string Wrap(string text, string indent)
    {
        StringBuilder lines = new();
        int column = 0;
        string start = text[..(text.Length - text.TrimStart().Length)];
        lines.Append(start);
        column = start.Length;
        foreach (string word in text.TrimStart().Split(' '))
        {
            if (column + word.Length > Width && column > indent.Length)
            {
                lines.AppendLine().Append(indent);
                column = indent.Length;
            }

            lines.Append(word).Append(' ');
            column += word.Length + 1;
        }

        return lines.ToString().TrimEnd();
    }
}
