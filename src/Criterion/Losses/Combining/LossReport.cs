namespace Criterion.Losses;

/// <summary>The value of a term of a combined loss.</summary>
public sealed record TermValue
{
    /// <summary>Initializes the value of a term.</summary>
    /// <param name="name">The name.</param>
    /// <param name="weight">The weight.</param>
    /// <param name="value">The value before weighting.</param>
    public TermValue(string name, double weight, double value) => (Name, Weight, Value) = (name, weight, value);

    /// <summary><inheritdoc cref="TermValue(string, double, double)" path="/param[@name='name']/node()"/></summary>
    public string Name { get; init; }

    /// <summary><inheritdoc cref="TermValue(string, double, double)" path="/param[@name='weight']/node()"/></summary>
    public double Weight { get; init; }

    /// <summary><inheritdoc cref="TermValue(string, double, double)" path="/param[@name='value']/node()"/></summary>
    public double Value { get; init; }

    /// <summary>Gets the contribution to the total.</summary>
    public double Weighted => Weight * Value;

    /// <inheritdoc/>
    public override string ToString() => Weight == 1
        ? $"{Name} {NumberText.Format(Value, 6)}"
        : $"{NumberText.Format(Weight, 6)} × {Name} {NumberText.Format(Value, 6)}";
}

/// <summary>A combined loss with its terms: the total to differentiate, and the contribution of each term.</summary>
/// <example><code>
/// LossReport report = LossReport.From(("adversarial", adversarial, 1), ("cycle", cycle, 10));
/// report.Total.Backward();
/// Console.WriteLine(report);
/// </code></example>
public sealed class LossReport
{
    internal LossReport(Tensor total, IReadOnlyList<TermValue> terms) => (Total, Terms) = (total, terms);

    /// <summary>Gets the weighted sum, a scalar with its graph.</summary>
    public Tensor Total { get; }

    /// <summary>Gets the terms in the order in which they were added.</summary>
    public IReadOnlyList<TermValue> Terms { get; }

    /// <summary>Gets the value of a term before weighting.</summary>
    /// <exception cref="KeyNotFoundException">No term has this name.</exception>
    public double this[string name] => (Terms.FirstOrDefault(term => term.Name == name)
        ?? throw new KeyNotFoundException(
            $"LossReport: no term is named \"{name}\". The terms are {string.Join(", ", Terms.Select(static term => term.Name))}.")).Value;

    /// <summary>Sums losses that were computed from different inputs.</summary>
    /// <param name="terms">The name, value (a scalar with its graph) and weight of each term.</param>
    /// <exception cref="ArgumentException">There are no terms, or two have the same name.</exception>
    /// <exception cref="ShapeException">A value has more than one element.</exception>
    public static LossReport From(params ReadOnlySpan<(string Name, Tensor Value, double Weight)> terms)
    {
        if (terms.IsEmpty)
        {
            throw new ArgumentException("LossReport: no terms were passed. Pass at least one.", nameof(terms));
        }

        (string name, Tensor value, double weight) = terms[0];
        LossReport report = new(Weighted(name, value, weight), [new(name, weight, value.Item())]);
        foreach ((string Name, Tensor Value, double Weight) term in terms[1..])
        {
            report = report.Plus(term.Name, term.Value, term.Weight);
        }

        return report;
    }

    /// <summary>Returns the report with another term.</summary>
    /// <param name="name">The name.</param>
    /// <param name="value">The value, a scalar with its graph.</param>
    /// <param name="weight">The weight. Default: 1.</param>
    /// <exception cref="ArgumentException">A term has this name already.</exception>
    /// <exception cref="ShapeException">The value has more than one element.</exception>
    public LossReport Plus(string name, Tensor value, double weight = 1)
    {
        if (Terms.Any(term => term.Name == name))
        {
            throw new ArgumentException($"LossReport: two terms are named \"{name}\". Choose different names.", nameof(name));
        }

        Tensor weighted = Weighted(name, value, weight);
        return new(Total + weighted, [.. Terms, new(name, weight, value.Item())]);
    }

    /// <summary>Returns the total and the terms on one line: <c>3.25 = 10 × pixel 0.3 + MSE 0.25</c>.</summary>
    public override string ToString() =>
        $"{NumberText.Format(Total.Item(), 6)} = {string.Join(" + ", Terms)}";

    static Tensor Weighted(string name, Tensor value, double weight)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(value);
        Tensor scalar = value.Count == 1
            ? value.Reshape()
            : throw new ShapeException(
                $"LossReport: the term \"{name}\" is {value.Shape}, not a scalar. Reduce it by Reduction.Mean, .Mean() or .Sum().");
        return weight == 1 ? scalar : scalar * weight;
    }
}
