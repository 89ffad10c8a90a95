using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// Redundancy reduction of two views: Σⱼ (1 − Cⱼⱼ)² + λ Σ_{j≠k} Cⱼₖ², where C is the cross-correlation of the features of the views over
/// the batch. Trains without labels or negatives.
/// </summary>
/// <remarks>
/// Each feature is centred and divided by √(variance + ε) over the batch, as a batch norm without weights does; variances divide by N. A
/// constant feature correlates with nothing: it costs 1. The authors scale the loss by 1/32 or so in their optimizer, not here.
/// </remarks>
[Catalogue(
    LossFamily.Embedding,
    Shapes = "x1, x2 [N, D], N ≥ 2 → scalar",
    Source = "Zbontar et al., Barlow twins: self-supervised learning via redundancy reduction, 2021, equations 1 and 2",
    Alternatives = "VicRegLoss bounds the deviation of the features instead of normalizing them, so that the views may differ in form.")]
public sealed record BarlowTwinsLoss : IViewLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="offDiagonal">λ, the weight of the correlations of different features; must be 0 or more. Default: 0.005.</param>
    /// <param name="epsilon">ε, added to each variance before its root; must be positive. Default: 1e-5.</param>
    public BarlowTwinsLoss(double offDiagonal = 0.005, double epsilon = 1e-5) => (OffDiagonal, Epsilon) = (offDiagonal, epsilon);

    /// <summary><inheritdoc cref="BarlowTwinsLoss(double, double)" path="/param[@name='offDiagonal']/node()"/></summary>
    public double OffDiagonal { get; init => field = Require.NonNegative(value, nameof(BarlowTwinsLoss)); }

    /// <summary><inheritdoc cref="BarlowTwinsLoss(double, double)" path="/param[@name='epsilon']/node()"/></summary>
    public double Epsilon { get; init => field = Require.Positive(value, nameof(BarlowTwinsLoss)); }

    /// <summary>Computes the loss of two views.</summary>
    /// <param name="x1">The embeddings of the first views, [N, D].</param>
    /// <param name="x2">The embeddings of the second views of the same images, of the same shape.</param>
    /// <returns>A scalar.</returns>
    /// <exception cref="ShapeException">The shapes differ, are not matrices, or have fewer than two rows.</exception>
    public Tensor Forward(Tensor x1, Tensor x2)
    {
        Views.Check(nameof(BarlowTwinsLoss), x1, x2);
        Tensor correlation = Normalized(x1).Transpose().MatMul(Normalized(x2)) / x1.Shape[0];
        return Views.Squares(correlation, diagonal: 1, others: OffDiagonal);
    }

    /// <inheritdoc/>
    public string ToLatex() =>
        $@"\sum_j \left(1 - C_{{jj}}\right)^{{2}} + {Latex.Const(OffDiagonal)} \cdot \sum_{{j \ne k}} C_{{jk}}^{{2}}";

    /// <inheritdoc/>
    public IEnumerable<LossCurve> Curves() =>
    [
        new("one feature", "correlation of the views", -1, 1, static c => (1 - c).Square()),
        new("two features", "correlation of the features", -1, 1, c => c.Square() * OffDiagonal),
    ];

    Tensor Normalized(Tensor x)
    {
        Tensor centred = Views.Centred(x);
        return centred / (centred.Square().Mean(0, keepDim: true) + Epsilon).Sqrt();
    }
}
