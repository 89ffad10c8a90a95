using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Criterion.Cli;

/// <summary>Reads the documentation comments of the library, from the XML file next to its assembly.</summary>
internal static partial class XmlDocumentation
{
    static readonly Lazy<Dictionary<string, XElement>> Members = new(static () =>
    {
        string file = Path.Combine(AppContext.BaseDirectory, "Criterion.xml");
        return File.Exists(file)
            ? XDocument.Load(file).Descendants("member").ToDictionary(static member => (string)member.Attribute("name")!)
            : [];
    });

    /// <summary>Returns the summary and remarks of a type.</summary>
    public static (string Summary, string Remarks) Of(Type type)
    {
        XElement? member = Find($"T:{type.FullName}");
        return (Text(member?.Element("summary")), Text(member?.Element("remarks")));
    }

    /// <summary>Returns the text of a parameter of a constructor.</summary>
    public static string Of(ParameterInfo parameter)
    {
        string type = parameter.Member.DeclaringType!.FullName!;
        IEnumerable<XElement> places = Members.Value
            .Where(member => member.Key.StartsWith($"M:{type}.#ctor", StringComparison.Ordinal))
            .Select(static member => member.Value);
        return Text(places.Elements("param").FirstOrDefault(element => (string?)element.Attribute("name") == parameter.Name));
    }

    /// <summary>Returns the summary of a property.</summary>
    public static string Of(PropertyInfo property)
    {
        Type type = property.DeclaringType!;
        string name = (type.IsGenericType ? type.GetGenericTypeDefinition() : type).FullName!;
        return Summary(Find($"P:{name}.{property.Name}"));
    }

    // Follows inheritdoc to the member that has the text.
    static string Summary(XElement? member) => (string?)member?.Element("inheritdoc")?.Attribute("cref") is { } origin
        ? Summary(Find(origin))
        : Text(member?.Element("summary"));

    static XElement? Find(string name) => Members.Value.GetValueOrDefault(name);

    static string Text(XElement? element) =>
        element is null ? "" : Space().Replace(string.Concat(element.Nodes().Select(Text)), " ").Trim();

    static string Text(XNode node) => node switch
    {
        XText text => text.Value,
        XElement { Name.LocalName: "see" } see => Reference(see),
        XElement { Name.LocalName: "paramref" } name => (string)name.Attribute("name")!,
        XElement element => string.Concat(element.Nodes().Select(Text)),
        _ => "",
    };

    // "M:Criterion.Tensor.Expand(System.Int32[])" reads as Expand, "T:Criterion.Losses.L1Loss" as L1Loss.
    static string Reference(XElement see)
    {
        string name = (string?)see.Attribute("cref") ?? (string?)see.Attribute("langword") ?? see.Value;
        return name.Split('(')[0].Split('.', ':')[^1].Split('`')[0];
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
