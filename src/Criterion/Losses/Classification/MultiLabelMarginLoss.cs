using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// Multi-label hinge loss of every wrong class against every correct one: ℓ = 1/C Σ_{k correct} Σ_{j wrong} max(0, 1 − (x_k − x_j)).
/// </summary>
/// <remarks>
/// The gradient is 0 for pairs that differ by 1 or more, and jumps there. A row without a correct class has zero loss. Memory grows with
/// the number of correct classes times the number of all classes. PyTorch equivalent: <c>torch.nn.MultiLabelMarginLoss</c>.
/// </remarks>
[Catalogue(
    LossFamily.Classification,
    Shapes = "prediction [N, C] or [C], target of the same shape, correct classes first, then −1 → scalar",
    PyTorch = "torch.nn.MultiLabelMarginLoss",
    Alternatives = "MultiLabelSoftMarginLoss and BCEWithLogitsLoss treat every label independently and give probabilities; "
        + "MultiMarginLoss for a single correct class.")]
public sealed record MultiLabelMarginLoss : Loss, IPredictionLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="reduction">How per-element losses are reduced. Default: Mean.</param>
    public MultiLabelMarginLoss(Reduction reduction = Reduction.Mean)
        : base(reduction)
    {
    }

    /// <summary>Computes the loss of scores.</summary>
    /// <param name="prediction">The scores, [N, C] or [C].</param>
    /// <param name="target">
    /// Int64 of the same shape: the correct classes of a row, ended by −1 or the end of the row. Elements after −1 are ignored.
    /// </param>
    /// <returns>A scalar, or the loss of each row with <see cref="Reduction.None"/>.</returns>
    /// <exception cref="ShapeException">The shapes differ, or are neither [N, C] nor [C].</exception>
    /// <exception cref="LossException">A class is out of range, or the batch is empty.</exception>
    public Tensor Forward(Tensor prediction, Tensor target)
    {
        CheckSameShape(prediction, target);
        if (prediction.Rank is not (1 or 2))
        {
            throw new ShapeException($"MultiLabelMarginLoss: prediction is {prediction.Shape}. Pass [N, C] or [C].");
        }

        if (ForEmpty(prediction, prediction.Count) is { } empty)
        {
            return empty;
        }

        Tensor rows = prediction.Rank == 1 ? prediction.Unsqueeze(0) : prediction;
        Tensor losses = Evaluate(rows.Floating(), Labels(target, rows.Shape));
        return Reduce(prediction.Rank == 1 ? losses.Squeeze(0) : losses);
    }

    /// <inheritdoc/>
    public override string ToLatex() =>
        $@"\frac{{1}}{{C}} \sum_{{k \in Y}} \sum_{{j \notin Y}} {TensorFormula.ToLatex(default(Hinge), "x_k", "x_j")}";

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() =>
    [
        new LossCurve("one correct class of three", "its score", -3, 3, x => (this with { Reduction = Reduction.None }).Forward(
            Tensor.Stack([x, Tensor.ZerosLike(x), Tensor.ZerosLike(x)], 1), Tensor.From<long>([0, -1, -1], [1, 3]).Expand(x.Count, 3))),
    ];

    static Tensor Evaluate(Tensor rows, (Tensor Classes, Tensor IsListed, Tensor IsWrong) labels)
    {
        Tensor right = rows.Gather(1, labels.Classes).Unsqueeze(2);
        Tensor hinges = TensorFormula.Map(default(Hinge), right, rows.Unsqueeze(1));
        Tensor pairs = labels.IsListed.To(rows.DType).Unsqueeze(2) * labels.IsWrong.To(rows.DType).Unsqueeze(1);

        // The listed classes first: their number is that of the batch's longest list, and sums down columns add its zeros last.
        return (hinges * pairs).Sum([1]).Sum([1]) / rows.Shape[1];
    }

    /// <summary>
    /// Returns the correct classes [N, K], 0 where a row has fewer; which of them are listed [N, K]; and which classes are wrong [N, C].
    /// </summary>
    (Tensor Classes, Tensor IsListed, Tensor IsWrong) Labels(Tensor target, Shape shape)
    {
        (int rows, int count) = (shape[0], shape[1]);
        long[] labels = ValueChecks.ClassIndices(nameof(MultiLabelMarginLoss), target, nameof(target));
        int[] listed = [.. Enumerable.Range(0, rows).Select(row => Listed(labels.AsSpan(row * count, count), row))];
        int width = Math.Max(1, listed.Max());
        long[] classes = new long[rows * width];
        long[] isListed = new long[rows * width];
        long[] isWrong = new long[rows * count];
        Array.Fill(isWrong, 1);
        for (int row = 0; row < rows; row++)
        {
            for (int k = 0; k < listed[row]; k++)
            {
                long label = labels[(row * count) + k];
                classes[(row * width) + k] = label;
                isListed[(row * width) + k] = 1;
                isWrong[(row * count) + label] = 0;
            }
        }

        return (Tensor.From(classes, [rows, width]), Tensor.From(isListed, [rows, width]), Tensor.From(isWrong, [rows, count]));
    }

    /// <summary>Counts the classes of a row before −1.</summary>
    static int Listed(ReadOnlySpan<long> labels, int row)
    {
        for (int k = 0; k < labels.Length; k++)
        {
            if (labels[k] == -1)
            {
                return k;
            }

            if (labels[k] < 0 || labels[k] >= labels.Length)
            {
                throw new LossException(
                    $"MultiLabelMarginLoss: target must be classes in [0, {labels.Length}), or −1 after the last, "
                    + $"but element {(row * labels.Length) + k} is {labels[k]}.");
            }
        }

        return labels.Length;
    }

    /// <summary>max(0, 1 − (x − y)) of a correct and a wrong class.</summary>
    readonly struct Hinge : IBinaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T x, T y)
            where T : struct, IReal<T> => Guards.Relu(1 - (x - y));
    }
}
