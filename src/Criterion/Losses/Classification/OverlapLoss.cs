using Criterion.Formulas;

namespace Criterion.Losses;

/// <summary>A loss of the overlap of two sets, each given by probabilities: one value for each sample.</summary>
public abstract record OverlapLoss : RowLoss, IPredictionLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="reduction">How per-element losses are reduced.</param>
    protected OverlapLoss(Reduction reduction)
        : base(reduction)
    {
    }

    /// <summary>Computes the loss of samples.</summary>
    /// <param name="prediction">The probabilities, [N, ...]: all dimensions but the first form one sample; [D] is a single sample.</param>
    /// <param name="target">The target, of the same shape, values in [0, 1].</param>
    /// <returns>A scalar, or [N] with <see cref="Reduction.None"/>.</returns>
    /// <exception cref="ShapeException">The shapes differ, or the prediction is a scalar.</exception>
    /// <exception cref="LossException">A value is outside [0, 1], or the batch is empty.</exception>
    public Tensor Forward(Tensor prediction, Tensor target)
    {
        CheckSameShape(prediction, target);
        Check(prediction, target);
        return Evaluate([Samples(prediction), Samples(target)]);
    }

    internal override FusedLoss? EvaluateFused(in FusedInputs inputs)
    {
        if (!inputs.AreOfOneShape || inputs.X.Rank == 0)
        {
            return null;
        }

        Check(inputs.X, inputs.Y);
        Shape shape = inputs.X.Shape;
        return FuseRows(inputs, shape.Rank > 1 ? shape.Count / shape[0] : shape.Count);
    }

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() =>
    [
        new("half of the elements in the set, all at x", "x", 0, 1, x => TwoElementLoss(x, x)),
        new("true positives at x, no false positive", "x", 0, 1, x => TwoElementLoss(x, Tensor.ZerosLike(x))),
        new("all true positives, false positives at x", "x", 0, 1, x => TwoElementLoss(Tensor.OnesLike(x), x)),
    ];

    void Check(Tensor prediction, Tensor target)
    {
        CheckRange(prediction, 0, 1, "a probability in [0, 1]", "Apply Sigmoid() or Softmax() to logits.");
        CheckRange(target, 0, 1, "in [0, 1]");
    }

    /// <summary>Computes the loss of two elements, of which only the first is in the set.</summary>
    Tensor TwoElementLoss(Tensor inside, Tensor outside) => Formula.Rows(
        [Tensor.Stack([inside, outside], -1), Tensor.Stack([Tensor.OnesLike(inside), Tensor.ZerosLike(inside)], -1)]);

    static Tensor Samples(Tensor x) => x.Rank > 2 ? x.Flatten(1) : x;
}
