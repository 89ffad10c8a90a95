using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>Kullback–Leibler divergence of two rows of probabilities: ℓ = Σⱼ qⱼ (ln qⱼ − ln pⱼ), p the prediction, q the target.</summary>
/// <remarks>
/// A class with q = 0 adds nothing; where p = 0 and q &gt; 0 the divergence is +∞. The gradient by the prediction is −q / p, which is large
/// where p is small; <see cref="KlFromLogitsLoss"/> avoids this. A row that does not sum to 1 throws an error that names it.
/// </remarks>
[Catalogue(
    LossFamily.Classification,
    Shapes = "prediction, target [N, C, ...] or [C] of probabilities → scalar",
    Source = "Kullback and Leibler, On information and sufficiency, 1951",
    Alternatives = "KlFromLogitsLoss where logits are available: it neither overflows nor needs the check.")]
public sealed record KlFromProbabilitiesLoss : SoftmaxLoss, IPredictionLoss, IDivergenceLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="reverse">Whether to compute the reverse divergence Σⱼ pⱼ (ln pⱼ − ln qⱼ). Default: false.</param>
    /// <param name="tolerance">The largest deviation of Σⱼ pⱼ and Σⱼ qⱼ from 1; infinity switches the check off. Default: 1e-3.</param>
    /// <param name="dim">The class dimension; for [C] the only one. Default: 1.</param>
    /// <param name="reduction">How per-element losses are reduced; the mean is over rows, never over classes. Default: Mean.</param>
    public KlFromProbabilitiesLoss(bool reverse = false, double tolerance = 1e-3, int dim = 1, Reduction reduction = Reduction.Mean)
        : base(reduction) => (Reverse, Tolerance, Dim) = (reverse, tolerance, dim);

    /// <summary><inheritdoc cref="KlFromProbabilitiesLoss(bool, double, int, Reduction)" path="/param[@name='reverse']/node()"/></summary>
    public bool Reverse { get; init; }

    /// <summary><inheritdoc cref="KlFromProbabilitiesLoss(bool, double, int, Reduction)" path="/param[@name='dim']/node()"/></summary>
    public int Dim { get; init; }

    /// <summary>
    /// <inheritdoc cref="KlFromProbabilitiesLoss(bool, double, int, Reduction)" path="/param[@name='tolerance']/node()"/>
    /// </summary>
    public double Tolerance { get; init => field = Require.Tolerance(value, nameof(KlFromProbabilitiesLoss)); }

    /// <inheritdoc/>
    protected internal override SoftmaxFormula Formula => SoftmaxFormula.From(new Divergence(Reverse));

    /// <inheritdoc/>
    protected override RowOrigin Origin => RowOrigin.Zero;

    /// <inheritdoc/>
    protected override string InputName => "p_j";

    /// <summary>Computes the divergence of probabilities.</summary>
    /// <param name="prediction">The probabilities, [N, C, …] or [C].</param>
    /// <param name="target">The target's probabilities, of the same shape.</param>
    /// <returns>A scalar, or the divergence of each row with <see cref="Reduction.None"/>.</returns>
    /// <exception cref="ShapeException">The shapes differ, or the dimension does not exist.</exception>
    /// <exception cref="LossException">A value is negative, a row does not sum to 1, or the batch is empty.</exception>
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

    void Check(
        Tensor probabilities, int dim, [System.Runtime.CompilerServices.CallerArgumentExpression(nameof(probabilities))] string name = "")
    {
        CheckRange(probabilities, 0, double.PositiveInfinity, "a probability, 0 or more", "For logits use KlFromLogitsLoss.", name);
        CheckDistributions(probabilities, probabilities.Detach(), dim, Tolerance, "For logits use KlFromLogitsLoss", name);
    }

    /// <summary>q (ln q − ln p), or p (ln p − ln q).</summary>
    internal readonly struct Divergence(Flag reverse) : ISoftmaxFormula
    {
        public static bool VanishesWithTarget => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T a, T p, T b, T q)
            where T : struct, IReal<T> => reverse ? Weighted(a, b) : Weighted(b, a);

        // Where both are 0 the logarithms are those of 1, multiplied by 0.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static T Weighted<T>(T a, T b)
            where T : struct, IReal<T>
        {
            T zero = T.Zero;
            T one = T.One;
            T isZero = T.Equal(a, zero);
            return a * (T.Log(T.Select(isZero, one, a)) - T.Log(T.Select(isZero, T.Select(T.Equal(b, zero), one, b), b)));
        }
    }
}
