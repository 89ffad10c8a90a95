using System.Text.RegularExpressions;

namespace Criterion.Tests.Repository;

/// <summary>Each case of tests/cases/README.md is the trait of a test.</summary>
public partial class CaseTests
{
    [Fact]
    public void Every_case_has_a_test()
    {
        string page = RepositoryRoot.Read("tests", "cases", "README.md");
        string[] listed = [.. Id().Matches(page).Select(static match => match.Groups[1].Value).Except(["id"])];
        HashSet<string> tested =
        [
            .. from project in (string[])["Criterion.Tests", "Criterion.Training.Tests", "Criterion.Cli.Tests"]
               from file in Directory.EnumerateFiles(RepositoryRoot.File("tests", project), "*.cs", SearchOption.AllDirectories)
               from Match trait in Trait().Matches(File.ReadAllText(file))
               select trait.Groups[1].Value,
        ];
        Assert.NotEmpty(listed);
        Assert.Equal([], listed.Except(tested));
        Assert.Equal([], tested.Except(listed));
    }

    [GeneratedRegex(@"^\| ([a-z0-9-]+) \|", RegexOptions.Multiline)]
    private static partial Regex Id();

    [GeneratedRegex(@"\[Trait\(""Case"", ""([a-z0-9-]+)""\)\]")]
    private static partial Regex Trait();
}
