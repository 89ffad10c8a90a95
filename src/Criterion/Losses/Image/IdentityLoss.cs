namespace Criterion.Losses;

/// <summary>
/// Identity loss: a translator must leave images of its target domain unchanged, which preserves colors, ℓ = λ_A · mean |F(a) − a| + λ_B ·
/// mean |G(b) − b|, with F into A and G into B.
/// </summary>
/// <remarks>
/// Each translator gets images of the domain into which it translates: F(a), not G(a), which must change a. In CycleGAN λ is half of the
/// weight of the cycle; the article adds both terms with weight 1.
/// </remarks>
[Catalogue(
    LossFamily.Image,
    Shapes = "sameA, realA, sameB, realB [N, C, H, W] → scalar",
    Source = "Zhu, Park, Isola, Efros, Unpaired image-to-image translation using cycle-consistent adversarial networks, 2017, section 5.2",
    Alternatives = "CycleConsistencyLoss alone where colors may change.")]
public sealed record IdentityLoss : ICriterion
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="weightA">λ_A, the weight of images of domain A; must be 0 or more. Default: 5.</param>
    /// <param name="weightB">λ_B, the weight of images of domain B; must be 0 or more. Default: 5.</param>
    public IdentityLoss(double weightA = 5, double weightB = 5) => (WeightA, WeightB) = (weightA, weightB);

    /// <summary><inheritdoc cref="IdentityLoss(double, double)" path="/param[@name='weightA']/node()"/></summary>
    public double WeightA { get; init => field = Require.NonNegative(value, nameof(IdentityLoss)); }

    /// <summary><inheritdoc cref="IdentityLoss(double, double)" path="/param[@name='weightB']/node()"/></summary>
    public double WeightB { get; init => field = Require.NonNegative(value, nameof(IdentityLoss)); }

    /// <summary>Computes the loss of both translators.</summary>
    /// <param name="sameA">F(a): real images of A after the translator into A, [N, C, H, W].</param>
    /// <param name="realA">a, of the same shape; gradients stop here.</param>
    /// <param name="sameB">G(b): real images of B after the translator into B, [N, C, H, W].</param>
    /// <param name="realB">b, of the same shape; gradients stop here.</param>
    /// <returns>A scalar.</returns>
    /// <exception cref="ShapeException">Shapes differ.</exception>
    public Tensor Forward(Tensor sameA, Tensor realA, Tensor sameB, Tensor realB) =>
        TwoDomainError.Sum(nameof(IdentityLoss), WeightA, sameA, realA, WeightB, sameB, realB);

    /// <inheritdoc/>
    public string ToLatex() => TwoDomainError.ToLatex(WeightA, "F(a)", "a", WeightB, "G(b)", "b");

    /// <inheritdoc/>
    public IEnumerable<LossCurve> Curves() => TwoDomainError.Curves(WeightA, "F(a) − a");
}
