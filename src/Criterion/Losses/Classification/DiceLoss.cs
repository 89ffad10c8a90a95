using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// One minus the overlap of two sets by their probabilities: ℓ = 1 − (2 Σ x y + Smooth) / (Σ x + Σ y + Smooth + Epsilon), one loss for
/// each sample. With Squared the sums below the line are Σ x² + Σ y².
/// </summary>
/// <remarks>
/// <para>
/// Where prediction and target are both all zeros the loss is 1 − Smooth / (Smooth + Epsilon): 1 with the default Smooth of 0, though
/// nothing is wrong, and nearly 0 with Smooth = 1. With an empty target and no Smooth the gradient by the prediction is 0, so that
/// false alarms are never unlearned: set Smooth where targets may be empty.
/// </para>
/// <para>
/// Everything but the first dimension counts as one sample. For the loss of each class of [N, C, ...] give
/// <c>prediction.Flatten(0, 1)</c> and the target so.
/// </para>
/// </remarks>
/// <param name="Smooth">Added above and below the line, 0 or more; 1 is common.</param>
/// <param name="Epsilon">Added below the line, above 0: keeps an empty sample finite.</param>
/// <param name="Squared">Whether the sums below the line are those of squares, as in Milletari's paper.</param>
/// <param name="Reduction">What becomes of the losses of single samples.</param>
[Catalogue(
    LossFamily.Classification,
    Shapes = "prediction, target (probabilities) [N, ...], or [D] for one sample → scalar",
    Source = "Milletari, Navab, Ahmadi, V-Net, 2016; the coefficient: Dice, Measures of the amount of ecologic association between species, 1945",
    Alternatives = "TverskyLoss weighs false alarms and misses apart; BCEWithLogitsLoss or BinaryFocalLoss for the gradient of single pixels.")]
public sealed record DiceLoss(double Smooth = 0, double Epsilon = 1e-8, bool Squared = false, Reduction Reduction = Reduction.Mean)
    : OverlapLoss(Reduction)
{
    /// <summary>Added above and below the line.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative or not finite.</exception>
    public double Smooth { get; init => field = Require.NonNegative(value, nameof(DiceLoss)); } =
        Require.NonNegative(Smooth, nameof(DiceLoss));

    /// <summary>Added below the line.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not positive and finite.</exception>
    public double Epsilon { get; init => field = Require.Positive(value, nameof(DiceLoss)); } =
        Require.Positive(Epsilon, nameof(DiceLoss));

    /// <inheritdoc/>
    protected internal override RowFormula Formula => RowFormula.From(new Overlap(Smooth, Epsilon, Squared));

    /// <summary>1 − (2 Σ x y + Smooth) / (Σ x + Σ y + Smooth + Epsilon).</summary>
    internal readonly struct Overlap(double smooth, double epsilon, bool squared) : IRowFormula
    {
        public static int Inputs => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Statistics<T> Terms<T>(T a, T b, T c)
            where T : struct, IReal<T> => Statistics<T>.Of(a * b, squared ? (a * a) + (b * b) : a + b);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(Statistics<T> sums, T t)
            where T : struct, IReal<T>
        {
            T twice = T.Const(2) * sums.First;
            return T.Const(1) - ((smooth == 0 ? twice : twice + T.Const(smooth)) / (sums.Second + T.Const(smooth + epsilon)));
        }
    }
}
