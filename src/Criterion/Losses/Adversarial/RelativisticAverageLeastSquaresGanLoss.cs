namespace Criterion.Losses;

/// <summary>Relativistic average least squares (RaLSGAN): <see cref="RelativisticAverageGanLoss"/> with φ(d) = (d − t)².</summary>
/// <param name="Target">t, by how much the real logit is to lead.</param>
/// <exception cref="ArgumentOutOfRangeException">The target is not positive.</exception>
[Catalogue(
    LossFamily.Adversarial,
    Shapes = "real, fake logits of any shape → scalar",
    Source = "Jolicoeur-Martineau, The relativistic discriminator: a key element missing from standard GAN, 2018",
    Alternatives = "LeastSquaresGanLoss does not compare; RelativisticAverageHingeGanLoss leaves a lead beyond the margin alone.")]
public sealed record RelativisticAverageLeastSquaresGanLoss(double Target = 1) : RelativisticAverageGanLoss
{
    /// <inheritdoc cref="RelativisticAverageLeastSquaresGanLoss(double)"/>
    public double Target { get; init => field = Require.Positive(value, nameof(RelativisticAverageLeastSquaresGanLoss)); } =
        Require.Positive(Target, nameof(RelativisticAverageLeastSquaresGanLoss));

    /// <inheritdoc/>
    protected internal override UnaryFormula DifferenceTerm => UnaryFormula.From(new LeastSquaresGanLoss.ScaledSquaredError(Target, 1));
}
