namespace Criterion.Losses;

/// <summary>
/// Asks of a translator that it leaves images alone that are already in its target domain, which keeps colours:
/// ℓ = λ_A · mean |F(a) − a| + λ_B · mean |G(b) − b|, with F into A and G into B.
/// </summary>
/// <remarks>
/// Each translator gets the images of the domain that it makes: F(a), not G(a), which must change a. In CycleGAN λ is half of the
/// weight of the cycle; the article adds both terms with weight 1.
/// </remarks>
/// <param name="WeightA">λ_A.</param>
/// <param name="WeightB">λ_B.</param>
[Catalogue(
    LossFamily.Image,
    Shapes = "sameA, realA, sameB, realB [N, C, H, W] → scalar",
    Source = "Zhu, Park, Isola, Efros, Unpaired image-to-image translation using cycle-consistent adversarial networks, 2017, section 5.2",
    Alternatives = "CycleConsistencyLoss alone where colours may change.")]
public sealed record IdentityLoss(double WeightA = 5, double WeightB = 5) : ICriterion
{
    /// <inheritdoc cref="IdentityLoss(double, double)"/>
    public double WeightA { get; init => field = Require.NonNegative(value, nameof(IdentityLoss)); } =
        Require.NonNegative(WeightA, nameof(IdentityLoss));

    /// <inheritdoc cref="IdentityLoss(double, double)"/>
    public double WeightB { get; init => field = Require.NonNegative(value, nameof(IdentityLoss)); } =
        Require.NonNegative(WeightB, nameof(IdentityLoss));

    /// <summary>The loss of both translators.</summary>
    /// <param name="sameA">F(a): real images of A through the translator into A.</param>
    /// <param name="realA">a, of the same shape; gradients stop here.</param>
    /// <param name="sameB">G(b): real images of B through the translator into B.</param>
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
