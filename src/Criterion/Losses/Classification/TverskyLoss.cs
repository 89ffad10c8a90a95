using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// Tversky loss, one minus the Tversky index: ℓ = 1 − (TP + Smooth) / (TP + Alpha FP + Beta FN + Smooth + Epsilon), for each sample, with
/// TP = Σ x y, FP = Σ x (1 − y) and FN = Σ (1 − x) y of probabilities.
/// </summary>
/// <remarks>
/// <para>
/// With Alpha = Beta = 0.5 it is <see cref="DiceLoss"/> (with half its Smooth and Epsilon), with 1 and 1 the Jaccard loss. Beta above Alpha
/// finds small objects at the price of false positives.
/// </para>
/// <para>
/// Where prediction and target are both all zeros the loss is 1 − Smooth / (Smooth + Epsilon): 1 with the default Smooth of 0. With an
/// empty target and no Smooth the gradient by the prediction is 0: set Smooth where targets may be empty. All dimensions but the first form
/// one sample.
/// </para>
/// </remarks>
[Catalogue(
    LossFamily.Classification,
    Shapes = "prediction, target (probabilities) [N, ...], or [D] for one sample → scalar",
    Source = "Salehi, Erdogmus, Gholipour, Tversky loss function for image segmentation, 2017; "
        + "the index: Tversky, Features of similarity, 1977",
    Alternatives = "DiceLoss where false positives and false negatives are equally bad; BinaryFocalLoss for a gradient of single pixels.")]
public sealed record TverskyLoss : OverlapLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="alpha">The weight of false positives; must be 0 or more. Default: 0.5.</param>
    /// <param name="beta">The weight of false negatives; must be 0 or more. Default: 0.5.</param>
    /// <param name="smooth">Added to numerator and denominator; must be 0 or more. 1 is common. Default: 0.</param>
    /// <param name="epsilon">
    /// Added to the denominator; must be positive, since it keeps the loss of an empty sample finite. Default: 1e-8.
    /// </param>
    /// <param name="reduction">How per-element losses are reduced. Default: Mean.</param>
    public TverskyLoss(
        double alpha = 0.5, double beta = 0.5, double smooth = 0, double epsilon = 1e-8, Reduction reduction = Reduction.Mean)
        : base(reduction) => (Alpha, Beta, Smooth, Epsilon) = (alpha, beta, smooth, epsilon);

    /// <summary><inheritdoc cref="TverskyLoss(double, double, double, double, Reduction)" path="/param[@name='alpha']/node()"/></summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
    public double Alpha { get; init => field = Require.NonNegative(value, nameof(TverskyLoss)); }

    /// <summary><inheritdoc cref="TverskyLoss(double, double, double, double, Reduction)" path="/param[@name='beta']/node()"/></summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
    public double Beta { get; init => field = Require.NonNegative(value, nameof(TverskyLoss)); }

    /// <summary><inheritdoc cref="TverskyLoss(double, double, double, double, Reduction)" path="/param[@name='smooth']/node()"/></summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
    public double Smooth { get; init => field = Require.NonNegative(value, nameof(TverskyLoss)); }

    /// <summary><inheritdoc cref="TverskyLoss(double, double, double, double, Reduction)" path="/param[@name='epsilon']/node()"/></summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not positive and finite.</exception>
    public double Epsilon { get; init => field = Require.Positive(value, nameof(TverskyLoss)); }

    /// <inheritdoc/>
    protected internal override RowFormula Formula => RowFormula.From(new TverskyIndex(Alpha, Beta, Smooth, Epsilon));

    /// <summary>1 − (TP + Smooth) / (TP + Alpha FP + Beta FN + Smooth + Epsilon).</summary>
    internal readonly struct TverskyIndex(double alpha, double beta, double smooth, double epsilon) : IRowFormula
    {
        public static int Arity => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Statistics<T> Terms<T>(T a, T b, T c)
            where T : struct, IReal<T> => Statistics<T>.Of(a * b, a * (1 - b), (1 - a) * b);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(Statistics<T> sums, T t)
            where T : struct, IReal<T>
        {
            T hits = smooth == 0 ? sums.First : sums.First + smooth;
            T errors = (alpha * sums.Second) + (beta * sums.Third);
            return 1 - (hits / (hits + errors + epsilon));
        }
    }
}
