using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// Pulls similar pairs together and pushes dissimilar ones apart up to a margin: ℓ = ½ d² for similar pairs and ½ max(0, margin − d)² for
/// dissimilar ones, d = ‖x₁ − x₂‖₂.
/// </summary>
/// <remarks>
/// A target of 1 means similar, 0 or −1 dissimilar; the paper defines it the other way round. Dissimilar pairs beyond the margin have a
/// gradient of 0, and so do dissimilar pairs that coincide, since no direction separates them. The gradient decreases to 0 at the margin,
/// where that of <see cref="PairMarginLoss"/> jumps.
/// </remarks>
[Catalogue(
    LossFamily.Embedding,
    Shapes = "x1, x2 [N, D], target [N] (1, or 0 or −1) → scalar",
    Source = "Hadsell, Chopra and LeCun, Dimensionality reduction by learning an invariant mapping, 2006, equation 4",
    Alternatives = "PairMarginLoss is linear and averages over pairs with a nonzero loss; CosineEmbeddingLoss compares directions only.")]
public sealed record ContrastiveLoss : PairDistanceLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="margin">The distance beyond which dissimilar pairs have zero loss; must be 0 or more. Default: 1.</param>
    /// <param name="reduction">How per-element losses are reduced. Default: Mean.</param>
    public ContrastiveLoss(double margin = 1, Reduction reduction = Reduction.Mean)
        : base(reduction) => Margin = margin;

    /// <summary><inheritdoc cref="ContrastiveLoss(double, Reduction)" path="/param[@name='margin']/node()"/></summary>
    public double Margin { get; init => field = Require.NonNegative(value, nameof(ContrastiveLoss)); }

    /// <inheritdoc/>
    protected internal override RowFormula Formula => RowFormula.From(new SquaredMargin(Margin));

    /// <summary>½ d² for t &gt; 0, ½ max(0, margin − d)² otherwise.</summary>
    internal readonly struct SquaredMargin(double margin) : IRowFormula
    {
        public static int Arity => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Statistics<T> Terms<T>(T a, T b, T c)
            where T : struct, IReal<T> => Statistics<T>.Of((a - b) * (a - b));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(Statistics<T> sums, T t)
            where T : struct, IReal<T>
        {
            T push = T.PositivePart(margin - T.PowOrZero(sums.First, 0.5));
            return 0.5 * T.Select(t > 0, sums.First, push * push);
        }
    }
}
