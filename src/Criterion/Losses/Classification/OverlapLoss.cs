using Criterion.Formulas;

namespace Criterion.Losses;

/// <summary>A loss of the overlap of two sets, each given by a probability for every place: one loss for each sample.</summary>
/// <param name="Reduction">What becomes of the losses of single samples.</param>
public abstract record OverlapLoss(Reduction Reduction) : RowLoss(Reduction), IPredictionLoss
{
    /// <summary>The loss of samples.</summary>
    /// <param name="prediction">Probabilities, [N, ...]: everything but the first dimension is one sample; [D] is a single one.</param>
    /// <param name="target">The same shape, in [0, 1].</param>
    /// <returns>A scalar, or [N] with <see cref="Reduction.None"/>.</returns>
    /// <exception cref="ShapeException">The shapes differ, or there is no dimension.</exception>
    /// <exception cref="LossException">A value is outside of [0, 1], or there is nothing to compare.</exception>
    public Tensor Forward(Tensor prediction, Tensor target)
    {
        CheckSameShape(prediction, target);
        CheckRange(prediction, 0, 1, "a probability in [0, 1]", "Apply Sigmoid() or Softmax() to logits.");
        CheckRange(target, 0, 1, "in [0, 1]");
        return Evaluate([Samples(prediction), Samples(target)]);
    }

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() =>
    [
        new("half of the places, all at x", "x", 0, 1, x => TwoElementLoss(x, x)),
        new("hits at x, no false alarm", "x", 0, 1, x => TwoElementLoss(x, Tensor.ZerosLike(x))),
        new("all hits, false alarms at x", "x", 0, 1, x => TwoElementLoss(Tensor.OnesLike(x), x)),
    ];

    /// <summary>The loss of two places, of which the first is in the set.</summary>
    Tensor TwoElementLoss(Tensor inside, Tensor outside) => Formula.Rows(
        [Tensor.Stack([inside, outside], -1), Tensor.Stack([Tensor.OnesLike(inside), Tensor.ZerosLike(inside)], -1)]);

    static Tensor Samples(Tensor x) => x.Rank > 2 ? x.Flatten(1) : x;
}
