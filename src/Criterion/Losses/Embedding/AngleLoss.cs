namespace Criterion.Losses;

/// <summary>
/// Ranks pairs of rows by an angle in the complex plane (AnglE): ln(1 + Σ exp(λ (sⱼ − sᵢ))) over all i, j of which pair i has the higher
/// score. The halves of a row are real and imaginary parts, and s is the absolute sum of both parts of the quotients of two rows.
/// </summary>
/// <remarks>
/// The similarity does not saturate where the cosine does, near 0° and 180°. It equals √2 |cos(x₁, x₂ turned by 45°)|. The paper adds two
/// terms: the ranking of cosines, whose weight is <see cref="CosineWeight"/> (1 in the paper), and a loss with in-batch negatives, to be
/// added by the caller. The cost is that of <see cref="CosentLoss"/>. A row of zeros, whose norm is clamped to ε, has a similarity of 0,
/// and where the sum is 0 its gradient is 0.
/// </remarks>
[Catalogue(
    LossFamily.Embedding,
    Shapes = "x1, x2 [N, D], D even, scores [N] → scalar",
    Source = "Li, Li, AnglE-optimized text embeddings, 2024, equations 5–8",
    Alternatives = "CosentLoss ranks by the cosine that is used for retrieval.")]
public sealed record AngleLoss : ScoredPairsLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="scale">λ, the factor of the similarities, the inverse of a temperature; must be positive. Default: 20.</param>
    /// <param name="cosineWeight">The weight of the ranking of cosines; must be 0 or more. Default: 0.</param>
    /// <param name="averaged">Whether the sum is divided by the number of its terms; not in the paper. Default: false.</param>
    /// <param name="epsilon">The lower bound of the norms; must be positive. Default: 1e-8.</param>
    public AngleLoss(double scale = 20, double cosineWeight = 0, bool averaged = false, double epsilon = 1e-8)
        : base(scale, averaged, epsilon) => CosineWeight = cosineWeight;

    /// <summary><inheritdoc cref="AngleLoss(double, double, bool, double)" path="/param[@name='cosineWeight']/node()"/></summary>
    public double CosineWeight { get; init => field = Require.NonNegative(value, nameof(AngleLoss)); }

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() => [CurveOfDifference(Math.Sqrt(2))];

    private protected override string LatexSimilarity =>
        @"\frac{\left|\sum_j \left(\operatorname{Re} + \operatorname{Im}\right) x_j \bar{y}_j\right|}{\left\|x\right\| \left\|y\right\|}";

    private protected override Tensor Evaluate(Tensor x1, Tensor x2, Tensor scores)
    {
        Tensor cosine = TensorFormula.Rows(new NegativeCosineLoss.ScaledCosine(-1, 0, Epsilon), [x1, Turned(x2)]);
        Tensor angle = Rank(cosine.Abs() * (Math.Sqrt(2) * Scale), scores);
        return CosineWeight == 0 ? angle : angle + (Rank(Distances(x1, x2) * -Scale, scores) * CosineWeight);
    }

    /// <summary>Returns (c − d, c + d) of rows (c, d): the real part of a product with it is the sum of both parts of a quotient.</summary>
    Tensor Turned(Tensor x)
    {
        int half = x.Shape[1] / 2;
        if (x.Shape[1] % 2 != 0)
        {
            throw new ShapeException(
                $"{Name}: rows {x.Shape} have no halves: real and imaginary parts need an even D. Use an even width of the embedding.");
        }

        (Tensor real, Tensor imaginary) = (x.Narrow(1, 0, half), x.Narrow(1, half, half));
        return Tensor.Cat([real - imaginary, real + imaginary], 1);
    }
}
