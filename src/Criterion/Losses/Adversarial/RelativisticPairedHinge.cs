namespace Criterion.Losses;

/// <summary>Relativistic pairing with a hinge: <see cref="RelativisticPaired{TTerm}"/> with φ(d) = max(0, m − d).</summary>
/// <param name="Margin">m, by how much the real logit is to lead.</param>
/// <exception cref="ArgumentOutOfRangeException">The margin is not positive.</exception>
[Catalogue(
    LossFamily.Adversarial,
    Shapes = "real, fake logits of one shape → scalar",
    Source = "Jolicoeur-Martineau, The relativistic discriminator: a key element missing from standard GAN, 2018",
    Alternatives = "RelativisticAverageHinge takes unequal batches; RelativisticPairedLogistic never stops pushing.")]
public sealed record RelativisticPairedHinge(double Margin = 1) : RelativisticPaired<Hinge.RealTerm>
{
    /// <inheritdoc cref="RelativisticPairedHinge(double)"/>
    public double Margin { get; init => field = Require.Positive(value, nameof(RelativisticPairedHinge)); } =
        Require.Positive(Margin, nameof(RelativisticPairedHinge));

    /// <inheritdoc/>
    protected internal override Hinge.RealTerm Lead => new(Margin);
}
