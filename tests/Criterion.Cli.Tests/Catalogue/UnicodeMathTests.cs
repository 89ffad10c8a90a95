namespace Criterion.Cli.Tests;

/// <summary>Formulas as Unicode text.</summary>
public class UnicodeMathTests
{
    public static TheoryData<string> Names => CatalogueTests.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void No_formula_of_the_catalogue_keeps_LaTeX(string name)
    {
        string latex = SymbolicFormula.Of(Catalogue.Find(name));
        foreach (string line in latex.Split('\n').SelectMany(static part => UnicodeMath.Lines(part.Trim())))
        {
            Assert.Equal(-1, line.IndexOfAny(['\\', '{', '}', '&', '\b']));
            Assert.DoesNotContain("  ·", line, StringComparison.Ordinal);
            Assert.Equal(line.Count('('.Equals), line.Count(')'.Equals));
            Assert.Equal(line.Trim(), line);
        }
    }

    [Theory]
    [InlineData(@"\frac{x - y}{2} \cdot \left|z\right|", "(x − y)/2·|z|")]
    [InlineData(@"\frac{a}{b \cdot c}", "a/(b·c)")]
    [InlineData(@"\frac{\left(a\right) \cdot \left(b\right)}{\left(c + d\right)}", "((a)·(b))/(c + d)")]
    [InlineData(@"\sqrt{x}^{2}", "(√x)²")]
    [InlineData(@"\sqrt{x + y}", "√(x + y)")]
    [InlineData(@"x_{1,j}^{2} + x_y^{\gamma}", "x₁ⱼ² + x_y^γ")]
    [InlineData(@"e^{-r} + e^{f - 1} + e^{x}", "e⁻ʳ + e^(f − 1) + eˣ")]
    [InlineData(@"\left(\sum_{j \notin Y} w_j\right)_{\text{n}}^{w_{5}}", "(Σ_(j ∉ Y) wⱼ)ₙ^w₅")]
    [InlineData(@"\prod_{j=1}^{4} \bar\theta \mathrel{+}= \nabla D(\tilde{x})", "Πⱼ₌₁⁴ θ\u0304 += ∇D(x\u0303)")]
    [InlineData(@"10^{-12} \le \left\|W W^\top\right\|_F^2", "10⁻¹² ≤ ‖W Wᵀ‖_F²")]
    [InlineData(@"0.5 \cdot \begin{cases}a & 0 < t \\ \begin{cases}b & x = 1 \\ c & \text{otherwise}\end{cases} & "
        + @"\text{otherwise}\end{cases}",
        "0.5·(a if 0 < t; (b if x = 1; c otherwise) otherwise)")]
    public void Commands_become_text(string latex, string text) => Assert.Equal([text], UnicodeMath.Lines(latex));

    [Fact]
    public void A_choice_between_cases_is_a_line_for_each() => Assert.Equal(
        ["⎧ x + y   if y = 1", "⎩ 0       otherwise"],
        UnicodeMath.Lines(@"\begin{cases}x + y & y = 1 \\ 0 & \text{otherwise}\end{cases}"));

    [Fact]
    public void A_command_that_is_not_covered_is_named() =>
        Assert.Contains(@"\unknown", Assert.Throws<FormatException>(static () => UnicodeMath.Lines(@"x + \unknown")).Message,
            StringComparison.Ordinal);
}
