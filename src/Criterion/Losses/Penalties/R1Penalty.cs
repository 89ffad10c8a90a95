namespace Criterion.Losses;

/// <summary>R1 penalty: γ/2 · E[Σ g²], g = ∇D(x) at real images.</summary>
/// <remarks>
/// <see cref="InputGradientPenalty"/> describes how gradients are taken and which critics throw. The factor ½ is the paper's; some
/// libraries omit it, so that their γ is half of this one. It may run every k-th step only: see <see cref="LazyPenalty"/>.
/// </remarks>
[Catalogue(
    LossFamily.Penalty,
    Shapes = "critic, real images [N, ...] → scalar",
    Source = "Mescheder, Geiger, Nowozin, Which training methods for GANs do actually converge?, 2018, equation 9",
    Alternatives = "R1R2Penalty also penalizes gradients at generated images, which RelativisticPairedLogisticGanLoss needs; "
        + "GradientPenalty targets a norm of 1 for Wasserstein critics.")]
public sealed record R1Penalty : InputGradientPenalty
{
    /// <summary>Initializes the penalty.</summary>
    /// <param name="weight">
    /// γ; must be 0 or more. 10 for StyleGAN2's large images, 0.01 for CIFAR-10: it grows with the number of pixels and decreases with the
    /// batch size. Default: 10.
    /// </param>
    public R1Penalty(double weight = 10)
        : base(weight)
    {
    }

    /// <summary>Computes the penalty of a critic at real images.</summary>
    /// <inheritdoc cref="InputGradientPenalty.Forward"/>
    public Tensor Forward(Func<Tensor, Tensor> critic, Tensor real) => Forward(critic, real, real);

    /// <inheritdoc/>
    protected internal override GradientNormCost Formula => new(GradientPenaltyForm.ZeroCentred, 1);

    private protected override double Scale => Weight / 2;

    internal override IEnumerable<Tensor> Points(Tensor real, Tensor fake, RandomStream? random) => [real];
}
