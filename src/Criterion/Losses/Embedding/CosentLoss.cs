namespace Criterion.Losses;

/// <summary>
/// Ranks pairs of rows by their cosine similarity (CoSENT): ln(1 + Σ exp(λ (cosⱼ − cosᵢ))) over all i, j of which pair i has the higher
/// score.
/// </summary>
/// <remarks>
/// Scores need no common scale: only their order counts, and equal scores are not compared. The value grows with the number of ordered
/// pairs, and with it the gradient of a batch in which most are wrong; <see cref="ScoredPairsLoss.Averaged"/> divides by it. The cost is
/// O(N log N) in time and O(N) in memory; the second derivative takes O(N²). A row of zeros, whose norm is clamped to ε, has a similarity
/// of 0.
/// </remarks>
[Catalogue(
    LossFamily.Embedding,
    Shapes = "x1, x2 [N, D], scores [N] → scalar",
    Source = "Su, CoSENT: a more efficient sentence vector scheme than Sentence-BERT, 2022; "
        + "Huang et al., CoSENT: consistent sentence embedding via similarity ranking, 2024, equation 5",
    Alternatives = "AngleLoss ranks by an angle that does not saturate; CosineEmbeddingLoss for pairs that are only similar or not.")]
public sealed record CosentLoss : ScoredPairsLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="scale">λ, the factor of the similarities, the inverse of a temperature; must be positive. Default: 20.</param>
    /// <param name="averaged">Whether the sum is divided by the number of its terms; not in the papers. Default: false.</param>
    /// <param name="epsilon">The lower bound of the norms; must be positive. Default: 1e-8.</param>
    public CosentLoss(double scale = 20, bool averaged = false, double epsilon = 1e-8)
        : base(scale, averaged, epsilon)
    {
    }

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() => [CurveOfDifference(2)];

    private protected override string LatexSimilarity => @"\frac{x \cdot y}{\left\|x\right\| \left\|y\right\|}";

    // Differences of similarities are those of −(1 − cos), which does not cancel.
    private protected override Tensor Evaluate(Tensor x1, Tensor x2, Tensor scores) => Rank(Distances(x1, x2) * -Scale, scores);
}
