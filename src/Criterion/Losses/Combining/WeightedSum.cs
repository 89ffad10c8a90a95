using Criterion.Numbers;
using Criterion.Schedules;

namespace Criterion.Losses;

/// <summary>A term of a <see cref="WeightedSum"/>.</summary>
public sealed record LossTerm
{
    /// <summary>Initializes the term.</summary>
    /// <param name="name">The name in reports.</param>
    /// <param name="loss">The loss.</param>
    /// <param name="weight">The weight.</param>
    public LossTerm(string name, IPredictionLoss loss, Schedule weight) => (Name, Loss, Weight) = (name, loss, weight);

    /// <summary><inheritdoc cref="LossTerm(string, IPredictionLoss, Schedule)" path="/param[@name='name']/node()"/></summary>
    public string Name { get; init; }

    /// <summary><inheritdoc cref="LossTerm(string, IPredictionLoss, Schedule)" path="/param[@name='loss']/node()"/></summary>
    public IPredictionLoss Loss { get; init; }

    /// <summary><inheritdoc cref="LossTerm(string, IPredictionLoss, Schedule)" path="/param[@name='weight']/node()"/></summary>
    public Schedule Weight { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Weight is ConstantSchedule { Level: 1 } ? Name : $"{Weight} · {Name}";
}

/// <summary>A weighted sum of losses of one prediction against one target, as <c>loss1 * 10 + loss2</c> creates it.</summary>
/// <remarks>
/// Each loss must reduce to a scalar. <see cref="At"/> evaluates weights that depend on the step. Two sums are equal if their terms are.
/// JSON stores losses by type name, so only those of this library can be stored.
/// </remarks>
/// <example><code>
/// var loss = (new L1Loss() * 10).Named("pixel") + (new CosineSimilarityLoss() * new LinearSchedule(0, 1, steps: 1000));
/// LossReport report = loss.At(step).Evaluate(prediction, target);
/// </code></example>
public sealed record WeightedSum : IPredictionLoss
{
    /// <summary>Initializes a sum of terms. Repeated names are numbered: L1, L1 2.</summary>
    /// <exception cref="ArgumentException">There are no terms, or one has no name.</exception>
    public WeightedSum(params IReadOnlyList<LossTerm> terms)
    {
        ArgumentNullException.ThrowIfNull(terms);
        if (terms.Count == 0)
        {
            throw new ArgumentException("WeightedSum: no losses were passed. Pass at least one.", nameof(terms));
        }

        HashSet<string> taken = [];
        Terms = [.. terms.Select(term => term with { Name = Unique(term.Name, taken) })];
    }

    /// <summary>Gets the terms.</summary>
    public IReadOnlyList<LossTerm> Terms { get; }

    /// <summary>Computes the weighted sum of the losses, a scalar.</summary>
    /// <param name="prediction">The input of every loss.</param>
    /// <param name="target">The desired output.</param>
    /// <exception cref="LossException">A weight depends on the step.</exception>
    public Tensor Forward(Tensor prediction, Tensor target) => Evaluate(prediction, target).Total;

    /// <summary>Computes the weighted sum and the value of each term.</summary>
    /// <inheritdoc cref="Forward"/>
    public LossReport Evaluate(Tensor prediction, Tensor target) =>
        LossReport.From([.. Terms.Select(term => (term.Name, term.Loss.Forward(prediction, target), FixedWeight(term)))]);

    /// <summary>Returns the sum with the weights at a step.</summary>
    /// <param name="step">The number of steps taken.</param>
    public WeightedSum At(long step) => new([.. Terms.Select(term => term with
    {
        Weight = term.Weight.At(step),
        Loss = term.Loss is WeightedSum inner ? inner.At(step) : term.Loss,
    })]);

    /// <inheritdoc/>
    public string ToLatex() => string.Join('\n', (string[])
    [
        string.Join(" + ", Terms.Select(static term => LatexWeight(term) + LatexSymbol(term))),
        .. Terms.Select(static term => $"{LatexSymbol(term)} = {term.Loss.ToLatex()}"),
    ]);

    /// <summary>Returns nothing: each term has its own curves.</summary>
    public IEnumerable<LossCurve> Curves() => [];

    /// <inheritdoc/>
    public bool Equals(WeightedSum? other) => other is not null && Terms.SequenceEqual(other.Terms);

    /// <inheritdoc/>
    public override int GetHashCode() => Terms.Aggregate(Terms.Count, static (hash, term) => HashCode.Combine(hash, term));

    /// <summary>Returns the sum as an expression: <c>10 · L1 + MSE</c>.</summary>
    public override string ToString() => string.Join(" + ", Terms);

    /// <summary>Converts a loss to a sum; a sum is returned unchanged.</summary>
    internal static WeightedSum Of(IPredictionLoss loss)
    {
        ArgumentNullException.ThrowIfNull(loss);
        string name = loss is LambdaLoss lambda ? lambda.Name : ShortName(loss.GetType().Name);
        return loss as WeightedSum ?? new([new LossTerm(name, loss, 1)]);
    }

    static string ShortName(string type) => type.EndsWith("Loss", StringComparison.Ordinal) && type != "Loss" ? type[..^4] : type;

    static string Unique(string name, HashSet<string> taken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        string unique = name;
        for (int n = 2; !taken.Add(unique); n++)
        {
            unique = $"{name} {n}";
        }

        return unique;
    }

    static double FixedWeight(LossTerm term) => term.Weight is ConstantSchedule { Level: double weight }
        ? weight
        : throw new LossException(
            $"WeightedSum: the weight of {term.Name} depends on the step, {term.Weight}. Use loss.At(step).Forward(...).");

    static string LatexSymbol(LossTerm term) => $@"\ell_{{\text{{{term.Name}}}}}";

    static string LatexWeight(LossTerm term) => term.Weight switch
    {
        ConstantSchedule { Level: 1 } => "",
        ConstantSchedule { Level: double weight } => Numbers.Latex.Const(weight) + @" \cdot ",
        _ => $@"w_{{\text{{{term.Name}}}}}(t) \cdot ",
    };
}
