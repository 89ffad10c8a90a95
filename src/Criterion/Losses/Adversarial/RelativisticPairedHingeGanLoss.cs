namespace Criterion.Losses;

/// <summary>Relativistic paired hinge: <see cref="RelativisticPairedGanLoss"/> with φ(d) = max(0, m − d).</summary>
/// <param name="Margin">m, the difference of logits beyond which the loss is zero; must be positive. Default: 1.</param>
/// <exception cref="ArgumentOutOfRangeException">The margin is not positive.</exception>
[Catalogue(
    LossFamily.Adversarial,
    Shapes = "real, fake logits of one shape → scalar",
    Source = "Jolicoeur-Martineau, The relativistic discriminator: a key element missing from standard GAN, 2018",
    Alternatives = "RelativisticAverageHingeGanLoss takes batches of different sizes; "
        + "RelativisticPairedLogisticGanLoss never has a zero gradient.")]
public sealed record RelativisticPairedHingeGanLoss(double Margin = 1) : RelativisticPairedGanLoss
{
    /// <summary><inheritdoc cref="RelativisticPairedHingeGanLoss" path="/param[@name='Margin']/node()"/></summary>
    public double Margin { get; init => field = Require.Positive(value, nameof(RelativisticPairedHingeGanLoss)); } =
        Require.Positive(Margin, nameof(RelativisticPairedHingeGanLoss));

    /// <inheritdoc/>
    protected internal override UnaryFormula DifferenceTerm => UnaryFormula.From(new HingeGanLoss.RealTerm(Margin));
}
