using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Criterion.Tests.Repository;

/// <summary>The rules of docs/style.md that a test can hold. There are no exceptions.</summary>
public partial class StyleTests
{
    const int Widest = 140;

    static readonly Lazy<SourceText[]> Sources = new(static () => [.. SourceText.Below("src")]);

    [Fact]
    public void Lines_are_narrow() => Empty(
        from folder in (string[])["src", "tests", "bench", "samples", "tools"]
        from file in SourceText.Files(folder)
        from line in File.ReadLines(file).Select(static (text, index) => (Text: text, Number: index + 1))
        where line.Text.Length > Widest
        select $"{RepositoryRoot.Relative(file)}({line.Number}): {line.Text.Length} characters");

    [Fact]
    public void Phrases_of_the_list_do_not_occur()
    {
        Regex phrases = Phrases();
        Empty(
            from passage in Sources.Value.SelectMany(static source => source.Passages()).Concat(Pages())
            let match = phrases.Match(passage.Text)
            where match.Success
            select $"{passage.Place}: '{match.Value}' in: {Excerpt(passage.Text, match.Index)}");
    }

    [Fact]
    public void Summaries_are_no_questions() => Empty(
        from source in Sources.Value
        from summary in source.Summaries()
        where QuestionWord().IsMatch(summary.Text)
        select $"{summary.Place}: {Excerpt(summary.Text, 0)}");

    [Fact]
    public void Summaries_of_public_methods_begin_with_a_verb() => Empty(
        from source in Sources.Value
        from summary in source.SummariesOfPublicMethods()
        where !Verb().IsMatch(summary.Text)
        select $"{summary.Place}: {Excerpt(summary.Text, 0)}");

    [Fact]
    public void Libraries_name_no_flags() => Empty(
        from source in Sources.Value
        where !source.Path.StartsWith("src/Criterion.Cli/", StringComparison.Ordinal)
        from text in source.Strings()
        where Flag().IsMatch(text.Text)
        select $"{text.Place}: {text.Text}");

    static void Empty(IEnumerable<string> offences)
    {
        string[] all = [.. offences];
        Assert.True(all.Length == 0, $"{all.Length} against docs/style.md:\n{string.Join('\n', all)}");
    }

    /// <summary>The left column of the table of phrases in docs/style.md.</summary>
    static Regex Phrases()
    {
        string page = RepositoryRoot.Read("docs", "style.md");
        string[] rows = page[page.IndexOf("## Phrases", StringComparison.Ordinal)..].Split("\n## ")[0].Split('\n');
        string[] phrases = [.. rows.Where(static row => row.StartsWith("| `", StringComparison.Ordinal))
            .SelectMany(static row => CodeSpan().Matches(row.Split('|')[1])).Select(static match => Regex.Escape(match.Groups[1].Value))];
        Assert.True(phrases.Length > 20, "docs/style.md: the table of phrases was not found.");
        return new Regex($@"(?<![\w-])({string.Join('|', phrases)})(?![\w-])", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
    }

    static IEnumerable<Passage> Pages() =>
        from file in Directory.EnumerateFiles(RepositoryRoot.File("docs"), "*.md").Append(RepositoryRoot.File("README.md"))
        where Path.GetFileName(file) != "style.md"
        from paragraph in Code().Replace(File.ReadAllText(file), "").Split("\n\n")
        select new Passage(RepositoryRoot.Relative(file), Spaces().Replace(paragraph, " "));

    static string Excerpt(string text, int at) => text.Substring(Math.Max(0, at - 30), Math.Min(90, text.Length - Math.Max(0, at - 30)));

    [GeneratedRegex(@"^(What|Which|How|Where|When|Why|Who|Whose|Up to where|From where)\b")]
    private static partial Regex QuestionWord();

    [GeneratedRegex(@"^[A-Z][a-z]*s\b(?<!\b(This|Its|As|Is|Was|Has|Always|Gradients|Losses|Values|Rows|Indices|Elements|Tensors))")]
    private static partial Regex Verb();

    [GeneratedRegex(@"(^|[\s'""(`])--[a-z]")]
    private static partial Regex Flag();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex CodeSpan();

    [GeneratedRegex("```.*?```|`[^`\n]*`", RegexOptions.Singleline)]
    private static partial Regex Code();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();

    /// <summary>A text and where it is.</summary>
    sealed record Passage(string Place, string Text);

    /// <summary>A source file by its syntax.</summary>
    sealed class SourceText(string file)
    {
        readonly SyntaxNode _root = CSharpSyntaxTree.ParseText(File.ReadAllText(file)).GetRoot();

        public string Path { get; } = RepositoryRoot.Relative(file);

        public static IEnumerable<string> Files(string folder) =>
            Directory.EnumerateFiles(RepositoryRoot.File(folder), "*.cs", SearchOption.AllDirectories);

        public static IEnumerable<SourceText> Below(string folder) => Files(folder).Select(static file => new SourceText(file));

        /// <summary>Comments, documentation and strings.</summary>
        public IEnumerable<Passage> Passages() => Comments().Concat(Strings());

        public IEnumerable<Passage> Strings() =>
            from token in _root.DescendantTokens()
            where token.IsKind(SyntaxKind.StringLiteralToken) || token.IsKind(SyntaxKind.InterpolatedStringTextToken)
                || token.IsKind(SyntaxKind.SingleLineRawStringLiteralToken) || token.IsKind(SyntaxKind.MultiLineRawStringLiteralToken)
            select new Passage(PlaceOf(token), token.ValueText);

        public IEnumerable<Passage> Summaries() =>
            from member in _root.DescendantNodes().OfType<MemberDeclarationSyntax>()
            let summary = SummaryOf(member)
            where summary.Length > 0
            select new Passage(PlaceOf(member.GetFirstToken()), summary);

        public IEnumerable<Passage> SummariesOfPublicMethods() =>
            from method in _root.DescendantNodes().OfType<MethodDeclarationSyntax>()
            where method.Modifiers.Any(SyntaxKind.PublicKeyword)
                && method.Ancestors().OfType<BaseTypeDeclarationSyntax>().All(static type => type.Modifiers.Any(SyntaxKind.PublicKeyword))
            let summary = SummaryOf(method)
            where summary.Length > 0
            select new Passage(PlaceOf(method.Identifier), summary);

        IEnumerable<Passage> Comments() =>
            from token in _root.DescendantTokens()
            from trivia in (SyntaxTriviaList[])[token.LeadingTrivia, token.TrailingTrivia]
            let text = TextOf(trivia)
            where text.Length > 0
            select new Passage(PlaceOf(token), text);

        /// <summary>The comments of a list as one text: a phrase may go over the end of a line.</summary>
        static string TextOf(SyntaxTriviaList trivia) => Spaces().Replace(
            string.Concat(trivia.Where(static part => part.IsKind(SyntaxKind.SingleLineDocumentationCommentTrivia)
                || part.IsKind(SyntaxKind.SingleLineCommentTrivia)).Select(static part => Marks().Replace(part.ToFullString(), " ") + " ")),
            " ").Trim();

        static string SummaryOf(MemberDeclarationSyntax member) =>
            Summary().Match(TextOf(member.GetLeadingTrivia())) is { Success: true } match ? match.Groups[1].Value.Trim() : "";

        string PlaceOf(SyntaxToken token) => $"{Path}({token.GetLocation().GetLineSpan().StartLinePosition.Line + 1})";
    }

    [GeneratedRegex(@"^\s*///?", RegexOptions.Multiline)]
    private static partial Regex Marks();

    [GeneratedRegex("<summary>(.*?)</summary>", RegexOptions.Singleline)]
    private static partial Regex Summary();
}
