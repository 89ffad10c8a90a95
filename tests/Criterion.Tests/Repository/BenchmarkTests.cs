using System.Text.RegularExpressions;

namespace Criterion.Tests.Repository;

/// <summary>Every case of <c>bench/compare.py</c> has both of its sides.</summary>
public class BenchmarkTests
{
    [Fact]
    public void Cases_have_the_same_names_in_Python_and_in_CSharp()
    {
        string[] inPython = Names("*.py", @"\bcase\(\s*""([^""]+)""", "bench", "peer");
        string[] inCSharp = Names("Cases.cs", @"^        \[""([^""]+)""\] = ", "bench", "Criterion.Bench");
        Assert.NotEmpty(inPython);
        Assert.Equal(inPython, inCSharp);
    }

    static string[] Names(string files, string pattern, params string[] folder)
    {
        string text = string.Join('\n', Directory.GetFiles(RepositoryRoot.File(folder), files).Select(File.ReadAllText));
        return [.. Regex.Matches(text, pattern, RegexOptions.Multiline).Select(static match => match.Groups[1].Value).Order(
            StringComparer.Ordinal)];
    }
}
