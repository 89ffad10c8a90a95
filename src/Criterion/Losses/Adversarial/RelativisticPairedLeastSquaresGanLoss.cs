namespace Criterion.Losses;

/// <summary>Relativistic paired least squares: <see cref="RelativisticPairedGanLoss"/> with φ(d) = (d − t)².</summary>
[Catalogue(
    LossFamily.Adversarial,
    Shapes = "real, fake logits of one shape → scalar",
    Source = "Jolicoeur-Martineau, The relativistic discriminator: a key element missing from standard GAN, 2018",
    Alternatives = "RelativisticAverageLeastSquaresGanLoss takes batches of different sizes; "
        + "RelativisticPairedLogisticGanLoss bounds the gradient of a pair.")]
public sealed record RelativisticPairedLeastSquaresGanLoss : RelativisticPairedGanLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="target">t, the target difference of logits; must be positive. Default: 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The target is not positive.</exception>
    public RelativisticPairedLeastSquaresGanLoss(double target = 1) => Target = target;

    /// <summary><inheritdoc cref="RelativisticPairedLeastSquaresGanLoss(double)" path="/param[@name='target']/node()"/></summary>
    public double Target { get; init => field = Require.Positive(value, nameof(RelativisticPairedLeastSquaresGanLoss)); }

    /// <inheritdoc/>
    protected internal override UnaryFormula DifferenceTerm => UnaryFormula.From(new LeastSquaresGanLoss.ScaledSquaredError(Target, 1));
}
