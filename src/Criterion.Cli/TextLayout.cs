using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Criterion.Cli;

/// <summary>Lays out text by Spectre.Console: without colours, markup or trailing spaces, so that it is the same in a file.</summary>
internal static class TextLayout
{
    const int Gap = 2;

    /// <summary>Returns rows as columns; the last column wraps at the width.</summary>
    public static string Columns(IEnumerable<IReadOnlyList<string>> rows, int width)
    {
        IReadOnlyList<string>[] all = [.. rows];
        Table table = new Table().NoBorder().HideHeaders();
        int last = all[0].Count - 1;
        for (int i = 0; i <= last; i++)
        {
            TableColumn column = new TableColumn("").Padding(0, 0, i == last ? 0 : Gap, 0);
            table.AddColumn(i == last ? column : column.NoWrap());
        }

        foreach (IReadOnlyList<string> row in all)
        {
            table.AddRow(row.Select(static cell => new Text(cell)));
        }

        return Render(table, width);
    }

    /// <summary>Returns a text that wraps at the width.</summary>
    public static string Wrap(string text, int width, int indent = 0) =>
        Render(new Padder(new Text(text), new Padding(indent, 0, 0, 0)), width);

    static string Render(IRenderable content, int width)
    {
        using StringWriter writer = new(CultureInfo.InvariantCulture);
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false },
            Out = new AnsiConsoleOutput(writer),
        });
        console.Profile.Width = width;
        console.Write(content);
        return string.Join('\n', writer.ToString().TrimEnd().ReplaceLineEndings("\n").Split('\n').Select(static line => line.TrimEnd()));
    }
}
