using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// Dice loss, one minus the overlap of two sets of probabilities: ℓ = 1 − (2 Σ x y + Smooth) / (Σ x + Σ y + Smooth + Epsilon), for each
/// sample. With Squared the sums in the denominator are Σ x² + Σ y².
/// </summary>
/// <remarks>
/// <para>
/// Where prediction and target are both all zeros the loss is 1 − Smooth / (Smooth + Epsilon): 1 with the default Smooth of 0, although the
/// prediction is correct, and nearly 0 with Smooth = 1. With an empty target and no Smooth the gradient by the prediction is 0, so that
/// false positives are never unlearned: set Smooth where targets may be empty.
/// </para>
/// <para>
/// All dimensions but the first form one sample. For the loss of each class of [N, C, ...] pass <c>prediction.Flatten(0, 1)</c> and the
/// target likewise.
/// </para>
/// </remarks>
[Catalogue(
    LossFamily.Classification,
    Shapes = "prediction, target (probabilities) [N, ...], or [D] for one sample → scalar",
    Source = "Milletari, Navab, Ahmadi, V-Net, 2016; the coefficient: Dice, Measures of the amount of ecologic association between "
        + "species, 1945",
    Alternatives = "TverskyLoss weighs false positives and false negatives separately; "
        + "BCEWithLogitsLoss or BinaryFocalLoss for a gradient of single pixels.")]
public sealed record DiceLoss : OverlapLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="smooth">Added to numerator and denominator; must be 0 or more. 1 is common. Default: 0.</param>
    /// <param name="epsilon">
    /// Added to the denominator; must be positive, since it keeps the loss of an empty sample finite. Default: 1e-8.
    /// </param>
    /// <param name="squared">Whether the denominator sums squares, as in the paper by Milletari et al. Default: false.</param>
    /// <param name="reduction">How per-element losses are reduced. Default: Mean.</param>
    public DiceLoss(double smooth = 0, double epsilon = 1e-8, bool squared = false, Reduction reduction = Reduction.Mean)
        : base(reduction) => (Smooth, Epsilon, Squared) = (smooth, epsilon, squared);

    /// <summary><inheritdoc cref="DiceLoss(double, double, bool, Reduction)" path="/param[@name='squared']/node()"/></summary>
    public bool Squared { get; init; }

    /// <summary><inheritdoc cref="DiceLoss(double, double, bool, Reduction)" path="/param[@name='smooth']/node()"/></summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
    public double Smooth { get; init => field = Require.NonNegative(value, nameof(DiceLoss)); }

    /// <summary><inheritdoc cref="DiceLoss(double, double, bool, Reduction)" path="/param[@name='epsilon']/node()"/></summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not positive and finite.</exception>
    public double Epsilon { get; init => field = Require.Positive(value, nameof(DiceLoss)); }

    /// <inheritdoc/>
    protected internal override RowFormula Formula => RowFormula.From(new Overlap(Smooth, Epsilon, Squared));

    /// <summary>1 − (2 Σ x y + Smooth) / (Σ x + Σ y + Smooth + Epsilon).</summary>
    internal readonly struct Overlap(double smooth, double epsilon, Flag squared) : IRowFormula
    {
        public static int Arity => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Statistics<T> Terms<T>(T a, T b, T c)
            where T : struct, IReal<T> => Statistics<T>.Of(a * b, squared ? (a * a) + (b * b) : a + b);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(Statistics<T> sums, T t)
            where T : struct, IReal<T>
        {
            T twice = 2 * sums.First;
            return 1 - ((smooth == 0 ? twice : twice + smooth) / (sums.Second + (smooth + epsilon)));
        }
    }
}
