using System.Reflection;

namespace Criterion.Tests.Repository;

/// <summary>The public face of the library as text: a change of it is seen in review, never made by accident.</summary>
public class PublicApiTests
{
    const string Approved = "PublicApi.txt";

    [Fact]
    public void Public_api_is_as_approved()
    {
        string approved = RepositoryRoot.File("tests", "Criterion.Tests", "Repository", Approved);
        string received = Path.ChangeExtension(approved, ".received.txt");
        string actual = string.Join('\n', Describe(typeof(Tensor).Assembly)) + "\n";
        string expected = File.Exists(approved) ? File.ReadAllText(approved).ReplaceLineEndings("\n") : "";
        if (actual == expected)
        {
            return;
        }

        File.WriteAllText(received, actual);
        string[] before = expected.Split('\n');
        string[] after = actual.Split('\n');
        Assert.Fail($"""
            The public API changed. If that is meant, move {received} over {Approved}.
            {string.Join('\n', after.Except(before).Select(static line => "+ " + line).Take(40))}
            {string.Join('\n', before.Except(after).Select(static line => "- " + line).Take(40))}
            """);
    }

    // Types with a < in their name are where the compiler keeps extension blocks.
    static IEnumerable<string> Describe(Assembly assembly) =>
        from type in assembly.GetExportedTypes().OrderBy(static t => t.FullName, StringComparer.Ordinal)
        where !type.FullName!.Contains('<')
        from line in Members(type).Order(StringComparer.Ordinal).Prepend(type.FullName!)
        select line;

    // What a compiler writes for records is left out: it follows from the record itself.
    static IEnumerable<string> Members(Type type) =>
        from member in type.GetMembers(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
        where !member.IsDefined(typeof(System.Runtime.CompilerServices.CompilerGeneratedAttribute))
            && member is not MethodInfo { IsSpecialName: true, Name: not ['o', 'p', '_', ..] }
            && member is not Type
            && member.Name is not ("PrintMembers" or "<Clone>$" or "ToString" or "GetHashCode" or "Equals")
        select $"  {Kind(member)} {member}";

    static string Kind(MemberInfo member) => member.MemberType.ToString().ToLowerInvariant();
}
