namespace Criterion.Losses;

/// <summary>Relativistic average least squares (RaLSGAN): <see cref="RelativisticAverage{TTerm}"/> with φ(d) = (d − t)².</summary>
/// <param name="Target">t, by how much the real logit is to lead.</param>
/// <exception cref="ArgumentOutOfRangeException">The target is not positive.</exception>
[Catalogue(
    LossFamily.Adversarial,
    Shapes = "real, fake logits of any shape → scalar",
    Source = "Jolicoeur-Martineau, The relativistic discriminator: a key element missing from standard GAN, 2018",
    Alternatives = "LeastSquares does not compare; RelativisticAverageHinge leaves a lead beyond the margin alone.")]
public sealed record RelativisticAverageLeastSquares(double Target = 1) : RelativisticAverage<LeastSquares.Term>
{
    /// <inheritdoc cref="RelativisticAverageLeastSquares(double)"/>
    public double Target { get; init => field = Require.Positive(value, nameof(RelativisticAverageLeastSquares)); } =
        Require.Positive(Target, nameof(RelativisticAverageLeastSquares));

    /// <inheritdoc/>
    protected internal override LeastSquares.Term Lead => new(Target, 1);
}
