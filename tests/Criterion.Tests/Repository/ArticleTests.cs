using System.Globalization;
using System.Text.RegularExpressions;

namespace Criterion.Tests.Repository;

/// <summary>docs/article.md shows what its samples print.</summary>
[Collection(nameof(SampleTests))]
public partial class ArticleTests
{
    // Lanes of another width add up in another order.
    const double Tolerance = 2e-3;

    [Fact]
    public void Output_on_the_page_is_what_the_samples_print()
    {
        string[] shown =
        [
            .. from Match block in TextBlock().Matches(RepositoryRoot.Read("docs", "article.md"))
               from line in block.Groups[1].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries)
               select line,
        ];
        string[] printed = [.. SampleProgram.Run("Article"), .. SampleProgram.Run("CosineEmbedding")];
        Assert.Equal(printed.Select(Words), shown.Select(Words));
        foreach ((string expected, string actual) in shown.Zip(printed))
        {
            foreach ((double a, double b) in Numbers(expected).Zip(Numbers(actual)))
            {
                Assert.True(Math.Abs(a - b) <= Tolerance * Math.Max(1, Math.Abs(a)),
                    $"the page shows \"{expected}\", and the sample prints \"{actual}\"");
            }
        }
    }

    static string Words(string line) => Number().Replace(line, "#");

    static IEnumerable<double> Numbers(string line) =>
        Number().Matches(line).Select(static match => double.Parse(match.Value, CultureInfo.InvariantCulture));

    [GeneratedRegex("```text\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex TextBlock();

    [GeneratedRegex(@"-?\d+(\.\d+)?")]
    private static partial Regex Number();
}
