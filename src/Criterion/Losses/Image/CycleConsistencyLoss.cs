namespace Criterion.Losses;

/// <summary>
/// Cycle consistency of two translators: each must invert the other, ℓ = λ_A · mean |F(G(a)) − a| + λ_B · mean |G(F(b)) − b|.
/// </summary>
/// <remarks>Gradients flow into both translators. The gradient of an image that is reconstructed exactly is 0.</remarks>
[Catalogue(
    LossFamily.Image,
    Shapes = "cycledA, realA, cycledB, realB [N, C, H, W] → scalar",
    Source = "Zhu, Park, Isola, Efros, Unpaired image-to-image translation using cycle-consistent adversarial networks, 2017, equation 2",
    Alternatives = "L1Loss where pairs of images exist; add IdentityLoss to preserve colors.")]
public sealed record CycleConsistencyLoss : ICriterion
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="weightA">λ_A, the weight of images of domain A; must be 0 or more. Default: 10.</param>
    /// <param name="weightB">λ_B, the weight of images of domain B; must be 0 or more. Default: 10.</param>
    public CycleConsistencyLoss(double weightA = 10, double weightB = 10) => (WeightA, WeightB) = (weightA, weightB);

    /// <summary><inheritdoc cref="CycleConsistencyLoss(double, double)" path="/param[@name='weightA']/node()"/></summary>
    public double WeightA { get; init => field = Require.NonNegative(value, nameof(CycleConsistencyLoss)); }

    /// <summary><inheritdoc cref="CycleConsistencyLoss(double, double)" path="/param[@name='weightB']/node()"/></summary>
    public double WeightB { get; init => field = Require.NonNegative(value, nameof(CycleConsistencyLoss)); }

    /// <summary>Computes the loss of both cycles.</summary>
    /// <param name="cycledA">F(G(a)): images of A translated to B and back, [N, C, H, W].</param>
    /// <param name="realA">a, of the same shape; gradients stop here.</param>
    /// <param name="cycledB">G(F(b)): images of B translated to A and back, [N, C, H, W].</param>
    /// <param name="realB">b, of the same shape; gradients stop here.</param>
    /// <returns>A scalar.</returns>
    /// <exception cref="ShapeException">Shapes differ.</exception>
    public Tensor Forward(Tensor cycledA, Tensor realA, Tensor cycledB, Tensor realB) =>
        TwoDomainError.Sum(nameof(CycleConsistencyLoss), WeightA, cycledA, realA, WeightB, cycledB, realB);

    /// <inheritdoc/>
    public string ToLatex() => TwoDomainError.ToLatex(WeightA, "F(G(a))", "a", WeightB, "G(F(b))", "b");

    /// <inheritdoc/>
    public IEnumerable<LossCurve> Curves() => TwoDomainError.Curves(WeightA, "F(G(a)) − a");
}
