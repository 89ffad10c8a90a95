using System.Text.RegularExpressions;
using Criterion.Losses;
using Criterion.Tests.Formulas;

namespace Criterion.Tests.Repository;

/// <summary>Formulas of pages, and those that the catalogue writes, render: KaTeX and MathJax refuse what the parser refuses.</summary>
public partial class FormulaPageTests
{
    public static TheoryData<string> Pages =>
        [.. Directory.GetFiles(RepositoryRoot.File("docs"), "*.md").Append(RepositoryRoot.File("README.md")).Select(
            path => Path.GetRelativePath(RepositoryRoot.File("."), path))];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_formula_of_a_page_renders(string page) => Assert.All(Formulas(page), Renders);

    [Fact]
    public void The_page_of_losses_has_formulas() => Assert.True(Formulas(Path.Combine("docs", "losses.md")).Length > 100);

    [Theory]
    [MemberData(nameof(Criteria))]
    public void Every_criterion_writes_what_renders(Type type)
    {
        ICriterion? criterion = Made(type);
        Assert.All(criterion?.ToLatex().Split('\n') ?? [], Renders);
    }

    [Theory]
    [InlineData("x_1_j")]
    [InlineData("x^2^3")]
    [InlineData("x'^2")]
    [InlineData("_j")]
    [InlineData("{x")]
    [InlineData("x}")]
    [InlineData(@"\left(x")]
    [InlineData(@"x\right)")]
    [InlineData(@"\left<x\right>")]
    [InlineData(@"\frac{x}")]
    [InlineData(@"x^\frac{1}{2}")]
    [InlineData(@"\unknown")]
    [InlineData("a & b")]
    [InlineData(@"\begin{cases}a")]
    [InlineData("σ")]
    public void The_parser_refuses_what_KaTeX_refuses(string formula) => Assert.NotNull(LatexParser.Fault(formula));

    [Theory]
    [InlineData(@"x_{1,j}^{2} + \frac{a}{\sqrt{b}} \cdot \left(y - \left|z\right|\right)_j^{w_j}")]
    [InlineData(@"\begin{cases}x & 0 < x \\ 0 & \text{otherwise}\end{cases}")]
    public void The_parser_takes_what_KaTeX_takes(string formula) => Assert.Null(LatexParser.Fault(formula));

    public static TheoryData<Type> Criteria =>
        [.. typeof(ICriterion).Assembly.GetTypes().Where(
            static type => type is { IsAbstract: false, IsPublic: true } && type.IsAssignableTo(typeof(ICriterion)))];

    // With 1 or the first of an enumeration for what has no default.
    static ICriterion? Made(Type type)
    {
        var constructor = type.GetConstructors().OrderByDescending(static c => c.GetParameters().Length)
            .FirstOrDefault(static c => c.GetParameters().All(static p => p.HasDefaultValue || p.ParameterType.IsValueType));
        return (ICriterion?)constructor?.Invoke(
            [.. constructor.GetParameters().Select(
                static p => p.HasDefaultValue ? p.DefaultValue : Activator.CreateInstance(p.ParameterType))]);
    }

    static void Renders(string formula) =>
        Assert.True(LatexParser.Fault(formula.Trim()) is null, $"{LatexParser.Fault(formula.Trim())}: {formula}");

    static string[] Formulas(string page)
    {
        string text = CodeBlock().Replace(RepositoryRoot.Read(page.Split(Path.DirectorySeparatorChar)), "");
        return [.. Fence().Matches(text).Select(static match => match.Groups[1].Value)];
    }

    [GeneratedRegex(@"^```math\n(.*?)\n```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    // Blocks of code hold dollars that are no formulas.
    [GeneratedRegex(@"^```(?!math)\w+\n.*?^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex CodeBlock();
}
