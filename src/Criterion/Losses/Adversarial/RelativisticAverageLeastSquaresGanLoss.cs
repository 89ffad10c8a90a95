namespace Criterion.Losses;

/// <summary>Relativistic average least squares (RaLSGAN): <see cref="RelativisticAverageGanLoss"/> with φ(d) = (d − t)².</summary>
[Catalogue(
    LossFamily.Adversarial,
    Shapes = "real, fake logits of any shape → scalar",
    Source = "Jolicoeur-Martineau, The relativistic discriminator: a key element missing from standard GAN, 2018",
    Alternatives = "LeastSquaresGanLoss does not compare; RelativisticAverageHingeGanLoss has no gradient beyond the margin.")]
public sealed record RelativisticAverageLeastSquaresGanLoss : RelativisticAverageGanLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="target">t, the target difference of logits; must be positive. Default: 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The target is not positive.</exception>
    public RelativisticAverageLeastSquaresGanLoss(double target = 1) => Target = target;

    /// <summary><inheritdoc cref="RelativisticAverageLeastSquaresGanLoss(double)" path="/param[@name='target']/node()"/></summary>
    public double Target { get; init => field = Require.Positive(value, nameof(RelativisticAverageLeastSquaresGanLoss)); }

    /// <inheritdoc/>
    protected internal override UnaryFormula DifferenceTerm => UnaryFormula.From(new LeastSquaresGanLoss.ScaledSquaredError(Target, 1));
}
