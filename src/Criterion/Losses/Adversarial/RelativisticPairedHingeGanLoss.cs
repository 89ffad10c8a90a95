namespace Criterion.Losses;

/// <summary>Relativistic pairing with a hinge: <see cref="RelativisticPairedGanLoss"/> with φ(d) = max(0, m − d).</summary>
/// <param name="Margin">m, by how much the real logit is to lead.</param>
/// <exception cref="ArgumentOutOfRangeException">The margin is not positive.</exception>
[Catalogue(
    LossFamily.Adversarial,
    Shapes = "real, fake logits of one shape → scalar",
    Source = "Jolicoeur-Martineau, The relativistic discriminator: a key element missing from standard GAN, 2018",
    Alternatives = "RelativisticAverageHingeGanLoss takes unequal batches; RelativisticPairedLogisticGanLoss never stops pushing.")]
public sealed record RelativisticPairedHingeGanLoss(double Margin = 1) : RelativisticPairedGanLoss
{
    /// <inheritdoc cref="RelativisticPairedHingeGanLoss(double)"/>
    public double Margin { get; init => field = Require.Positive(value, nameof(RelativisticPairedHingeGanLoss)); } =
        Require.Positive(Margin, nameof(RelativisticPairedHingeGanLoss));

    /// <inheritdoc/>
    protected internal override UnaryFormula DifferenceTerm => UnaryFormula.From(new HingeGanLoss.RealTerm(Margin));
}
