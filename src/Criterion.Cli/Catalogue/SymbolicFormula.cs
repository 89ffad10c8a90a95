using System.Globalization;
using System.Text.RegularExpressions;

namespace Criterion.Cli;

/// <summary>The formula of a catalogue entry with its numeric options as names: <c>\beta</c> in place of its value.</summary>
/// <remarks>
/// A loss prints the values of its options, and some only in expressions, such as Huber's <c>delta / 2</c>. It is therefore printed twice,
/// with two sets of values that differ in every option. Numbers that differ between the two texts depend on options, and the expression is
/// the one that yields both numbers. Flags, enumerations and tensors keep their defaults, since they choose between formulas.
/// </remarks>
internal static partial class SymbolicFormula
{
    // Formulas are printed with six decimals.
    const double Rounding = 2e-6;

    // The first pair that an option accepts is used: a share, a number above 1, a count.
    static readonly (decimal First, decimal Second)[] Probes = [(0.6137m, 0.7193m), (2.6137m, 3.7193m), (3, 4)];

    // Keeps the values of the options of one loss apart.
    const decimal Spacing = 0.0271m;

    static readonly HashSet<string> Greek = ["alpha", "beta", "gamma", "delta", "epsilon"];

    // {0} is the symbol. Expressions that need brackets have them.
    static readonly (Func<double, double> Value, string Text)[] Expressions =
    [
        (static o => o, "{0}"),
        (static o => 1 - o, @"\left(1 - {0}\right)"),
        (static o => 1 + o, @"\left(1 + {0}\right)"),
        (static o => o - 1, "{0} - 1"),
        (static o => o / 2, @"\frac{{{0}}}{{2}}"),
        (static o => o * o, "{0}^{{2}}"),
        (static o => 1 / o, @"\frac{{1}}{{{0}}}"),
        (static o => 1 / (2 * o), @"\frac{{1}}{{2 \cdot {0}}}"),
        (static o => Math.Pow(10, -o / 10), @"10^{{-\frac{{{0}}}{{10}}}}"),
    ];

    /// <summary>Returns the formula in LaTeX, a line for each of its parts.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="shift">The number to add to the printed values, on which the result does not depend.</param>
    /// <exception cref="InvalidOperationException">A number depends on options by an unknown expression.</exception>
    public static string Of(CatalogueEntry entry, decimal shift = 0)
    {
        Option[] options = [.. entry.Options.Select((option, i) => Probe(entry, option, shift + (i * Spacing))).OfType<Option>()];
        if (options.Length == 0)
        {
            return entry.Create().ToLatex();
        }

        string first = Print(entry, options, static option => option.First);
        string[] second = [.. Number().Matches(Print(entry, options, static option => option.Second)).Select(static match => match.Value)];
        int next = 0;
        string symbols = Number().Replace(first, match => Symbol(entry, options, match.Value, second[next++]));
        return NegatedComplement().Replace(symbols, @"\left($1 - 1\right)");
    }

    static Option? Probe(CatalogueEntry entry, CatalogueOption option, decimal shift) => !option.IsNumeric ? null
        : Probes.Select(pair => new Option(option.Name, Shifted(pair.First, shift), Shifted(pair.Second, shift)))
            .FirstOrDefault(probe => IsAccepted(entry, probe));

    static decimal Shifted(decimal probe, decimal shift) => decimal.IsInteger(probe) ? probe : probe + shift;

    static bool IsAccepted(CatalogueEntry entry, Option option)
    {
        try
        {
            Print(entry, [option], static option => option.First);
            Print(entry, [option], static option => option.Second);
            return true;
        }
        catch (ToolException)
        {
            return false;
        }
    }

    static string Print(CatalogueEntry entry, Option[] options, Func<Option, decimal> value) =>
        entry.Create(options.ToDictionary(static option => option.Name, option => value(option).ToString(CultureInfo.InvariantCulture)))
            .ToLatex();

    static string Symbol(CatalogueEntry entry, Option[] options, string first, string second)
    {
        if (first == second)
        {
            return first;
        }

        double one = double.Parse(first, CultureInfo.InvariantCulture);
        double other = double.Parse(second, CultureInfo.InvariantCulture);
        IEnumerable<string> single =
            from expression in Expressions
            from option in options
            where IsNear(expression.Value((double)option.First), one) && IsNear(expression.Value((double)option.Second), other)
            select string.Format(CultureInfo.InvariantCulture, expression.Text, option.Symbol);
        IEnumerable<string> sums =
            from a in options
            from b in options
            where IsNear((double)(a.First + b.First), one) && IsNear((double)(a.Second + b.Second), other)
            select $@"\left({a.Symbol} + {b.Symbol}\right)";
        return single.Concat(sums).FirstOrDefault()
            ?? throw new InvalidOperationException(
                $"The number {first} in the formula of {entry.Name} depends on options by an unknown expression."
                + " Write options separately where T.IsText, as in T.Const(2) - T.Const(alpha), "
                + $"or add the expression to {nameof(SymbolicFormula)}.{nameof(Expressions)}.");
    }

    static bool IsNear(double expected, double printed) => Math.Abs(expected - printed) < Rounding;

    // A minus stays in front of the symbol.
    [GeneratedRegex(@"\d+(\.\d+)?")]
    private static partial Regex Number();

    [GeneratedRegex(@"\\left\(-\\left\(1 - (\S+)\\right\)\\right\)")]
    private static partial Regex NegatedComplement();

    /// <summary>An option with the two values that it is printed with.</summary>
    sealed record Option(string Name, decimal First, decimal Second)
    {
        public string Symbol => Greek.Contains(Name) ? $@"\{Name}" : Name.Length == 1 ? Name : $@"\text{{{Name}}}";
    }
}
