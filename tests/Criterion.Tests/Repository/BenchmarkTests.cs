using System.Text.RegularExpressions;

namespace Criterion.Tests.Repository;

/// <summary>Every case of <c>bench/compare.py</c> has all of its sides.</summary>
public class BenchmarkTests
{
    const string InPython = @"\bcase\(\s*""([^""]+)""";
    const string InCSharp = @"^        \[""([^""]+)""\] = ";

    [Theory]
    [InlineData("*.py", InPython, "peer")]
    [InlineData("Cases.cs", InCSharp, "Criterion.Bench")]
    [InlineData("Cases.cs", InCSharp, "Criterion.Bench.TorchSharp")]
    public void Every_side_has_the_cases_of_the_table(string files, string pattern, string folder)
    {
        string[] ofTable = Names("table.py", InPython, "bench");
        Assert.NotEmpty(ofTable);
        Assert.Equal(ofTable, Names(files, pattern, "bench", folder));
    }

    static string[] Names(string files, string pattern, params string[] folder)
    {
        string text = string.Join('\n', Directory.GetFiles(RepositoryRoot.File(folder), files).Select(File.ReadAllText));
        return [.. Regex.Matches(text, pattern, RegexOptions.Multiline).Select(static match => match.Groups[1].Value).Order(
            StringComparer.Ordinal)];
    }
}
