namespace Criterion.Losses;

/// <summary>Keeps the critic flat at generated images: γ/2 · E[Σ g²], g = ∇D(G(z)), without a root.</summary>
/// <remarks>How slopes are taken, and which critics are refused: see <see cref="InputGradientPenalty"/>.</remarks>
/// <param name="Weight">γ.</param>
[Catalogue(
    LossFamily.Penalty,
    Shapes = "critic, fake images [N, ...] → scalar",
    Source = "Mescheder, Geiger, Nowozin, Which training methods for GANs do actually converge?, 2018, equation 10",
    Alternatives = "R1Penalty flattens the critic at real images, which alone is most often enough; R1R2Penalty is both.")]
public sealed record R2Penalty(double Weight = 10) : InputGradientPenalty(Weight)
{
    /// <summary>The penalty of a critic at generated images.</summary>
    /// <inheritdoc cref="InputGradientPenalty.Forward"/>
    public Tensor Forward(Func<Tensor, Tensor> critic, Tensor fake) => Forward(critic, fake, fake);

    /// <inheritdoc/>
    protected internal override GradientNormCost Formula => new(GradientPenaltyForm.ZeroCentred, 1);

    private protected override double Scale => Weight / 2;

    private protected override string[] LatexPoints => ["G(z)"];

    private protected override IEnumerable<Tensor> Points(Tensor real, Tensor fake, RandomStream? random) => [fake];
}
