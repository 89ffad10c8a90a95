using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// Binary cross-entropy of many labels, averaged over them: ℓ = 1/C Σ_c w_c (softplus(x_c) − x_c y_c), one loss for each row of C
/// logits.
/// </summary>
/// <remarks>
/// Never overflows. Its mean is that of <see cref="BCEWithLogitsLoss"/>; it differs in giving one loss for each row. Twin of
/// <c>torch.nn.MultiLabelSoftMarginLoss</c>; unlike there, a target outside of [0, 1] is an error.
/// </remarks>
/// <param name="Weight">A factor for each label, [C] or anything that broadcasts to the prediction, or null.</param>
/// <param name="Reduction">What becomes of the losses of single rows; the mean divides by their number, not by the weights.</param>
[Catalogue(
    LossFamily.Classification,
    Shapes = "prediction (logits), target (in [0, 1]) [N, ..., C] or [C] → scalar",
    PyTorch = "torch.nn.MultiLabelSoftMarginLoss",
    Alternatives = "BCEWithLogitsLoss gives the losses of single labels and weighs positives; MultiLabelMarginLoss stops at a margin.")]
public sealed record MultiLabelSoftMarginLoss(Tensor? Weight = null, Reduction Reduction = Reduction.Mean)
    : RowLoss(Reduction), IPredictionLoss
{
    /// <inheritdoc/>
    protected internal override RowFormula Formula => RowFormula.From(default(MeanCrossEntropy));

    /// <inheritdoc/>
    protected override IReadOnlyList<string> InputNames => ["x", "y", "w"];

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() => [Curve("one label, y = 1", 1), Curve("one label, y = 0", 0)];

    /// <summary>The loss of rows of logits.</summary>
    /// <param name="prediction">Logits, [N, C], [C] or any other shape with the labels along the last dimension.</param>
    /// <param name="target">The same shape: 1 where a label holds, 0 where it does not, or a probability.</param>
    /// <returns>A scalar, or the shape without the last dimension with <see cref="Reduction.None"/>.</returns>
    /// <exception cref="ShapeException">The shapes differ, there is no dimension, or the weight does not broadcast to them.</exception>
    /// <exception cref="LossException">A target is outside of [0, 1], or there is nothing to compare.</exception>
    public Tensor Forward(Tensor prediction, Tensor target)
    {
        CheckSameShape(prediction, target);
        CheckRange(target, 0, 1, "in [0, 1]");
        return Evaluate([prediction, target, Weight is null ? Tensor.OnesLike(prediction) : Weight.Expand(prediction.Shape)]);
    }

    LossCurve Curve(string name, double target) => new(name, "logit", -4, 4, x =>
    {
        Tensor rows = x.Unsqueeze(-1);
        return Formula.Rows([rows, Tensor.FullLike(rows, target), Tensor.OnesLike(rows)]);
    });

    /// <summary>Σ w (softplus(x) − x y) / Σ 1.</summary>
    internal readonly struct MeanCrossEntropy : IRowFormula
    {
        public static int Inputs => 3;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Statistics<T> Terms<T>(T a, T b, T c)
            where T : struct, IReal<T> => Statistics<T>.Of(c * default(BCEWithLogitsLoss.CrossEntropy).Value(a, b), T.Const(1));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(Statistics<T> sums, T t)
            where T : struct, IReal<T> => sums.First / sums.Second;
    }
}
