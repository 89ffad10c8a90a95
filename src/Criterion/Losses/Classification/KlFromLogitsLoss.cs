using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// The Kullback–Leibler divergence of two rows of logits: ℓ = Σⱼ qⱼ (ln qⱼ − ln pⱼ), p = softmax(prediction), q = softmax(target).
/// </summary>
/// <remarks>
/// At least 0, and 0 only where p = q. The gradient by the prediction is p − q; there is one by the target too, unless it is
/// detached. A class with a logit of −∞ in both rows is left out; in the prediction alone the divergence is +∞. Its value is that of
/// <c>torch.nn.functional.kl_div(log_softmax(x), log_softmax(y), log_target=True)</c> with batchmean.
/// </remarks>
/// <param name="Reverse">Σⱼ pⱼ (ln pⱼ − ln qⱼ) instead, which settles on one mode of q where the other covers all.</param>
/// <param name="Dim">The dimension along which classes run; of [C] the only one.</param>
/// <param name="Reduction">What becomes of the divergences of single rows; the mean runs over rows, never over classes.</param>
[Catalogue(
    LossFamily.Classification,
    Shapes = "prediction, target [N, C, ...] or [C] of logits → scalar",
    Source = "Kullback and Leibler, On information and sufficiency, 1951; distillation: Hinton, Vinyals and Dean, Distilling the knowledge in a neural network, 2015",
    Alternatives = "JensenShannonLoss is symmetric and bounded; CrossEntropyLoss is for classes; KlFromProbabilitiesLoss and KlFromLogProbabilitiesLoss for what is normalised already.")]
public sealed record KlFromLogitsLoss(bool Reverse = false, int Dim = 1, Reduction Reduction = Reduction.Mean)
    : SoftmaxLoss(Reduction), IPredictionLoss, IDivergenceLoss
{
    /// <inheritdoc/>
    protected internal override SoftmaxFormula Formula => SoftmaxFormula.From(new Divergence(Reverse));

    /// <inheritdoc/>
    protected override string TargetName => @"\ln q_j";

    /// <summary>The divergence of logits.</summary>
    /// <param name="prediction">Logits, [N, C, …] or [C].</param>
    /// <param name="target">Logits of the same shape.</param>
    /// <returns>A scalar, or one divergence for each row with <see cref="Reduction.None"/>.</returns>
    /// <exception cref="ShapeException">The shapes differ, or there is no such dimension.</exception>
    /// <exception cref="LossException">The batch is empty.</exception>
    public Tensor Forward(Tensor prediction, Tensor target)
    {
        CheckSameShape(prediction, target);
        return EvaluateRows(prediction, target, ClassDimOf(prediction, Dim), SoftmaxTarget.Logits);
    }

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() => [FirstLogitCurve("q = (0.67, 0.24, 0.09)", (this with { Dim = 1, Reduction = Reduction.None }).Forward)];

    /// <summary>q (ln q − ln p) of logarithms, or p (ln p − ln q).</summary>
    internal readonly struct Divergence(bool reverse) : ISoftmaxFormula
    {
        public static bool VanishesWithTarget => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T a, T p, T b, T q)
            where T : struct, IReal<T> => reverse ? Weighted(p, a, b, q) : Weighted(q, b, a, p);

        // p (a − b), 0 where p is, though logarithms may be infinite there. NaN stays: of a it is in p, of b in e^b.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static T Weighted<T>(T p, T a, T b, T ofB)
            where T : struct, IReal<T> => p * Guards.Unless(T.Equal(p, T.Const(0)), T.Detach(ofB), a - b);
    }
}
