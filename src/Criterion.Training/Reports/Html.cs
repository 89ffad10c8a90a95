using System.Text;
using System.Xml.Linq;

namespace Criterion.Training;

/// <summary>Creates self-contained pages: well-formed, in one file, with style and pictures inside.</summary>
internal static class Html
{
    /// <summary>The style of all pages.</summary>
    public static readonly string Style = ReadStyle();

    // The only elements that may close without a separate tag.
    static readonly string[] Void = ["meta", "link", "img", "input"];

    /// <summary>Creates a page with the style inside.</summary>
    public static string Page(string title, params object?[] body) => Page(title, [new XElement("style", Style)], body);

    /// <summary>Creates a page.</summary>
    /// <param name="title">The title of the window.</param>
    /// <param name="head">The style, or the links to it.</param>
    /// <param name="body">The content.</param>
    public static string Page(string title, IEnumerable<XElement> head, params object?[] body)
    {
        XElement page = new(
            "html",
            new XAttribute("lang", "en"),
            new XElement(
                "head",
                new XElement("meta", new XAttribute("charset", "utf-8")),
                new XElement("meta", new XAttribute("name", "viewport"), new XAttribute("content", "width=device-width, initial-scale=1")),
                new XElement("meta", new XAttribute("name", "color-scheme"), new XAttribute("content", "light dark")),
                new XElement("title", title),
                head),
            new XElement("body", new XElement("main", body)));
        return $"<!DOCTYPE html>\n{Text(page)}\n";
    }

    /// <summary>Formats elements of a page, with a separate closing tag for those that need one.</summary>
    public static string Text(XElement element)
    {
        IEnumerable<XElement> html = element.DescendantsAndSelf().Where(static element => element.Name.Namespace == XNamespace.None);
        foreach (XElement empty in html.Where(static element => element.IsEmpty && !Void.Contains(element.Name.LocalName)))
        {
            empty.Value = "";
        }

        return element.ToString(SaveOptions.DisableFormatting);
    }

    /// <summary>Creates a section with a heading; null without content.</summary>
    public static XElement? Section(string title, params IEnumerable<object?> content)
    {
        object[] there = [.. content.OfType<object>()];
        return there.Length == 0 ? null : new XElement(
            "section",
            new XAttribute("aria-labelledby", Id(title)),
            new XElement("h2", new XAttribute("id", Id(title)), title),
            there);
    }

    /// <summary>Creates a paragraph, of a class if one is given.</summary>
    public static XElement Paragraph(string text, string? look = null) =>
        new("p", look is null ? null : new XAttribute("class", look), text);

    /// <summary>Creates a list of sentences.</summary>
    public static XElement Bullets(IEnumerable<string> items) => new("ul", items.Select(static item => new XElement("li", item)));

    /// <summary>Creates a table; the first cell of each row is its name.</summary>
    /// <param name="caption">The caption.</param>
    /// <param name="head">The names of the columns.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="look">
    /// The class: "words" for cells of text, which are broken into lines; "explained" for such a last column. Default: none.
    /// </param>
    public static XElement Table(
        string caption, IEnumerable<string> head, IEnumerable<IReadOnlyList<string>> rows, string? look = null) =>
        Scrolled(caption, new XElement(
        "table",
        look is null ? null : new XAttribute("class", look),
        new XElement("caption", caption),
        new XElement("thead", new XElement("tr", head.Select(static cell => new XElement("th", new XAttribute("scope", "col"), cell)))),
        new XElement("tbody", rows.Select(Row))));

    /// <summary>Creates a table of names and values; null without any.</summary>
    public static XElement? Facts(string caption, IEnumerable<(string Name, string Value)> facts)
    {
        XElement[] rows = [.. facts.Select(static fact => Row([fact.Name, fact.Value]))];
        return rows.Length == 0 ? null : Scrolled(caption, new XElement(
            "table", new XAttribute("class", "facts"), new XElement("caption", caption), new XElement("tbody", rows)));
    }

    /// <summary>Arranges elements side by side as far as there is room.</summary>
    public static XElement? Grid(IEnumerable<XElement?> items, string look = "grid")
    {
        XElement[] there = [.. items.OfType<XElement>()];
        return there.Length == 0 ? null : new XElement("div", new XAttribute("class", look), there);
    }

    /// <summary>Embeds a PNG in the page. A click or the space bar fills the window with it, by a checkbox and without a script.</summary>
    public static XElement Picture(byte[] png, string alt, string caption) =>
        Picture($"data:image/png;base64,{Convert.ToBase64String(png)}", alt, caption);

    /// <summary>Shows a picture by its address; otherwise as <see cref="Picture(byte[], string, string)"/>.</summary>
    public static XElement Picture(string source, string alt, string caption) => new(
        "figure",
        new XElement(
            "label",
            new XAttribute("class", "zoom"),
            new XElement("input", new XAttribute("type", "checkbox"), new XAttribute("aria-label", $"Enlarge: {caption}")),
            new XElement(
                "img",
                new XAttribute("src", source),
                new XAttribute("alt", alt))),
        new XElement("figcaption", caption));

    /// <summary>Returns the identifier of a title.</summary>
    public static string Id(string title) =>
        string.Concat(title.Select(static letter => char.IsAsciiLetterOrDigit(letter) ? char.ToLowerInvariant(letter) : '-'));

    static XElement Row(IReadOnlyList<string> cells) => new(
        "tr",
        cells.Select(static (cell, i) => i == 0 ? new XElement("th", new XAttribute("scope", "row"), cell) : new XElement("td", cell)));

    // A wide table scrolls by itself, also by keys, and leaves the page as wide as the screen.
    static XElement Scrolled(string name, XElement table) => new(
        "div",
        new XAttribute("class", "scroll"),
        new XAttribute("role", "region"),
        new XAttribute("aria-label", name),
        new XAttribute("tabindex", "0"),
        table);

    static string ReadStyle()
    {
        using StreamReader reader = new(typeof(Html).Assembly.GetManifestResourceStream("report.css")!, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
