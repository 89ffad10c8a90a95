namespace Criterion.Losses;

/// <summary>Relativistic average hinge (RaHingeGAN): <see cref="RelativisticAverageGanLoss"/> with φ(d) = max(0, m − d).</summary>
[Catalogue(
    LossFamily.Adversarial,
    Shapes = "real, fake logits of any shape → scalar",
    Source = "Jolicoeur-Martineau, The relativistic discriminator: a key element missing from standard GAN, 2018",
    Alternatives = "HingeGanLoss does not compare; RelativisticAverageLogisticGanLoss never has a zero gradient.")]
public sealed record RelativisticAverageHingeGanLoss : RelativisticAverageGanLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="margin">m, the difference of logits beyond which the loss is zero; must be positive. Default: 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The margin is not positive.</exception>
    public RelativisticAverageHingeGanLoss(double margin = 1) => Margin = margin;

    /// <summary><inheritdoc cref="RelativisticAverageHingeGanLoss(double)" path="/param[@name='margin']/node()"/></summary>
    public double Margin { get; init => field = Require.Positive(value, nameof(RelativisticAverageHingeGanLoss)); }

    /// <inheritdoc/>
    protected internal override UnaryFormula DifferenceTerm => UnaryFormula.From(new HingeGanLoss.RealTerm(Margin));
}
