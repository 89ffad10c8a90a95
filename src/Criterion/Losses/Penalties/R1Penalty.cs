namespace Criterion.Losses;

/// <summary>Keeps the critic flat at real images: γ/2 · E[Σ g²], g = ∇D(x), without a root.</summary>
/// <remarks>
/// How slopes are taken, and which critics are refused: see <see cref="InputGradientPenalty"/>.
/// Its halved weight is the paper's; some libraries leave the ½ out, so that their γ is half of this one. May run every
/// k-th step only: see <see cref="LazyPenalty"/>.
/// </remarks>
/// <param name="Weight">γ: 10 for StyleGAN2's large images, 0.01 for CIFAR-10; it grows with the number of pixels and falls with the batch.</param>
[Catalogue(
    LossFamily.Penalty,
    Shapes = "critic, real images [N, ...] → scalar",
    Source = "Mescheder, Geiger, Nowozin, Which training methods for GANs do actually converge?, 2018, equation 9",
    Alternatives = "R1R2Penalty also flattens the critic at generated images, which RelativisticPairedLogisticGanLoss needs; GradientPenalty keeps the slope at 1 for Wasserstein critics.")]
public sealed record R1Penalty(double Weight = 10) : InputGradientPenalty(Weight)
{
    /// <summary>The penalty of a critic at real images.</summary>
    /// <inheritdoc cref="InputGradientPenalty.Forward"/>
    public Tensor Forward(Func<Tensor, Tensor> critic, Tensor real) => Forward(critic, real, real);

    /// <inheritdoc/>
    protected internal override GradientNormCost Formula => new(GradientPenaltyForm.ZeroCentred, 1);

    private protected override double Scale => Weight / 2;

    private protected override IEnumerable<Tensor> Points(Tensor real, Tensor fake, RandomStream? random) => [real];
}
