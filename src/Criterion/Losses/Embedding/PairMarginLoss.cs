using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// Wants similar pairs within one distance and dissimilar ones beyond another: ℓ = max(0, d − PositiveMargin) for similar pairs
/// and max(0, NegativeMargin − d) for dissimilar ones, d = ‖x₁ − x₂‖ₚ.
/// </summary>
/// <remarks>
/// A target of 1 means similar, 0 or −1 dissimilar. With <paramref name="OverNonZero"/> the mean is taken over the similar pairs
/// that still cost something plus that over such dissimilar ones, so that the many easy pairs of a trained model do not water the
/// hard ones down; a pair's weight then depends on its batch, and a batch without such pairs costs 0. The distance is that of the
/// rows as they are: pytorch-metric-learning brings them to length 1 first. Coinciding pairs have the gradient 0.
/// </remarks>
/// <param name="PositiveMargin">Similar pairs cost nothing within this distance.</param>
/// <param name="NegativeMargin">Dissimilar pairs cost nothing beyond this distance.</param>
/// <param name="P">The degree of the norm, at least 1 and finite.</param>
/// <param name="OverNonZero">Whether the mean runs over the pairs that cost something, for each kind on its own; it changes the mean only.</param>
/// <param name="Reduction">What becomes of the losses of single pairs.</param>
[Catalogue(
    LossFamily.Embedding,
    Shapes = "x1, x2 [N, D], target [N] (1, or 0 or −1) → scalar",
    Source = "Musgrave et al., PyTorch metric learning, 2020 (its ContrastiveLoss)",
    Alternatives = "ContrastiveLoss squares both parts, as its paper has it; TripletMarginLoss compares distances with one another instead of with a number.")]
public sealed record PairMarginLoss(
    double PositiveMargin = 0, double NegativeMargin = 1, double P = 2, bool OverNonZero = true, Reduction Reduction = Reduction.Mean)
    : PairDistanceLoss(Reduction)
{
    /// <inheritdoc cref="PairMarginLoss(double, double, double, bool, Reduction)"/>
    public double PositiveMargin { get; init => field = Require.NonNegative(value, nameof(PairMarginLoss)); } =
        Require.NonNegative(PositiveMargin, nameof(PairMarginLoss));

    /// <inheritdoc cref="PairMarginLoss(double, double, double, bool, Reduction)"/>
    public double NegativeMargin { get; init => field = Require.NonNegative(value, nameof(PairMarginLoss)); } =
        Require.NonNegative(NegativeMargin, nameof(PairMarginLoss));

    /// <inheritdoc cref="PairMarginLoss(double, double, double, bool, Reduction)"/>
    public double P { get; init => field = Finite(value); } = Finite(P);

    /// <inheritdoc/>
    protected internal override RowFormula Formula => RowFormula.From(new Margins(PositiveMargin, NegativeMargin, P));

    /// <inheritdoc/>
    protected override Tensor Evaluate(Tensor x1, Tensor x2, Tensor target, Tensor? weights)
    {
        ArgumentNullException.ThrowIfNull(target);
        if (!OverNonZero || Reduction != Reduction.Mean)
        {
            return base.Evaluate(x1, x2, target, weights);
        }

        Tensor losses = PairLosses(x1, x2, target, weights);
        Tensor similar = target.Detach().Reshape(losses.Shape).Greater(0);
        Tensor zero = Tensor.ZerosLike(losses.Detach());
        return MeanOfNonZero(Tensor.Where(similar, losses, zero)) + MeanOfNonZero(Tensor.Where(similar, zero, losses));
    }

    // A NaN is not 0: it counts, and shows.
    static Tensor MeanOfNonZero(Tensor losses)
    {
        double count = losses.Detach().NotEqualTo(Tensor.ZerosLike(losses.Detach())).To(DType.Int64).Sum().Item();
        return losses.Sum() / Math.Max(1, count);
    }

    static double Finite(double p) => Require.That(
        Require.NormDegree(p, nameof(PairMarginLoss), nameof(P)) < double.PositiveInfinity,
        p,
        nameof(PairMarginLoss),
        "finite; for the largest difference take PairwiseDistance with tensor operations",
        nameof(P));

    /// <summary>max(0, d − positiveMargin) for t &gt; 0, max(0, negativeMargin − d) otherwise.</summary>
    internal readonly struct Margins(double positiveMargin, double negativeMargin, double p) : IRowFormula
    {
        readonly PNorm _norm = new(p, 0);

        public static int Inputs => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Statistics<T> Terms<T>(T a, T b, T c)
            where T : struct, IReal<T> => Statistics<T>.Of(_norm.PoweredDifference(a, b));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(Statistics<T> sums, T t)
            where T : struct, IReal<T>
        {
            T distance = _norm.Root(sums.First);
            return T.Select(
                T.Less(T.Const(0), t), T.PositivePart(distance - T.Const(positiveMargin)), T.PositivePart(T.Const(negativeMargin) - distance));
        }
    }
}
