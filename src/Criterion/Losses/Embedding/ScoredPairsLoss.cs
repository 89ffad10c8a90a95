using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// A loss of scored pairs of rows: ln(1 + Σ exp(λ (sⱼ − sᵢ))) over all pairs i, j of pairs of which i has the higher score, where s is a
/// similarity of rows. Only the order of the scores counts.
/// </summary>
public abstract record ScoredPairsLoss : IEmbeddingLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="scale">λ, the factor of the similarities.</param>
    /// <param name="averaged">Whether the sum is divided by the number of its terms.</param>
    /// <param name="epsilon">The lower bound of the norms.</param>
    protected ScoredPairsLoss(double scale, bool averaged, double epsilon) => (Scale, Averaged, Epsilon) = (scale, averaged, epsilon);

    /// <summary><inheritdoc cref="ScoredPairsLoss(double, bool, double)" path="/param[@name='scale']/node()"/></summary>
    public double Scale { get; init => field = Require.Positive(value, Name); }

    /// <summary><inheritdoc cref="ScoredPairsLoss(double, bool, double)" path="/param[@name='averaged']/node()"/></summary>
    public bool Averaged { get; init; }

    /// <summary><inheritdoc cref="ScoredPairsLoss(double, bool, double)" path="/param[@name='epsilon']/node()"/></summary>
    public double Epsilon { get; init => field = Require.Positive(value, Name); }

    /// <summary>Gets the value for a batch in which no two scores differ. Throws by default.</summary>
    public OnEmpty OnEmpty { get; init; }

    /// <summary>Gets the name that error messages begin with.</summary>
    protected string Name => GetType().Name;

    /// <summary>Computes the loss of pairs of rows with scores.</summary>
    /// <param name="x1">The first rows, [N, D].</param>
    /// <param name="x2">The second rows, of the same shape.</param>
    /// <param name="scores">The score of each pair, [N], higher for more similar rows: classes, ratings or any other numbers.</param>
    /// <returns>A scalar.</returns>
    /// <exception cref="ShapeException">The shapes do not match.</exception>
    /// <exception cref="LossException">A score is NaN, or no two scores differ.</exception>
    public Tensor Forward(Tensor x1, Tensor x2, Tensor scores)
    {
        Loss.CheckSameShape(Name, x1, x2, nameof(x1), nameof(x2));
        ArgumentNullException.ThrowIfNull(scores);
        if (x1.Rank != 2 || scores.Shape != [x1.Shape[0]])
        {
            throw new ShapeException(
                $"{Name}: rows {x1.Shape} and scores {scores.Shape} do not match: [N, D] needs [N]. Flatten the embeddings or the scores.");
        }

        return HasOrder(scores) ? Evaluate(x1, x2, scores) : OfNothing(x1, x2);
    }

    /// <inheritdoc/>
    public string ToLatex()
    {
        string similarity = $@"e^{{{Latex.Const(Scale)} \cdot \left(s_j - s_i\right)}}";
        string sum = Averaged ? @"\frac{1}{P} \sum" : @"\sum";
        return $@"\ln\left(1 + {sum}_{{y_i > y_j}} {similarity}\right)" + "\n" + $"s = {LatexSimilarity}";
    }

    /// <inheritdoc/>
    public abstract IEnumerable<LossCurve> Curves();

    /// <summary>Gets the similarity in LaTeX.</summary>
    private protected abstract string LatexSimilarity { get; }

    /// <summary>Computes the loss of valid inputs with at least two different scores.</summary>
    private protected abstract Tensor Evaluate(Tensor x1, Tensor x2, Tensor scores);

    /// <summary>Computes 1 − cos of rows, for which the differences of large similarities do not cancel.</summary>
    private protected Tensor Distances(Tensor x1, Tensor x2) => TensorFormula.Rows(new CosineSimilarityLoss.Cosine(Epsilon), [x1, x2]);

    /// <summary>Computes the loss of similarities times λ.</summary>
    private protected Tensor Rank(Tensor similarities, Tensor scores) => OrderedPairs.Of(similarities, scores, Averaged);

    /// <summary>Returns the loss of two pairs as a function of the difference of their similarities.</summary>
    private protected LossCurve CurveOfDifference(double most) =>
        new("two pairs", "similarity of the lower less the higher score", -most, most, x => (x * Scale).Softplus());

    bool HasOrder(Tensor scores)
    {
        if (scores.Count == 0)
        {
            return false;
        }

        Tensor numbers = scores.Detach().To(DType.Float64);
        (double least, double most) = (numbers.Min().Item(), numbers.Max().Item());
        if (double.IsNaN(least))
        {
            int first = Array.FindIndex(numbers.ToArray<double>(), double.IsNaN);
            throw new LossException($"{Name}: scores must be numbers, but element {first} is NaN. Remove pairs without a score.");
        }

        return least < most;
    }

    Tensor OfNothing(Tensor x1, Tensor x2) => OnEmpty == OnEmpty.Zero
        ? Tensor.Scalar(0, x1.DType) + ((x1.Narrow(0, 0, 0).Sum() + x2.Narrow(0, 0, 0).Sum()) * 0)
        : throw new LossException(
            $"{Name}: no two of the {x1.Shape[0]} scores differ, so there is no order to learn. Use a larger batch, or set OnEmpty = "
            + "OnEmpty.Zero.");
}
