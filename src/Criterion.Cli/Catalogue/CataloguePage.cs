using System.Globalization;
using System.Text;
using Criterion.Losses;

namespace Criterion.Cli;

/// <summary>Writes the catalogue as a page of documentation, docs/losses.md, with a plot of each loss that has curves.</summary>
internal static class CataloguePage
{
    /// <summary>The folder of the plots, relative to that of the page.</summary>
    public const string Pictures = "images/losses";

    /// <summary>Returns the page.</summary>
    public static string Write(IReadOnlyList<CatalogueEntry> entries)
    {
        StringBuilder page = new();
        page.Append("# Losses\n\nGenerated from the code by `criterion losses --page docs/losses.md`; a test fails when it is out "
            + "of date.\n");
        foreach (IGrouping<LossFamily, CatalogueEntry> family in entries.GroupBy(static entry => entry.About.Family))
        {
            page.Append(CultureInfo.InvariantCulture, $"\n## {family.Key}\n\n");
            foreach (CatalogueEntry entry in family)
            {
                page.Append(CultureInfo.InvariantCulture, $"- [{entry.Type.Name}](#{entry.Type.Name.ToLowerInvariant()})\n");
            }

            foreach (CatalogueEntry entry in family)
            {
                page.Append(Section(entry));
            }
        }

        return page.ToString();
    }

    /// <summary>Returns the plot of a loss as SVG, or null where it has no curves.</summary>
    public static string? Picture(CatalogueEntry entry)
    {
        SampledCurve[] curves = [.. entry.Create().Curves().Select(static curve => SampledCurve.Of(curve))];
        return curves.Length > 0 ? SvgPlot.Draw(entry.Type.Name, curves) : null;
    }

    static string Section(CatalogueEntry entry)
    {
        ICriterion criterion = entry.Create();
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"\n### {entry.Type.Name}\n\n{entry.Summary}\n");
        foreach (string line in SymbolicFormula.Of(entry).Split('\n'))
        {
            text.Append(CultureInfo.InvariantCulture, $"\n```math\n{line.Trim()}\n```\n");
        }

        if (criterion.Curves().Any())
        {
            text.Append(CultureInfo.InvariantCulture, $"\n![Value and gradient of {entry.Type.Name}]({Pictures}/{entry.Name}.svg)\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"\n```csharp\n{string.Join('\n', entry.Code)}\n```\n");
        if (entry.Options.Count > 0)
        {
            text.Append("\n| option | default | |\n|---|---|---|\n");
            foreach (CatalogueOption option in entry.Options)
            {
                text.Append(CultureInfo.InvariantCulture,
                    $"| `{option.Name}` | {option.Default} | {option.Description.Replace("|", "\\|", StringComparison.Ordinal)} |\n");
            }
        }

        text.Append(Paragraph("", entry.Remarks)).Append(Paragraph("Shapes: ", entry.About.Shapes))
            .Append(Paragraph("Alternatives: ", entry.About.Alternatives));
        text.Append(Paragraph("PyTorch: ", entry.About.PyTorch.Length > 0 ? $"`{entry.About.PyTorch}`" : ""))
            .Append(Paragraph("Source: ", entry.About.Source));
        return text.ToString();
    }

    static string Paragraph(string label, string text) => text.Length > 0 ? $"\n{label}{text}\n" : "";
}
