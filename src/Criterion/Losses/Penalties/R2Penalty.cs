namespace Criterion.Losses;

/// <summary>R2 penalty: γ/2 · E[Σ g²], g = ∇D(G(z)) at generated images.</summary>
/// <remarks><see cref="InputGradientPenalty"/> describes how gradients are taken and which critics throw.</remarks>
[Catalogue(
    LossFamily.Penalty,
    Shapes = "critic, fake images [N, ...] → scalar",
    Source = "Mescheder, Geiger, Nowozin, Which training methods for GANs do actually converge?, 2018, equation 10",
    Alternatives = "R1Penalty penalizes gradients at real images, which is usually sufficient; R1R2Penalty combines both.")]
public sealed record R2Penalty : InputGradientPenalty
{
    /// <summary>Initializes the penalty.</summary>
    /// <param name="weight">γ; must be 0 or more. Default: 10.</param>
    public R2Penalty(double weight = 10)
        : base(weight)
    {
    }

    /// <summary>Computes the penalty of a critic at generated images.</summary>
    /// <inheritdoc cref="InputGradientPenalty.Forward"/>
    public Tensor Forward(Func<Tensor, Tensor> critic, Tensor fake) => Forward(critic, fake, fake);

    /// <inheritdoc/>
    protected internal override GradientNormCost Formula => new(GradientPenaltyForm.ZeroCentred, 1);

    private protected override double Scale => Weight / 2;

    private protected override string[] LatexPoints => ["G(z)"];

    internal override IEnumerable<Tensor> Points(Tensor real, Tensor fake, RandomStream? random) => [fake];
}
