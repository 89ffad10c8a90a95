using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// The Kullback–Leibler divergence of two rows of probabilities: ℓ = Σⱼ qⱼ (ln qⱼ − ln pⱼ), p the prediction, q the target.
/// </summary>
/// <remarks>
/// A class with q = 0 adds nothing; where p = 0 and q is not the divergence is +∞. The gradient by the prediction is −q / p, large where
/// p is small: <see cref="KlFromLogitsLoss"/> has none of that. A row that does not sum to 1 is an error that names it.
/// </remarks>
/// <param name="Reverse">Σⱼ pⱼ (ln pⱼ − ln qⱼ) instead.</param>
/// <param name="Tolerance">How far Σⱼ pⱼ and Σⱼ qⱼ may be from 1; infinity for no check.</param>
/// <param name="Dim">The dimension along which classes run; of [C] the only one.</param>
/// <param name="Reduction">What becomes of the divergences of single rows; the mean runs over rows, never over classes.</param>
[Catalogue(
    LossFamily.Classification,
    Shapes = "prediction, target [N, C, ...] or [C] of probabilities → scalar",
    Source = "Kullback and Leibler, On information and sufficiency, 1951",
    Alternatives = "KlFromLogitsLoss wherever there are logits: it neither overflows nor needs the check.")]
public sealed record KlFromProbabilitiesLoss(bool Reverse = false, double Tolerance = 1e-3, int Dim = 1, Reduction Reduction = Reduction.Mean)
    : SoftmaxLoss(Reduction), IPredictionLoss, IDivergenceLoss
{
    /// <inheritdoc cref="KlFromProbabilitiesLoss(bool, double, int, Reduction)"/>
    public double Tolerance { get; init => field = Require.Tolerance(value, nameof(KlFromProbabilitiesLoss)); } =
        Require.Tolerance(Tolerance, nameof(KlFromProbabilitiesLoss));

    /// <inheritdoc/>
    protected internal override SoftmaxFormula Formula => SoftmaxFormula.From(new Divergence(Reverse));

    /// <inheritdoc/>
    protected override RowOrigin Origin => RowOrigin.Zero;

    /// <inheritdoc/>
    protected override string InputName => "p_j";

    /// <summary>The divergence of probabilities.</summary>
    /// <param name="prediction">[N, C, …] or [C].</param>
    /// <param name="target">The same shape.</param>
    /// <returns>A scalar, or one divergence for each row with <see cref="Reduction.None"/>.</returns>
    /// <exception cref="ShapeException">The shapes differ, or there is no such dimension.</exception>
    /// <exception cref="LossException">A number is negative, a row does not sum to 1, or the batch is empty.</exception>
    public Tensor Forward(Tensor prediction, Tensor target)
    {
        CheckSameShape(prediction, target);
        int dim = ClassDimOf(prediction, Dim);
        Check(prediction, dim);
        Check(target, dim);
        return EvaluateRows(prediction, target, dim, static rows => SoftmaxTarget.Rows(rows));
    }

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() => [FirstLogitCurve(
        "q = (0.67, 0.24, 0.09)",
        (x, y) => (this with { Dim = 1, Reduction = Reduction.None }).Forward(x.Softmax(1), y.Softmax(1)))];

    void Check(Tensor probabilities, int dim, [System.Runtime.CompilerServices.CallerArgumentExpression(nameof(probabilities))] string name = "")
    {
        CheckRange(probabilities, 0, double.PositiveInfinity, "a probability, 0 or more", "For logits use KlFromLogitsLoss.", name);
        CheckDistributions(probabilities, probabilities.Detach(), dim, Tolerance, "KlFromLogitsLoss takes logits", name);
    }

    /// <summary>q (ln q − ln p), or p (ln p − ln q).</summary>
    internal readonly struct Divergence(bool reverse) : ISoftmaxFormula
    {
        public static bool VanishesWithTarget => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T a, T p, T b, T q)
            where T : struct, IReal<T> => reverse ? Weighted(a, b) : Weighted(b, a);

        // Where both are 0 their logarithms are taken of 1, and meet the factor 0.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static T Weighted<T>(T a, T b)
            where T : struct, IReal<T>
        {
            T zero = T.Const(0);
            T one = T.Const(1);
            T isZero = T.Equal(a, zero);
            return a * (T.Log(T.Select(isZero, one, a)) - T.Log(T.Select(isZero, T.Select(T.Equal(b, zero), one, b), b)));
        }
    }
}
