namespace Criterion.Cli.Tests;

public class TextLayoutTests
{
    [Fact]
    public void Columns_are_aligned_and_the_last_one_wraps() => Assert.Equal(
        "huber        linear for\n             outliers\ngeman        bounded\n  mcclure",
        TextLayout.Columns([["huber", "linear for outliers"], ["geman", "bounded"], ["  mcclure  ", ""]], 24));

    [Fact]
    public void Markup_is_text() => Assert.Equal("[red]x[/]  [y", TextLayout.Columns([["[red]x[/]", "[y"]], 80));

    [Fact]
    public void Paragraphs_wrap_below_their_indent() => Assert.Equal("  one two\n  three", TextLayout.Wrap("one two three", 10, indent: 2));

    [Theory]
    [InlineData("losses")]
    [InlineData("losses", "ssim")]
    [InlineData("losses", "huber")]
    public void A_terminal_is_never_too_narrow(params string[] args)
    {
        using StringWriter output = new();
        Assert.Equal(0,
            Tool.Run(args, new ToolConsole(output, TextWriter.Null, IsInteractive: true, TerminalWidth: 60), CancellationToken.None));

        Assert.All(output.ToString().Split('\n'), static line => Assert.True(line.TrimEnd('\r').Length <= 60, line));
    }

    [Fact]
    public void A_table_in_a_file_has_no_broken_lines()
    {
        string[] lines = ToolRun.Run("losses").Output.ReplaceLineEndings("\n").Split('\n');

        Assert.Equal(Catalogue.Entries.Count, lines.Count(static line => line.StartsWith("  ", StringComparison.Ordinal)));
        Assert.Contains(lines, static line => line.Length > 100);
        Assert.All(lines, static line => Assert.Equal(line.TrimEnd(), line));
    }
}
