using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// Pulls similar pairs within one distance and pushes dissimilar ones beyond another: ℓ = max(0, d − PositiveMargin) for similar pairs and
/// max(0, NegativeMargin − d) for dissimilar ones, d = ‖x₁ − x₂‖ₚ.
/// </summary>
/// <remarks>
/// A target of 1 means similar, 0 or −1 dissimilar. With <see cref="OverNonZero"/> the mean is the mean over similar pairs with a
/// nonzero loss plus that over dissimilar ones, so that the many easy pairs of a trained model do not dilute the hard ones. The weight of a
/// pair then depends on its batch, and a batch without such pairs has zero loss. The distance is that of the rows as they are:
/// pytorch-metric-learning normalizes them first. Coinciding pairs have a gradient of 0.
/// </remarks>
[Catalogue(
    LossFamily.Embedding,
    Shapes = "x1, x2 [N, D], target [N] (1, or 0 or −1) → scalar",
    Source = "Musgrave et al., PyTorch metric learning, 2020 (its ContrastiveLoss)",
    Alternatives = "ContrastiveLoss squares both parts, as in its paper; TripletMarginLoss compares distances with one another instead of "
        + "with a number.")]
public sealed record PairMarginLoss : PairDistanceLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="positiveMargin">The distance within which similar pairs have zero loss; must be 0 or more. Default: 0.</param>
    /// <param name="negativeMargin">The distance beyond which dissimilar pairs have zero loss; must be 0 or more. Default: 1.</param>
    /// <param name="p">The degree of the norm; must be at least 1 and finite. Default: 2.</param>
    /// <param name="overNonZero">
    /// Whether the mean is over pairs with a nonzero loss, for each kind separately; affects Mean only. Default: true.
    /// </param>
    /// <param name="reduction">How per-element losses are reduced. Default: Mean.</param>
    public PairMarginLoss(
        double positiveMargin = 0, double negativeMargin = 1, double p = 2, bool overNonZero = true, Reduction reduction = Reduction.Mean)
        : base(reduction) => (PositiveMargin, NegativeMargin, P, OverNonZero) = (positiveMargin, negativeMargin, p, overNonZero);

    /// <summary>
    /// <inheritdoc cref="PairMarginLoss(double, double, double, bool, Reduction)" path="/param[@name='overNonZero']/node()"/>
    /// </summary>
    public bool OverNonZero { get; init; }

    /// <summary>
    /// <inheritdoc cref="PairMarginLoss(double, double, double, bool, Reduction)" path="/param[@name='positiveMargin']/node()"/>
    /// </summary>
    public double PositiveMargin { get; init => field = Require.NonNegative(value, nameof(PairMarginLoss)); }

    /// <summary>
    /// <inheritdoc cref="PairMarginLoss(double, double, double, bool, Reduction)" path="/param[@name='negativeMargin']/node()"/>
    /// </summary>
    public double NegativeMargin { get; init => field = Require.NonNegative(value, nameof(PairMarginLoss)); }

    /// <summary><inheritdoc cref="PairMarginLoss(double, double, double, bool, Reduction)" path="/param[@name='p']/node()"/></summary>
    public double P { get; init => field = Finite(value); }

    /// <inheritdoc/>
    protected internal override RowFormula Formula => RowFormula.From(new Margins(PositiveMargin, NegativeMargin, P));

    internal override FusedLoss? EvaluateFused(in FusedInputs inputs) =>
        OverNonZero && Reduction == Reduction.Mean ? null : base.EvaluateFused(inputs);

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

    // NaN is not 0: it counts, so that it shows in the result.
    static Tensor MeanOfNonZero(Tensor losses)
    {
        double count = losses.Detach().NotEqualTo(Tensor.ZerosLike(losses.Detach())).To(DType.Int64).Sum().Item();
        return losses.Sum() / Math.Max(1, count);
    }

    static double Finite(double p) => Require.That(
        Require.NormDegree(p, nameof(PairMarginLoss), nameof(P)) < double.PositiveInfinity,
        p,
        nameof(PairMarginLoss),
        "finite; for the maximum norm combine PairwiseDistance with tensor operations",
        nameof(P));

    /// <summary>max(0, d − positiveMargin) for t &gt; 0, max(0, negativeMargin − d) otherwise.</summary>
    internal readonly struct Margins(double positiveMargin, double negativeMargin, double p) : IRowFormula
    {
        readonly PNorm _norm = new(p, 0);

        public static int Arity => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Statistics<T> Terms<T>(T a, T b, T c)
            where T : struct, IReal<T> => Statistics<T>.Of(_norm.PoweredDifference(a, b));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(Statistics<T> sums, T t)
            where T : struct, IReal<T>
        {
            T distance = _norm.Root(sums.First);
            return T.Select(t > 0, T.PositivePart(distance - positiveMargin), T.PositivePart(negativeMargin - distance));
        }
    }
}
