using System.Text.RegularExpressions;
using Criterion.Losses;
using Criterion.Tests.Threads;

namespace Criterion.Tests.Repository;

/// <summary>Code that the documents show is code that the tests run.</summary>
public partial class DocumentationTests
{
    /// <summary>Every page, but the generated one of losses.</summary>
    public static TheoryData<string> Documents =>
    [
        "README.md", "CONTRIBUTING.md", "bench/results.md",
        .. Directory.EnumerateFiles(RepositoryRoot.File("docs"), "*.md").Select(RepositoryRoot.Relative).Where(
        static page => page != "docs/losses.md"),
    ];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_piece_of_code_stands_in_a_file_that_is_compiled_and_run(string document)
    {
        string[] compiled =
        [
            .. from folder in (string[])["samples", "tests", "src"]
               from file in Directory.EnumerateFiles(RepositoryRoot.File(folder), "*.cs", SearchOption.AllDirectories)
               select Normal(File.ReadAllText(file)),
        ];
        foreach (Match block in CodeBlock().Matches(RepositoryRoot.Read(document.Split('/'))))
        {
            string code = Normal(block.Groups[1].Value);
            Assert.True(compiled.Any(file => file.Contains(code, StringComparison.Ordinal)),
                $"{document} shows code that stands in no sample or test:\n{block.Value}");
        }
    }

    [Fact]
    public void Code_of_the_readme_compiles_as_it_stands()
    {
        string[] blocks = [.. CodeBlock().Matches(RepositoryRoot.Read("README.md")).Select(static match => match.Groups[1].Value)];
        Assert.NotEmpty(blocks);
        Assert.All(blocks, static code => Assert.Empty(Snippet.ErrorsOfProgram(code)));
        Assert.NotEmpty(Snippet.ErrorsOfProgram(blocks[0][..blocks[0].LastIndexOf('}')]));
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_link_leads_somewhere(string document)
    {
        string folder = Path.GetDirectoryName(RepositoryRoot.File(document.Split('/')))!;
        foreach (Match link in Link().Matches(RepositoryRoot.Read(document.Split('/'))))
        {
            string target = link.Groups[1].Value;
            Assert.True(target.StartsWith("http", StringComparison.Ordinal) || Path.Exists(Path.Combine(folder, target)),
                $"{document}: {target} does not exist");
        }
    }

    [Fact]
    public void Readme_is_short_and_counts_right()
    {
        string readme = RepositoryRoot.Read("README.md");
        int losses = typeof(ICriterion).Assembly.GetTypes().Count(
            static type => type.IsDefined(typeof(CatalogueAttribute), inherit: false));
        Assert.Contains($"{losses} in all", readme, StringComparison.Ordinal);
        Assert.InRange(readme.Split('\n').Length, 60, 120);
    }

    // Indentation and line breaks may differ between a page and a file.
    static string Normal(string code) => Space().Replace(code, " ").Trim();

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CodeBlock();

    [GeneratedRegex(@"\]\(([^)#]+)[^)]*\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
