namespace Criterion.Losses;

/// <summary>Relativistic paired hinge: <see cref="RelativisticPairedGanLoss"/> with φ(d) = max(0, m − d).</summary>
[Catalogue(
    LossFamily.Adversarial,
    Shapes = "real, fake logits of one shape → scalar",
    Source = "Jolicoeur-Martineau, The relativistic discriminator: a key element missing from standard GAN, 2018",
    Alternatives = "RelativisticAverageHingeGanLoss takes batches of different sizes; "
        + "RelativisticPairedLogisticGanLoss never has a zero gradient.")]
public sealed record RelativisticPairedHingeGanLoss : RelativisticPairedGanLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="margin">m, the difference of logits beyond which the loss is zero; must be positive. Default: 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The margin is not positive.</exception>
    public RelativisticPairedHingeGanLoss(double margin = 1) => Margin = margin;

    /// <summary><inheritdoc cref="RelativisticPairedHingeGanLoss(double)" path="/param[@name='margin']/node()"/></summary>
    public double Margin { get; init => field = Require.Positive(value, nameof(RelativisticPairedHingeGanLoss)); }

    /// <inheritdoc/>
    protected internal override UnaryFormula DifferenceTerm => UnaryFormula.From(new HingeGanLoss.RealTerm(Margin));
}
