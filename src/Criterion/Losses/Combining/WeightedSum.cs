using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>A term of a <see cref="WeightedSum"/>.</summary>
/// <param name="Name">Its name in reports.</param>
/// <param name="Loss">The loss.</param>
/// <param name="Weight">What it is multiplied by.</param>
public sealed record LossTerm(string Name, IPredictionLoss Loss, WeightSchedule Weight)
{
    /// <inheritdoc/>
    public override string ToString() => Weight is ConstantWeight { Weight: 1 } ? Name : $"{Weight} · {Name}";
}

/// <summary>A sum of losses of one prediction against one target, each with a weight: what <c>loss1 * 10 + loss2</c> makes.</summary>
/// <remarks>
/// Each loss must come out as one number. A weight that changes with the step is fixed by <see cref="At"/>. Two sums are equal if
/// their terms are. JSON names the kinds of its losses, and so holds those of this library.
/// </remarks>
/// <example><code>
/// var loss = (new L1Loss() * 10).Named("pixel") + (new CosineSimilarityLoss() * new LinearWeight(0, 1, Steps: 1000));
/// LossReport report = loss.At(step).Evaluate(prediction, target);
/// </code></example>
public sealed record WeightedSum : IPredictionLoss
{
    /// <summary>A sum of terms. Names that come twice are numbered: L1, L1 2.</summary>
    /// <exception cref="ArgumentException">There are no terms, or one without a name.</exception>
    public WeightedSum(params IReadOnlyList<LossTerm> terms)
    {
        ArgumentNullException.ThrowIfNull(terms);
        if (terms.Count == 0)
        {
            throw new ArgumentException("WeightedSum: there are no losses to add up.", nameof(terms));
        }

        HashSet<string> taken = [];
        Terms = [.. terms.Select(term => term with { Name = Unique(term.Name, taken) })];
    }

    /// <summary>The terms.</summary>
    public IReadOnlyList<LossTerm> Terms { get; }

    /// <summary>The weighted sum of the losses, a scalar.</summary>
    /// <param name="prediction">What every term takes.</param>
    /// <param name="target">What it should have been.</param>
    /// <exception cref="LossException">A weight changes with the step, which is not known here.</exception>
    public Tensor Forward(Tensor prediction, Tensor target) => Evaluate(prediction, target).Total;

    /// <summary>The weighted sum with the value of each term.</summary>
    /// <inheritdoc cref="Forward"/>
    public LossReport Evaluate(Tensor prediction, Tensor target) =>
        LossReport.From([.. Terms.Select(term => (term.Name, term.Loss.Forward(prediction, target), FixedWeight(term)))]);

    /// <summary>The sum with the weights of a step.</summary>
    /// <param name="step">How many steps were taken.</param>
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

    /// <summary>None: each term has its own.</summary>
    public IEnumerable<LossCurve> Curves() => [];

    /// <inheritdoc/>
    public bool Equals(WeightedSum? other) => other is not null && Terms.SequenceEqual(other.Terms);

    /// <inheritdoc/>
    public override int GetHashCode() => Terms.Aggregate(Terms.Count, static (hash, term) => HashCode.Combine(hash, term));

    /// <summary>The sum as it would be written: <c>10 · L1 + MSE</c>.</summary>
    public override string ToString() => string.Join(" + ", Terms);

    /// <summary>A loss as a sum: itself if it is one.</summary>
    internal static WeightedSum Of(IPredictionLoss loss)
    {
        ArgumentNullException.ThrowIfNull(loss);
        return loss as WeightedSum ?? new([new LossTerm(ShortName(loss.GetType().Name), loss, 1)]);
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

    static double FixedWeight(LossTerm term) => term.Weight is ConstantWeight { Weight: double weight }
        ? weight
        : throw new LossException($"WeightedSum: the weight of {term.Name} changes with the step, {term.Weight}. Give the step: loss.At(step).Forward(...).");

    static string LatexSymbol(LossTerm term) => $@"\ell_{{\text{{{term.Name}}}}}";

    static string LatexWeight(LossTerm term) => term.Weight switch
    {
        ConstantWeight { Weight: 1 } => "",
        ConstantWeight { Weight: double weight } => Numbers.Latex.Const(weight) + @" \cdot ",
        _ => $@"w_{{\text{{{term.Name}}}}}(t) \cdot ",
    };
}
