namespace Criterion.Losses;

/// <summary>
/// Asks of two translators that what one made the other takes back: ℓ = λ_A · mean |F(G(a)) − a| + λ_B · mean |G(F(b)) − b|.
/// </summary>
/// <remarks>Gradients flow into both translators. Where an image comes back exactly the gradient is 0.</remarks>
/// <param name="WeightA">λ_A, of images of domain A that went to B and back.</param>
/// <param name="WeightB">λ_B, of images of domain B that went to A and back.</param>
[Catalogue(
    LossFamily.Image,
    Shapes = "cycledA, realA, cycledB, realB [N, C, H, W] → scalar",
    Source = "Zhu, Park, Isola, Efros, Unpaired image-to-image translation using cycle-consistent adversarial networks, 2017, equation 2",
    Alternatives = "L1Loss where pairs of images exist; IdentityLoss beside it keeps colours.")]
public sealed record CycleConsistencyLoss(double WeightA = 10, double WeightB = 10) : ICriterion
{
    /// <inheritdoc cref="CycleConsistencyLoss(double, double)"/>
    public double WeightA { get; init => field = Require.NonNegative(value, nameof(CycleConsistencyLoss)); } =
        Require.NonNegative(WeightA, nameof(CycleConsistencyLoss));

    /// <inheritdoc cref="CycleConsistencyLoss(double, double)"/>
    public double WeightB { get; init => field = Require.NonNegative(value, nameof(CycleConsistencyLoss)); } =
        Require.NonNegative(WeightB, nameof(CycleConsistencyLoss));

    /// <summary>The loss of both ways round.</summary>
    /// <param name="cycledA">F(G(a)): images of A that went to B and back.</param>
    /// <param name="realA">a, of the same shape; gradients stop here.</param>
    /// <param name="cycledB">G(F(b)): images of B that went to A and back.</param>
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
