namespace Criterion.Losses;

/// <summary>Relativistic pairing GAN (RpGAN, R3GAN): <see cref="RelativisticPairedGanLoss"/> with φ(d) = softplus(−d).</summary>
[Catalogue(
    LossFamily.Adversarial,
    Shapes = "real, fake logits of one shape → scalar",
    Source = "Jolicoeur-Martineau, The relativistic discriminator: a key element missing from standard GAN, 2018; "
        + "with R1Penalty and R2Penalty: Huang et al., The GAN is dead; long live the GAN! A modern baseline GAN, 2024",
    Alternatives = "RelativisticAverageLogisticGanLoss takes batches of different sizes; "
        + "combine this loss with R1R2Penalty as R3GAN does.")]
public sealed record RelativisticPairedLogisticGanLoss : RelativisticPairedGanLoss
{
    /// <inheritdoc/>
    protected internal override UnaryFormula DifferenceTerm => UnaryFormula.From(new NonSaturatingGanLoss.RealTerm(1));
}
