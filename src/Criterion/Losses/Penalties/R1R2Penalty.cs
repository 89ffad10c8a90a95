namespace Criterion.Losses;

/// <summary>R1 and R2 penalties combined: γ/2 · E[Σ ∇D(x)²] + γ/2 · E[Σ ∇D(G(z))²].</summary>
/// <remarks>
/// <see cref="InputGradientPenalty"/> describes how gradients are taken and which critics throw. For two weights use an
/// <see cref="R1Penalty"/> and an <see cref="R2Penalty"/>.
/// </remarks>
[Catalogue(
    LossFamily.Penalty,
    Shapes = "critic, real images [N, ...], fake images [M, ...] → scalar",
    Source = "Huang et al., The GAN is dead; long live the GAN! A modern baseline GAN, 2024, section 2",
    Alternatives = "R1Penalty alone costs half as much and is sufficient for NonSaturatingGanLoss; "
        + "this one suits RelativisticPairedLogisticGanLoss.")]
public sealed record R1R2Penalty : InputGradientPenalty
{
    /// <summary>Initializes the penalty.</summary>
    /// <param name="weight">γ of both; must be 0 or more. Default: 10.</param>
    public R1R2Penalty(double weight = 10)
        : base(weight)
    {
    }

    /// <inheritdoc/>
    protected internal override GradientNormCost Formula => new(GradientPenaltyForm.ZeroCentred, 1);

    private protected override double Scale => Weight / 2;

    private protected override string[] LatexPoints => ["x", "G(z)"];

    internal override IEnumerable<Tensor> Points(Tensor real, Tensor fake, RandomStream? random) => [real, fake];
}
