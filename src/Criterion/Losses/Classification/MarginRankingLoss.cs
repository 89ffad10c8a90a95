using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// Ranks one score above another by a margin: ℓ = max(0, −y (x₁ − x₂) + Margin). For y = 1 the first score should be larger, for y = −1 the
/// second.
/// </summary>
/// <remarks>
/// Where the scores differ by exactly the margin the gradient is the one inside, −y and y. PyTorch equivalent:
/// <c>torch.nn.MarginRankingLoss</c>; unlike it, a target that is neither 1 nor −1 throws and nothing is broadcast.
/// </remarks>
[Catalogue(
    LossFamily.Classification,
    Shapes = "x1, x2 (scores), target (1 or −1) of one shape → scalar",
    Source = "Herbrich, Graepel, Obermayer, Large margin rank boundaries for ordinal regression, 2000",
    PyTorch = "torch.nn.MarginRankingLoss",
    Alternatives = "SoftMarginLoss of x1 − x2 is smooth and never has a zero gradient; TripletMarginLoss ranks distances of embeddings.")]
public sealed record MarginRankingLoss : TernaryLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="margin">The desired difference of the scores. Default: 0.</param>
    /// <param name="reduction">How per-element losses are reduced. Default: Mean.</param>
    public MarginRankingLoss(double margin = 0, Reduction reduction = Reduction.Mean)
        : base(reduction) => Margin = margin;

    /// <summary><inheritdoc cref="MarginRankingLoss(double, Reduction)" path="/param[@name='margin']/node()"/></summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not finite.</exception>
    public double Margin { get; init => field = Require.Finite(value, nameof(MarginRankingLoss)); }

    /// <inheritdoc/>
    protected internal override TernaryFormula Formula => TernaryFormula.From(new RankMargin(Margin));

    /// <inheritdoc/>
    protected override IReadOnlyList<string> InputNames => ["x_1", "x_2", "y"];

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() => [Curve("y = 1", 1), Curve("y = −1", -1)];

    /// <summary>Computes the loss of pairs of scores.</summary>
    /// <param name="x1">The first scores, of any shape.</param>
    /// <param name="x2">The second scores, of the same shape.</param>
    /// <param name="target">1 where the first score should be larger, −1 where the second should; of the same shape.</param>
    /// <returns>A scalar, or that shape with <see cref="Reduction.None"/>.</returns>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    /// <exception cref="LossException">A target is neither 1 nor −1, or the batch is empty.</exception>
    public Tensor Forward(Tensor x1, Tensor x2, Tensor target)
    {
        CheckSameShape(x1, x2);
        CheckSameShape(x1, target);
        return ForEmpty(x1, x1.Count) ?? Evaluate(x1, x2, target, () => CheckSigns(target));
    }

    LossCurve Curve(string name, double target) => new(
        name, "x₁ − x₂", -3, 3, x => Formula.Map(x, Tensor.ZerosLike(x), Tensor.FullLike(x, target)));

    /// <summary>max(0, −y (x₁ − x₂) + Margin).</summary>
    internal readonly struct RankMargin(double margin) : ITernaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T x, T y, T z)
            where T : struct, IReal<T> => Guards.ForSign(z, T.PositivePart(-(z * (x - y)) + margin));
    }
}
