using System.Xml.Linq;

namespace Criterion.Training.Tests;

/// <summary>What holds for every page that Criterion writes.</summary>
internal static class WholePage
{
    static readonly string[] Resources = ["src", "href", "srcset", "data", "poster", "action"];

    /// <summary>The page as XML: well-formed, complete in itself, and with names for those who can't see it.</summary>
    public static XElement Read(string html)
    {
        const string Doctype = "<!DOCTYPE html>\n";
        Assert.StartsWith(Doctype, html, StringComparison.Ordinal);
        XElement page = XElement.Parse(html[Doctype.Length..]);
        AssertNothingFromOutside(page, html);
        AssertReadable(page);
        return page;
    }

    /// <summary>Elements by their name without a namespace.</summary>
    public static XElement[] All(this XElement page, string name) =>
        [.. page.Descendants().Where(element => element.Name.LocalName == name)];

    static void AssertNothingFromOutside(XElement page, string html)
    {
        Assert.Empty(page.All("script"));
        Assert.Empty(page.All("link"));
        Assert.All(
            page.Descendants().Attributes().Where(static attribute => Resources.Contains(attribute.Name.LocalName)),
            static attribute => Assert.StartsWith("data:image/png;base64,", attribute.Value, StringComparison.Ordinal));
        Assert.DoesNotContain(
            "http", html.Replace("xmlns=\"http://www.w3.org/2000/svg\"", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain("@import", html, StringComparison.Ordinal);
        Assert.Equal(html.Split("url(").Length, html.Split("url(#").Length);
    }

    static void AssertReadable(XElement page)
    {
        Assert.Equal("en", page.Attribute("lang")?.Value);
        Assert.NotEmpty(Assert.Single(page.All("title")).Value);
        Assert.Single(page.All("h1"));
        Assert.All(page.All("img"), static picture => Assert.NotEmpty(picture.Attribute("alt")!.Value));
        Assert.All(page.All("input"), static box => Assert.NotEmpty(box.Attribute("aria-label")!.Value));
        Assert.All(page.All("svg"), static svg => Assert.True(svg.Attribute("aria-hidden") is not null
            || (svg.Attribute("role")?.Value == "img" && svg.Attribute("aria-label") is not null)));
        Assert.All(page.All("table"), static table => Assert.Single(table.All("caption")));
        Assert.All(page.All("tr"), static row => Assert.NotNull(row.Elements("th").First().Attribute("scope")));
        string[] ids = [.. page.Descendants().Attributes("id").Select(static id => id.Value)];
        Assert.Equal(ids.Length, ids.Distinct().Count());

        // Browsers take an empty element that closes itself for one that stays open.
        Assert.All(page.Descendants().Where(static element => element.Name.NamespaceName.Length == 0
            && element.Name.LocalName is not ("meta" or "img" or "input")), static element => Assert.False(element.IsEmpty));
    }
}
