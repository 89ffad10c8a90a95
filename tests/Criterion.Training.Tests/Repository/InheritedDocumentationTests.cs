using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Criterion.Training.Tests.Repository;

/// <summary>
/// An option is documented once, by the parameter of the constructor. The compiler checks the constructor that its property refers to, but
/// not the name of the parameter.
/// </summary>
public partial class InheritedDocumentationTests
{
    [Theory]
    [InlineData("Criterion", 200)]
    [InlineData("Criterion.Training", 90)]
    public void The_text_of_a_property_is_that_of_an_existing_parameter(string assembly, int least)
    {
        var members = XDocument.Load(Path.Combine(AppContext.BaseDirectory, $"{assembly}.xml")).Descendants("member")
            .ToDictionary(static member => (string)member.Attribute("name")!);
        (string Property, string Origin, string Parameter)[] inherited =
        [
            .. from member in members
               from reference in member.Value.Descendants("inheritdoc")
               let parameter = ParameterPath().Match((string?)reference.Attribute("path") ?? "")
               where parameter.Success
               select (member.Key, (string)reference.Attribute("cref")!, parameter.Groups[1].Value),
        ];
        Assert.True(inherited.Length > least, $"{inherited.Length}");
        Assert.All(inherited, one => Assert.True(
            members[one.Origin].Elements("param").Any(text => (string?)text.Attribute("name") == one.Parameter && text.Value.Length > 0),
            $"{one.Property}: {one.Origin} has no text for {one.Parameter}"));
    }

    [GeneratedRegex(@"^/param\[@name='(\w+)'\]/node\(\)$")]
    private static partial Regex ParameterPath();
}
