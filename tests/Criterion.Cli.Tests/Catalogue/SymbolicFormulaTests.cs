using System.Text.RegularExpressions;
using Criterion.Tests.Formulas;

namespace Criterion.Cli.Tests;

/// <summary>Formulas of the catalogue show options by name.</summary>
public class SymbolicFormulaTests
{
    // Accepted by every option: shares, numbers above 1, counts.
    static readonly (string One, string Other)[] Values = [("0.4321", "0.5432"), ("3.4321", "4.5432"), ("3", "4")];

    public static TheoryData<string> Names => CatalogueTests.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_formula_renders(string name) => Assert.All(
        SymbolicFormula.Of(Catalogue.Find(name)).Split('\n'),
        static formula => Assert.True(LatexParser.Fault(formula.Trim()) is null, $"{LatexParser.Fault(formula.Trim())}: {formula}"));

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_option_that_a_loss_prints_is_shown_by_name(string name)
    {
        CatalogueEntry entry = Catalogue.Find(name);
        string formula = SymbolicFormula.Of(entry);
        Assert.All(
            entry.Options.Where(option => option.IsNumeric && IsPrinted(entry, option)),
            option => Assert.True(IsShown(option, formula), $"{option.Name} is missing in {formula}"));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Values_of_options_leave_no_trace(string name)
    {
        CatalogueEntry entry = Catalogue.Find(name);
        Assert.Equal(SymbolicFormula.Of(entry), SymbolicFormula.Of(entry, 0.0123m));
    }

    [Fact]
    public void Most_losses_have_options_to_show() => Assert.InRange(
        Catalogue.Entries.Count(static entry => SymbolicFormula.Of(entry) != entry.Create().ToLatex()), 45, int.MaxValue);

    [Theory]
    [InlineData("smooth-l1", @"\begin{cases}\frac{1}{2 \cdot \beta} \cdot \left(x - y\right)^{2} & \left|x - y\right| < \beta \\ "
        + @"\left|x - y\right| - \frac{\beta}{2} & \text{otherwise}\end{cases}")]
    [InlineData("quantile",
        @"\max\left(\text{quantile} \cdot \left(y - x\right), \left(\text{quantile} - 1\right) \cdot \left(y - x\right)\right)")]
    [InlineData("charbonnier", @"\sqrt{\left(x - y\right)^{2} + \epsilon^{2}}")]
    [InlineData("pairwise-distance", @"\left(\sum_j \left|x_j - y_j + \epsilon\right|^{p}\right)^{\frac{1}{p}}")]
    [InlineData("weight-clip", @"w \leftarrow \min\left(\max\left(w, -\text{limit}\right), \text{limit}\right)")]
    [InlineData("l1", @"\left|x - y\right|")]
    public void Expressions_of_options_are_found(string name, string formula) =>
        Assert.Equal(formula, SymbolicFormula.Of(Catalogue.Find(name)));

    static bool IsPrinted(CatalogueEntry entry, CatalogueOption option) => Values.Any(pair =>
        Print(entry, option, pair.One) is { } one && Print(entry, option, pair.Other) is { } other && one != other);

    // Null where the option does not accept the value.
    static string? Print(CatalogueEntry entry, CatalogueOption option, string value)
    {
        try
        {
            return entry.Create(new Dictionary<string, string> { [option.Name] = value }).ToLatex();
        }
        catch (ToolException)
        {
            return null;
        }
    }

    static bool IsShown(CatalogueOption option, string formula) => Regex.IsMatch(formula, $@"(?<![a-zA-Z]){option.Name}(?![a-zA-Z])");
}
