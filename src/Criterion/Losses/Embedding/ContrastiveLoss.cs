using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// Pulls similar pairs together and pushes dissimilar ones out of a margin: ℓ = ½ d² for similar pairs and ½ max(0, margin − d)²
/// for dissimilar ones, d = ‖x₁ − x₂‖₂.
/// </summary>
/// <remarks>
/// A target of 1 means similar, 0 or −1 dissimilar; the paper has it the other way round. Dissimilar pairs beyond the margin have
/// the gradient 0, and so have those that coincide: there no direction leads apart. The push ends gently at the margin, where
/// <see cref="PairMarginLoss"/> stops at once.
/// </remarks>
/// <param name="Margin">Dissimilar pairs cost nothing beyond this distance.</param>
/// <param name="Reduction">What becomes of the losses of single pairs.</param>
[Catalogue(
    LossFamily.Embedding,
    Shapes = "x1, x2 [N, D], target [N] (1, or 0 or −1) → scalar",
    Source = "Hadsell, Chopra and LeCun, Dimensionality reduction by learning an invariant mapping, 2006, equation 4",
    Alternatives = "PairMarginLoss has no squares and counts only pairs that still cost something; CosineEmbeddingLoss looks at directions only.")]
public sealed record ContrastiveLoss(double Margin = 1, Reduction Reduction = Reduction.Mean)
    : PairDistanceLoss(Reduction)
{
    /// <inheritdoc cref="ContrastiveLoss(double, Reduction)"/>
    public double Margin { get; init => field = Require.NonNegative(value, nameof(ContrastiveLoss)); } =
        Require.NonNegative(Margin, nameof(ContrastiveLoss));

    /// <inheritdoc/>
    protected internal override RowFormula Formula => RowFormula.From(new SquaredMargin(Margin));

    /// <summary>½ d² for t &gt; 0, ½ max(0, margin − d)² otherwise.</summary>
    internal readonly struct SquaredMargin(double margin) : IRowFormula
    {
        public static int Inputs => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Statistics<T> Terms<T>(T a, T b, T c)
            where T : struct, IReal<T> => Statistics<T>.Of((a - b) * (a - b));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(Statistics<T> sums, T t)
            where T : struct, IReal<T>
        {
            T push = T.PositivePart(T.Const(margin) - T.PowOrZero(sums.First, 0.5));
            return T.Const(0.5) * T.Select(T.Less(T.Const(0), t), sums.First, push * push);
        }
    }
}
