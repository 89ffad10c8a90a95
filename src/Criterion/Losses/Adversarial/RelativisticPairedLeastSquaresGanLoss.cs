namespace Criterion.Losses;

/// <summary>Relativistic paired least squares: <see cref="RelativisticPairedGanLoss"/> with φ(d) = (d − t)².</summary>
/// <param name="Target">t, the target difference of logits; must be positive. Default: 1.</param>
/// <exception cref="ArgumentOutOfRangeException">The target is not positive.</exception>
[Catalogue(
    LossFamily.Adversarial,
    Shapes = "real, fake logits of one shape → scalar",
    Source = "Jolicoeur-Martineau, The relativistic discriminator: a key element missing from standard GAN, 2018",
    Alternatives = "RelativisticAverageLeastSquaresGanLoss takes batches of different sizes; "
        + "RelativisticPairedLogisticGanLoss bounds the gradient of a pair.")]
public sealed record RelativisticPairedLeastSquaresGanLoss(double Target = 1) : RelativisticPairedGanLoss
{
    /// <summary><inheritdoc cref="RelativisticPairedLeastSquaresGanLoss" path="/param[@name='Target']/node()"/></summary>
    public double Target { get; init => field = Require.Positive(value, nameof(RelativisticPairedLeastSquaresGanLoss)); } =
        Require.Positive(Target, nameof(RelativisticPairedLeastSquaresGanLoss));

    /// <inheritdoc/>
    protected internal override UnaryFormula DifferenceTerm => UnaryFormula.From(new LeastSquaresGanLoss.ScaledSquaredError(Target, 1));
}
