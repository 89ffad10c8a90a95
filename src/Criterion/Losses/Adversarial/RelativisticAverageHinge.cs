namespace Criterion.Losses;

/// <summary>Relativistic average hinge (RaHingeGAN): <see cref="RelativisticAverage{TTerm}"/> with φ(d) = max(0, m − d).</summary>
/// <param name="Margin">m, by how much the real logit is to lead.</param>
/// <exception cref="ArgumentOutOfRangeException">The margin is not positive.</exception>
[Catalogue(
    LossFamily.Adversarial,
    Shapes = "real, fake logits of any shape → scalar",
    Source = "Jolicoeur-Martineau, The relativistic discriminator: a key element missing from standard GAN, 2018",
    Alternatives = "Hinge does not compare; RelativisticAverageLogistic never stops pushing.")]
public sealed record RelativisticAverageHinge(double Margin = 1) : RelativisticAverage<Hinge.RealTerm>
{
    /// <inheritdoc cref="RelativisticAverageHinge(double)"/>
    public double Margin { get; init => field = Require.Positive(value, nameof(RelativisticAverageHinge)); } =
        Require.Positive(Margin, nameof(RelativisticAverageHinge));

    /// <inheritdoc/>
    protected internal override Hinge.RealTerm Lead => new(Margin);
}
