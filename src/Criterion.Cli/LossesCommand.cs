using System.CommandLine;
using Criterion.Losses;

namespace Criterion.Cli;

/// <summary><c>criterion losses [NAME]</c>: the catalogue.</summary>
internal sealed class LossesCommand
{
    readonly Argument<string?> _name = new("name")
    {
        Description = "Loss to describe, such as huber or hinge [default: lists all losses by family]",
        Arity = ArgumentArity.ZeroOrOne,
    };

    readonly Option<string?> _svg = new("--svg") { Description = "Write a plot of value and gradient", HelpName = "file" };

    readonly Option<bool> _json = CommonOptions.Flag("--json", "Print JSON");

    readonly Option<string?> _page = new("--page")
    {
        Description = "Write the whole catalogue as a Markdown page with plots beside it; existing files are overwritten",
        HelpName = "file",
    };

    public static Command Create(ToolConsole console) => new LossesCommand().Build(console);

    Command Build(ToolConsole console)
    {
        Command command = new("losses", "Lists the losses, or describes one: formula, value and gradient, options, source, alternatives.")
        {
            _name, _svg, _json, _page,
        };
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
            throw new ToolException($"{_svg.Name} needs the name of a loss: criterion losses NAME {_svg.Name} FILE");
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
            string picture = CataloguePage.Picture(entry)
                ?? throw new ToolException($"{entry.Name} has no plot, since it is not a function of one number. Remove {_svg.Name}.");
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
        console.Output.WriteLine("Describe one: criterion losses NAME");
    }

    void CheckAlone(ParseResult parsed)
    {
        string? other = parsed.GetValue(_name) is { } name
            ? $"'{name}'"
            : new Option[] { _svg, _json }.FirstOrDefault(parsed.IsGiven)?.Name;
        if (other is not null)
        {
            throw new ToolException($"{other} cannot be combined with {_page.Name}, which writes the whole catalogue. Remove one of the "
                + "two.");
        }
    }

    // The page is generated from the code, so it may be overwritten.
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
