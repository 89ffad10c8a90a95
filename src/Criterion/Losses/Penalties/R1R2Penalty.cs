namespace Criterion.Losses;

/// <summary>Keeps the critic flat at real and at generated images: γ/2 · E[Σ ∇D(x)²] + γ/2 · E[Σ ∇D(G(z))²].</summary>
/// <remarks>How slopes are taken, and which critics are refused: see <see cref="InputGradientPenalty"/>. For two weights add an <see cref="R1Penalty"/> and an <see cref="R2Penalty"/>.</remarks>
/// <param name="Weight">γ of both.</param>
[Catalogue(
    LossFamily.Penalty,
    Shapes = "critic, real images [N, ...], fake images [M, ...] → scalar",
    Source = "Huang et al., The GAN is dead; long live the GAN! A modern baseline GAN, 2024, section 2",
    Alternatives = "R1Penalty alone costs half as much and is enough for NonSaturatingGanLoss; this one goes with RelativisticPairedLogisticGanLoss.")]
public sealed record R1R2Penalty(double Weight = 10) : InputGradientPenalty(Weight)
{
    /// <inheritdoc/>
    protected internal override GradientNormCost Formula => new(GradientPenaltyForm.ZeroCentred, 1);

    private protected override double Scale => Weight / 2;

    private protected override string[] LatexPoints => ["x", "G(z)"];

    private protected override IEnumerable<Tensor> Points(Tensor real, Tensor fake, RandomStream? random) => [real, fake];
}
