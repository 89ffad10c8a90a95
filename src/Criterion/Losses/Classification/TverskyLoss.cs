using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// One minus Tversky's index: ℓ = 1 − (TP + Smooth) / (TP + Alpha FP + Beta FN + Smooth + Epsilon), one loss for each sample, with TP =
/// Σ x y, FP = Σ x (1 − y) and FN = Σ (1 − x) y of probabilities.
/// </summary>
/// <remarks>
/// <para>
/// At Alpha = Beta = 0.5 it is <see cref="DiceLoss"/> (with half its Smooth and Epsilon), at 1 and 1 that of Jaccard. More Beta than Alpha finds small
/// things at the price of false alarms.
/// </para>
/// <para>
/// Where prediction and target are both all zeros the loss is 1 − Smooth / (Smooth + Epsilon): 1 with the default Smooth of 0. With an
/// empty target and no Smooth the gradient by the prediction is 0: set Smooth where targets may be empty. Everything but the first
/// dimension counts as one sample.
/// </para>
/// </remarks>
/// <param name="Alpha">What a false alarm counts, 0 or more.</param>
/// <param name="Beta">What a miss counts, 0 or more.</param>
/// <param name="Smooth">Added above and below the line, 0 or more; 1 is common.</param>
/// <param name="Epsilon">Added below the line, above 0: keeps an empty sample finite.</param>
/// <param name="Reduction">What becomes of the losses of single samples.</param>
[Catalogue(
    LossFamily.Classification,
    Shapes = "prediction, target (probabilities) [N, ...], or [D] for one sample → scalar",
    Source = "Salehi, Erdogmus, Gholipour, Tversky loss function for image segmentation, 2017; the index: Tversky, Features of similarity, 1977",
    Alternatives = "DiceLoss where false alarms and misses are equally bad; BinaryFocalLoss for the gradient of single pixels.")]
public sealed record TverskyLoss(
    double Alpha = 0.5, double Beta = 0.5, double Smooth = 0, double Epsilon = 1e-8, Reduction Reduction = Reduction.Mean)
    : OverlapLoss(Reduction)
{
    /// <summary>What a false alarm counts.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative or not finite.</exception>
    public double Alpha { get; init => field = Require.NonNegative(value, nameof(TverskyLoss)); } =
        Require.NonNegative(Alpha, nameof(TverskyLoss));

    /// <summary>What a miss counts.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative or not finite.</exception>
    public double Beta { get; init => field = Require.NonNegative(value, nameof(TverskyLoss)); } =
        Require.NonNegative(Beta, nameof(TverskyLoss));

    /// <summary>Added above and below the line.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative or not finite.</exception>
    public double Smooth { get; init => field = Require.NonNegative(value, nameof(TverskyLoss)); } =
        Require.NonNegative(Smooth, nameof(TverskyLoss));

    /// <summary>Added below the line.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not positive and finite.</exception>
    public double Epsilon { get; init => field = Require.Positive(value, nameof(TverskyLoss)); } =
        Require.Positive(Epsilon, nameof(TverskyLoss));

    /// <inheritdoc/>
    protected internal override RowFormula Formula => RowFormula.From(new TverskyIndex(Alpha, Beta, Smooth, Epsilon));

    /// <summary>1 − (TP + Smooth) / (TP + Alpha FP + Beta FN + Smooth + Epsilon).</summary>
    internal readonly struct TverskyIndex(double alpha, double beta, double smooth, double epsilon) : IRowFormula
    {
        public static int Inputs => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Statistics<T> Terms<T>(T a, T b, T c)
            where T : struct, IReal<T> => Statistics<T>.Of(a * b, a * (T.Const(1) - b), (T.Const(1) - a) * b);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(Statistics<T> sums, T t)
            where T : struct, IReal<T>
        {
            T hits = smooth == 0 ? sums.First : sums.First + T.Const(smooth);
            T errors = (T.Const(alpha) * sums.Second) + (T.Const(beta) * sums.Third);
            return T.Const(1) - (hits / (hits + errors + T.Const(epsilon)));
        }
    }
}
