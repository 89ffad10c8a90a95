namespace Criterion.Losses;

/// <summary>Drift penalty, which keeps a critic's scores of real images near 0: ε · E[r²].</summary>
/// <remarks>A Wasserstein loss is invariant to an offset of all scores, so that they may drift until they lose precision.</remarks>
[Catalogue(
    LossFamily.Penalty,
    Shapes = "real scores of any shape → scalar",
    Source = "Karras et al., Progressive growing of GANs for improved quality, stability, and variation, 2017, appendix A.1",
    Alternatives = "LeCamPenalty pulls the scores of each kind to the running mean of the other.")]
public sealed record DriftPenalty : Penalty
{
    /// <summary>Initializes the penalty.</summary>
    /// <param name="weight">ε, 0.001 in the paper; must be 0 or more. Default: 0.001.</param>
    public DriftPenalty(double weight = 0.001)
        : base(weight)
    {
    }

    /// <summary>Computes the penalty of scores.</summary>
    /// <param name="real">The critic's scores of real images, of any shape.</param>
    /// <exception cref="LossException">The batch is empty.</exception>
    public Tensor Forward(Tensor real)
    {
        ArgumentNullException.ThrowIfNull(real);
        return real.Count > 0
            ? TensorFormula.Mean(WeightedSquare, real)
            : throw new LossException($"DriftPenalty: the batch {real.Shape} is empty. Skip empty batches.");
    }

    /// <inheritdoc/>
    public override string ToLatex() => $@"\mathbb{{E}}\left[{TensorFormula.ToLatex(WeightedSquare, "r")}\right]";

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() => [new("penalty", "score", -4, 4, x => TensorFormula.Map(WeightedSquare, x))];

    LeastSquaresGanLoss.ScaledSquaredError WeightedSquare => new(0, Weight);
}
