using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// Cross-entropy of a linear layer: ℓ = −ln softmax(W x + b)_y, without the matrix of logits in memory, forwards or backwards. For layers
/// of so many classes that the logits are larger than everything else.
/// </summary>
/// <remarks>
/// The first gradient computes the logits again, in tiles. Options are those of <see cref="CrossEntropyLoss"/>: the mean is weighted,
/// Σ ℓ / Σ w_y, and label smoothing spreads a share of the target over all classes. A batch in which every label is ignored throws unless
/// <see cref="Loss.OnEmpty"/> is Zero. NaN in an ignored row has no effect.
/// </remarks>
[Catalogue(
    LossFamily.Classification,
    Shapes = "embeddings [N, D], labels [N], weights [C, D], bias [C] → scalar",
    Source = "Wijmans et al., Cut your losses in large-vocabulary language models, 2024, section 4",
    PyTorch = "LinearCrossEntropyLoss of torch.nn (from 2.13), whose module holds the weights",
    Alternatives = "CrossEntropyLoss of a Linear layer is faster for few classes; "
        + "NormalizedSoftmaxLoss for embeddings that are searched by their cosine.")]
public sealed record LinearCrossEntropyLoss : Loss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="weight">The weight of each class in the loss, [C], or null. Default: null.</param>
    /// <param name="ignoreIndex">
    /// The class whose rows are excluded from loss, gradient and mean; may be out of range. Default: −100.
    /// </param>
    /// <param name="labelSmoothing">The share of the target that is spread evenly over all classes, in [0, 1]. Default: 0.</param>
    /// <param name="reduction">How per-element losses are reduced; the mean is weighted, Σ ℓ / Σ w_y. Default: Mean.</param>
    public LinearCrossEntropyLoss(
        Tensor? weight = null, long ignoreIndex = -100, double labelSmoothing = 0, Reduction reduction = Reduction.Mean)
        : base(reduction) => (Weight, IgnoreIndex, LabelSmoothing) = (weight, ignoreIndex, labelSmoothing);

    /// <summary>
    /// <inheritdoc cref="LinearCrossEntropyLoss(Tensor?, long, double, Reduction)" path="/param[@name='weight']/node()"/>
    /// </summary>
    public Tensor? Weight { get; init; }

    /// <summary>
    /// <inheritdoc cref="LinearCrossEntropyLoss(Tensor?, long, double, Reduction)" path="/param[@name='ignoreIndex']/node()"/>
    /// </summary>
    public long IgnoreIndex { get; init; }

    /// <summary>
    /// <inheritdoc cref="LinearCrossEntropyLoss(Tensor?, long, double, Reduction)" path="/param[@name='labelSmoothing']/node()"/>
    /// </summary>
    public double LabelSmoothing { get; init => field = Require.InUnitInterval(value, nameof(LinearCrossEntropyLoss)); }

    /// <summary>Computes the loss of the inputs of a linear layer.</summary>
    /// <param name="embeddings">The inputs of the layer, [N, D].</param>
    /// <param name="labels">The classes, Int64 of [N].</param>
    /// <param name="weights">The weights of the layer, [C, D].</param>
    /// <param name="bias">The bias of the layer, [C], or null. Default: null.</param>
    /// <returns>A scalar, or the loss of each row with <see cref="Reduction.None"/>.</returns>
    /// <exception cref="ShapeException">The shapes do not match.</exception>
    /// <exception cref="DTypeException">The labels are not Int64.</exception>
    /// <exception cref="LossException">A label is out of range, the batch is empty, or all labels are ignored.</exception>
    public Tensor Forward(Tensor embeddings, Tensor labels, Tensor weights, Tensor? bias = null)
    {
        ClassLabels.CheckShapes(Name, embeddings, labels, weights);
        ClassLabels.InRange(Name, labels, weights.Shape[0], IgnoreIndex);
        CheckPerClass(bias, nameof(bias), weights);
        CheckPerClass(Weight, nameof(Weight), weights);
        Tensor kept = Tensor.From(Kept(labels));
        double total = TotalWeight(labels, kept);
        if (ForEmpty(embeddings, labels.Count) is { } empty)
        {
            return empty;
        }

        if (Reduction != Reduction.None && (kept.Count == 0 || (total == 0 && Reduction == Reduction.Mean)))
        {
            return OfNothing(embeddings, labels.Count - kept.Count);
        }

        Tensor losses = kept.Count == labels.Count
            ? EachRow(embeddings, labels, weights, bias)
            : EachRow(embeddings.IndexSelect(0, kept), labels.IndexSelect(0, kept), weights, bias);
        return Reduction switch
        {
            Reduction.Mean => losses.Sum() / total,
            Reduction.Sum => losses.Sum(),
            _ => kept.Count == labels.Count ? losses : Tensor.Zeros([labels.Count], losses.DType).ScatterAdd(0, kept, losses),
        };
    }

    /// <inheritdoc/>
    public override string ToLatex() => @"-\ln\left(\frac{e^{w_y \cdot x + b_y}}{\sum_j e^{w_j \cdot x + b_j}}\right)";

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() =>
        [new("one other class, at 0", "logit of the own class", -4, 4, static logit => (-logit).Softplus())];

    /// <summary>
    /// Computes (1 − ε) w_y ℓ + ε/C Σⱼ wⱼ ℓⱼ, where ℓⱼ is the loss for class j and the sum needs no more than a mean of the weights.
    /// </summary>
    Tensor EachRow(Tensor rows, Tensor labels, Tensor weights, Tensor? bias)
    {
        Tensor losses = TensorFormula.Classes(default(NegativeLogProbability), rows, weights, bias, labels, labels + 1);
        Tensor? own = Weight?.To(losses.DType).IndexSelect(0, labels);
        if (LabelSmoothing == 0)
        {
            return own is null ? losses : losses * own;
        }

        Tensor shares = (Weight ?? Tensor.Ones([weights.Shape[0]])).To(losses.DType) * (LabelSmoothing / weights.Shape[0]);
        Tensor total = shares.Sum();
        Tensor logits = (rows * weights.IndexSelect(0, labels)).Sum(1);
        Tensor mixed = rows.MatMul(shares.MatMul(weights));
        if (bias is not null)
        {
            (logits, mixed) = (logits + bias.IndexSelect(0, labels), mixed + shares.Dot(bias));
        }

        Tensor factor = own is null ? total + (1 - LabelSmoothing) : (own * (1 - LabelSmoothing)) + total;
        return (losses * factor) + (logits * total) - mixed;
    }

    long[] Kept(Tensor labels)
    {
        long[] all = labels.ToArray<long>();
        return [.. Enumerable.Range(0, all.Length).Where(i => all[i] != IgnoreIndex).Select(static i => (long)i)];
    }

    double TotalWeight(Tensor labels, Tensor kept) =>
        Weight is null ? kept.Count : Weight.Detach().To(DType.Float64).IndexSelect(0, labels.IndexSelect(0, kept)).Sum().Item();

    Tensor OfNothing(Tensor embeddings, int ignored) => OnEmpty == OnEmpty.Zero
        ? embeddings.Narrow(0, 0, 0).Sum()
        : throw new LossException(
            $"{Name}: no label counts: {ignored} of {embeddings.Shape[0]} are IgnoreIndex"
            + $"{(ignored < embeddings.Shape[0] ? ", and the weights of the others sum to 0" : "")}. Skip such batches, or set OnEmpty = "
            + "OnEmpty.Zero.");

    void CheckPerClass(Tensor? numbers, string name, Tensor weights)
    {
        if (numbers is not null && numbers.Shape != [weights.Shape[0]])
        {
            throw new ShapeException(
                $"{Name}: {name} {numbers.Shape} must be [{weights.Shape[0]}] for weights {weights.Shape}. Pass one number per class.");
        }
    }

    /// <summary>−ln softmax of logits.</summary>
    readonly struct NegativeLogProbability : IClassFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Own<T>(T s)
            where T : struct, IReal<T> => s;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Other<T>(T s)
            where T : struct, IReal<T> => s;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Loss<T>(T own, T others)
            where T : struct, IReal<T> => T.Softplus(others - own);
    }
}
