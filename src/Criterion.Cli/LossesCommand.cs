using System.CommandLine;
using Criterion.Losses;

namespace Criterion.Cli;

/// <summary><c>criterion losses [NAME]</c>: the catalogue.</summary>
internal sealed class LossesCommand
{
    readonly Argument<string?> _name = new("name")
    {
        Description = "A loss, such as huber or hinge; all of them, by family, if not given",
        Arity = ArgumentArity.ZeroOrOne,
    };

    readonly Option<string?> _svg = new("--svg") { Description = "Save the picture of value and gradient", HelpName = "file" };

    readonly Option<bool> _json = CommonOptions.Flag("--json", "Write JSON, for programs");

    readonly Option<string?> _page = new("--page") { Description = "Write the whole catalogue as a Markdown page, with pictures beside it; they are written over", HelpName = "file" };

    public static Command Create(ToolConsole console) => new LossesCommand().Build(console);

    Command Build(ToolConsole console)
    {
        Command command = new("losses", "Lists the losses, or shows one: formula, options, source, alternatives, value and gradient.") { _name, _svg, _json, _page };
        command.SetAction(parsed => Run(parsed, console));
        return command;
    }

    int Run(ParseResult parsed, ToolConsole console)
    {
        if (parsed.GetValue(_page) is { } page)
        {
            CheckAlone(parsed);
            WritePage(Paths.ToReplace(page, _page.Name));
        }
        else if (parsed.GetValue(_name) is { } name)
        {
            Show(Catalogue.Find(name), parsed, console);
        }
        else if (parsed.GetValue(_svg) is not null)
        {
            throw new ToolException("--svg needs the name of a loss: criterion losses NAME --svg FILE");
        }
        else if (parsed.GetValue(_json))
        {
            console.Output.WriteLine(CatalogueJson.Write(Catalogue.Entries));
        }
        else
        {
            List(console);
        }

        return Tool.Success;
    }

    void Show(CatalogueEntry entry, ParseResult parsed, ToolConsole console)
    {
        if (parsed.GetValue(_svg) is { } file)
        {
            string picture = CataloguePage.Picture(entry) ?? throw new ToolException($"{entry.Name} has no picture, as it is not a function of one number. Leave out {_svg.Name}.");
            File.WriteAllText(Paths.ToCreate(file, _svg.Name), picture);
        }

        console.Output.WriteLine(parsed.GetValue(_json) ? CatalogueJson.Write(entry) : CatalogueText.Describe(entry, console.ProseWidth));
    }

    static void List(ToolConsole console)
    {
        IEnumerable<string[]> rows = Catalogue.Entries.GroupBy(static entry => entry.About.Family).SelectMany(static family => (string[][])
        [
            [$"{family.Key}", ""],
            .. family.Select(static entry => (string[])[$"  {entry.Name}", CatalogueText.FirstSentence(entry.Summary)]),
            ["", ""],
        ]);
        console.Output.WriteLine(TextLayout.Columns(rows, console.TableWidth).ReplaceLineEndings());
        console.Output.WriteLine();
        console.Output.WriteLine("criterion losses NAME shows one of them.");
    }

    void CheckAlone(ParseResult parsed)
    {
        string? other = parsed.GetValue(_name) is { } name ? $"'{name}'" : new Option[] { _svg, _json }.FirstOrDefault(parsed.IsGiven)?.Name;
        if (other is not null)
        {
            throw new ToolException($"{other} does not go with {_page.Name}, which writes the whole catalogue. Leave out one of the two.");
        }
    }

    // The page is made from the code, so it is written over.
    static void WritePage(string page)
    {
        string folder = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(page))!, CataloguePage.Pictures);
        Directory.CreateDirectory(folder);
        foreach (CatalogueEntry entry in Catalogue.Entries)
        {
            if (CataloguePage.Picture(entry) is { } picture)
            {
                File.WriteAllText(Path.Combine(folder, $"{entry.Name}.svg"), picture);
            }
        }

        File.WriteAllText(page, CataloguePage.Write(Catalogue.Entries));
    }
}
