using System.Runtime.CompilerServices;
using Criterion.Drivers;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// Multi-label binary cross-entropy, averaged over the labels: ℓ = 1/C Σ_c w_c (softplus(x_c) − x_c y_c), for each row of C logits.
/// </summary>
/// <remarks>
/// Never overflows. Its mean equals that of <see cref="BCEWithLogitsLoss"/>; unlike it, it returns one loss for each row. PyTorch
/// equivalent: <c>torch.nn.MultiLabelSoftMarginLoss</c>; unlike it, a target outside [0, 1] throws.
/// </remarks>
[Catalogue(
    LossFamily.Classification,
    Shapes = "prediction (logits), target (in [0, 1]) [N, ..., C] or [C] → scalar",
    PyTorch = "torch.nn.MultiLabelSoftMarginLoss",
    Alternatives = "BCEWithLogitsLoss gives per-label losses and weighs positives; MultiLabelMarginLoss has zero loss beyond a margin.")]
public sealed record MultiLabelSoftMarginLoss : RowLoss, IPredictionLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="weight">The weight of each label, [C] or any shape that broadcasts to the prediction, or null. Default: null.</param>
    /// <param name="reduction">
    /// How per-element losses are reduced; the mean divides by their number, not by the weights. Default: Mean.
    /// </param>
    public MultiLabelSoftMarginLoss(Tensor? weight = null, Reduction reduction = Reduction.Mean)
        : base(reduction) => Weight = weight;

    /// <summary><inheritdoc cref="MultiLabelSoftMarginLoss(Tensor?, Reduction)" path="/param[@name='weight']/node()"/></summary>
    public Tensor? Weight { get; init; }

    /// <inheritdoc/>
    protected internal override RowFormula Formula => RowFormula.From(default(MeanCrossEntropy));

    /// <inheritdoc/>
    protected override IReadOnlyList<string> InputNames => ["x", "y", "w"];

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() => [Curve("one label, y = 1", 1), Curve("one label, y = 0", 0)];

    /// <summary>Computes the loss of rows of logits.</summary>
    /// <param name="prediction">The logits, [N, C], [C] or any other shape with the labels along the last dimension.</param>
    /// <param name="target">1 where a label applies, 0 where it does not, or a probability; of the same shape.</param>
    /// <returns>A scalar, or the shape without the last dimension with <see cref="Reduction.None"/>.</returns>
    /// <exception cref="ShapeException">The shapes differ, the prediction is a scalar, or the weight does not broadcast to it.</exception>
    /// <exception cref="LossException">A target is outside [0, 1], or the batch is empty.</exception>
    public Tensor Forward(Tensor prediction, Tensor target)
    {
        CheckSameShape(prediction, target);
        CheckRange(target, 0, 1, "in [0, 1]");
        return Evaluate([prediction, target, Weight is null ? Tensor.OnesLike(prediction) : Weight.Expand(prediction.Shape)]);
    }

    internal override FusedLoss? EvaluateFused(in FusedInputs inputs)
    {
        if (Weight is not null || !inputs.AreOfOneShape || inputs.X.Rank == 0)
        {
            return null;
        }

        CheckRange(inputs.Y, 0, 1, "in [0, 1]", name: "target");
        using Scratch ones = new(inputs.X.DType, inputs.X.Count);
        ones.Fill(1);
        return FuseRows(inputs, inputs.X.Shape[-1], third: ones.Elements);
    }

    LossCurve Curve(string name, double target) => new(name, "logit", -4, 4, x =>
    {
        Tensor rows = x.Unsqueeze(-1);
        return Formula.Rows([rows, Tensor.FullLike(rows, target), Tensor.OnesLike(rows)]);
    });

    /// <summary>Σ w (softplus(x) − x y) / Σ 1.</summary>
    internal readonly struct MeanCrossEntropy : IRowFormula
    {
        public static int Arity => 3;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Statistics<T> Terms<T>(T a, T b, T c)
            where T : struct, IReal<T> => Statistics<T>.Of(c * default(BCEWithLogitsLoss.CrossEntropy).Value(a, b), T.One);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(Statistics<T> sums, T t)
            where T : struct, IReal<T> => sums.First / sums.Second;
    }
}
