namespace Criterion.Losses;

/// <summary>Relativistic average GAN (RaSGAN): <see cref="RelativisticAverageGanLoss"/> with φ(d) = softplus(−d).</summary>
[Catalogue(
    LossFamily.Adversarial,
    Shapes = "real, fake logits of any shape → scalar",
    Source = "Jolicoeur-Martineau, The relativistic discriminator: a key element missing from standard GAN, 2018",
    Alternatives = "RelativisticPairedLogisticGanLoss compares image with image and is what R3GAN uses; "
        + "NonSaturatingGanLoss does not compare.")]
public sealed record RelativisticAverageLogisticGanLoss : RelativisticAverageGanLoss
{
    /// <inheritdoc/>
    protected internal override UnaryFormula DifferenceTerm => UnaryFormula.From(new NonSaturatingGanLoss.RealTerm(1));
}
