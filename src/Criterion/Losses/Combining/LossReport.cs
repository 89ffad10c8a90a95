namespace Criterion.Losses;

/// <summary>A term of a combined loss, as it came out.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Weight">What it was multiplied by.</param>
/// <param name="Value">Its value before that.</param>
public sealed record TermValue(string Name, double Weight, double Value)
{
    /// <summary>What it adds to the total.</summary>
    public double Weighted => Weight * Value;

    /// <inheritdoc/>
    public override string ToString() => Weight == 1
        ? $"{Name} {NumberText.Format(Value, 6)}"
        : $"{NumberText.Format(Weight, 6)} × {Name} {NumberText.Format(Value, 6)}";
}

/// <summary>A combined loss with its terms: the total to differentiate, and what each term added to it.</summary>
/// <example><code>
/// LossReport report = LossReport.Of(("adversarial", adversarial, 1), ("cycle", cycle, 10));
/// report.Total.Backward();
/// Console.WriteLine(report);
/// </code></example>
public sealed class LossReport
{
    LossReport(Tensor total, IReadOnlyList<TermValue> terms) => (Total, Terms) = (total, terms);

    /// <summary>The weighted sum, a scalar with its graph.</summary>
    public Tensor Total { get; }

    /// <summary>The terms in the order in which they were added.</summary>
    public IReadOnlyList<TermValue> Terms { get; }

    /// <summary>The value of a term before its weight.</summary>
    /// <exception cref="KeyNotFoundException">There is no such term.</exception>
    public double this[string name] => (Terms.FirstOrDefault(term => term.Name == name)
        ?? throw new KeyNotFoundException($"LossReport: there is no term \"{name}\" among {string.Join(", ", Terms.Select(static term => term.Name))}.")).Value;

    /// <summary>The weighted sum of losses that were computed from inputs of their own.</summary>
    /// <param name="terms">Name, value (one number, with its graph) and weight of each.</param>
    /// <exception cref="ArgumentException">No terms, or two of one name.</exception>
    /// <exception cref="ShapeException">A value is not one number.</exception>
    public static LossReport From(params ReadOnlySpan<(string Name, Tensor Value, double Weight)> terms)
    {
        if (terms.IsEmpty)
        {
            throw new ArgumentException("LossReport: there are no terms to add up.", nameof(terms));
        }

        (string name, Tensor value, double weight) = terms[0];
        LossReport report = new(Weighted(name, value, weight), [new(name, weight, value.Item())]);
        foreach ((string Name, Tensor Value, double Weight) term in terms[1..])
        {
            report = report.Plus(term.Name, term.Value, term.Weight);
        }

        return report;
    }

    /// <summary>The report with another term.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">Its value: one number, with its graph.</param>
    /// <param name="weight">What it is multiplied by.</param>
    /// <exception cref="ArgumentException">There is a term of that name.</exception>
    /// <exception cref="ShapeException">The value is not one number.</exception>
    public LossReport Plus(string name, Tensor value, double weight = 1)
    {
        if (Terms.Any(term => term.Name == name))
        {
            throw new ArgumentException($"LossReport: two terms are called \"{name}\"; give each a name of its own.", nameof(name));
        }

        Tensor weighted = Weighted(name, value, weight);
        return new(Total + weighted, [.. Terms, new(name, weight, value.Item())]);
    }

    /// <summary>The total and the terms on one line: <c>3.25 = 10 × pixel 0.3 + MSE 0.25</c>.</summary>
    public override string ToString() =>
        $"{NumberText.Format(Total.Item(), 6)} = {string.Join(" + ", Terms)}";

    static Tensor Weighted(string name, Tensor value, double weight)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(value);
        Tensor scalar = value.Count == 1
            ? value.Reshape()
            : throw new ShapeException($"LossReport: the term \"{name}\" is {value.Shape}, not one number. Reduce it: Reduction.Mean, .Mean() or .Sum().");
        return weight == 1 ? scalar : scalar * weight;
    }
}
