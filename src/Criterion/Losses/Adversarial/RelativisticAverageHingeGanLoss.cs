namespace Criterion.Losses;

/// <summary>Relativistic average hinge (RaHingeGAN): <see cref="RelativisticAverageGanLoss"/> with φ(d) = max(0, m − d).</summary>
/// <param name="Margin">m, the difference of logits beyond which the loss is zero; must be positive. Default: 1.</param>
/// <exception cref="ArgumentOutOfRangeException">The margin is not positive.</exception>
[Catalogue(
    LossFamily.Adversarial,
    Shapes = "real, fake logits of any shape → scalar",
    Source = "Jolicoeur-Martineau, The relativistic discriminator: a key element missing from standard GAN, 2018",
    Alternatives = "HingeGanLoss does not compare; RelativisticAverageLogisticGanLoss never has a zero gradient.")]
public sealed record RelativisticAverageHingeGanLoss(double Margin = 1) : RelativisticAverageGanLoss
{
    /// <summary><inheritdoc cref="RelativisticAverageHingeGanLoss" path="/param[@name='Margin']/node()"/></summary>
    public double Margin { get; init => field = Require.Positive(value, nameof(RelativisticAverageHingeGanLoss)); } =
        Require.Positive(Margin, nameof(RelativisticAverageHingeGanLoss));

    /// <inheritdoc/>
    protected internal override UnaryFormula DifferenceTerm => UnaryFormula.From(new HingeGanLoss.RealTerm(Margin));
}
