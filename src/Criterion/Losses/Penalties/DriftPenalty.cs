namespace Criterion.Losses;

/// <summary>Keeps a critic's scores of real images from drifting away from 0: ε · E[r²].</summary>
/// <remarks>A Wasserstein objective does not care where zero lies, so that scores may wander until they lose digits.</remarks>
/// <param name="Weight">ε, 0.001 in the paper.</param>
[Catalogue(
    LossFamily.Penalty,
    Shapes = "real scores of any shape → scalar",
    Source = "Karras et al., Progressive growing of GANs for improved quality, stability, and variation, 2017, appendix A.1",
    Alternatives = "LeCamPenalty anchors the scores of both kinds at each other's running mean.")]
public sealed record DriftPenalty(double Weight = 0.001) : Penalty(Weight)
{
    /// <summary>The penalty of scores.</summary>
    /// <param name="real">The critic's scores of real images, of any shape.</param>
    /// <exception cref="LossException">There are no scores.</exception>
    public Tensor Forward(Tensor real)
    {
        ArgumentNullException.ThrowIfNull(real);
        return real.Count > 0
            ? TensorFormula.Mean(WeightedSquare, real)
            : throw new LossException($"DriftPenalty: there are no scores in {real.Shape}. Skip empty batches.");
    }

    /// <inheritdoc/>
    public override string ToLatex() => $@"\mathbb{{E}}\left[{TensorFormula.ToLatex(WeightedSquare, "r")}\right]";

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() => [new("penalty", "score", -4, 4, x => TensorFormula.Map(WeightedSquare, x))];

    LeastSquaresGanLoss.ScaledSquaredError WeightedSquare => new(0, Weight);
}
