namespace Criterion.Losses;

/// <summary>Relativistic pairing with squares: <see cref="RelativisticPaired{TTerm}"/> with φ(d) = (d − t)².</summary>
/// <param name="Target">t, by how much the real logit is to lead.</param>
/// <exception cref="ArgumentOutOfRangeException">The target is not positive.</exception>
[Catalogue(
    LossFamily.Adversarial,
    Shapes = "real, fake logits of one shape → scalar",
    Source = "Jolicoeur-Martineau, The relativistic discriminator: a key element missing from standard GAN, 2018",
    Alternatives = "RelativisticAverageLeastSquares takes unequal batches; RelativisticPairedLogistic bounds the gradient of a pair.")]
public sealed record RelativisticPairedLeastSquares(double Target = 1) : RelativisticPaired<LeastSquares.Term>
{
    /// <inheritdoc cref="RelativisticPairedLeastSquares(double)"/>
    public double Target { get; init => field = Require.Positive(value, nameof(RelativisticPairedLeastSquares)); } =
        Require.Positive(Target, nameof(RelativisticPairedLeastSquares));

    /// <inheritdoc/>
    protected internal override LeastSquares.Term Lead => new(Target, 1);
}
