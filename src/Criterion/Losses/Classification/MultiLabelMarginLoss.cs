using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// Hinge of every wrong class against every right one: ℓ = 1/C Σ_{k right} Σ_{j wrong} max(0, 1 − (x_k − x_j)).
/// </summary>
/// <remarks>
/// The gradient is 0 for pairs that are apart by 1, and jumps there. A row without a right class costs nothing. Memory grows with the
/// number of right classes times that of all. Twin of <c>torch.nn.MultiLabelMarginLoss</c>.
/// </remarks>
/// <param name="Reduction">What becomes of the losses of single rows.</param>
[Catalogue(
    LossFamily.Classification,
    Shapes = "prediction [N, C] or [C], target of the same shape, right classes first, then −1 → scalar",
    PyTorch = "torch.nn.MultiLabelMarginLoss",
    Alternatives = "MultiLabelSoftMarginLoss and BCEWithLogitsLoss judge every label by itself and give probabilities; MultiMarginLoss for a single right class.")]
public sealed record MultiLabelMarginLoss(Reduction Reduction = Reduction.Mean) : Loss(Reduction), IPredictionLoss
{
    /// <summary>The loss of scores.</summary>
    /// <param name="prediction">Scores, [N, C] or [C].</param>
    /// <param name="target">Int64 of the same shape: the right classes of a row, ended by −1 or the end of the row; what follows −1 is not read.</param>
    /// <returns>A scalar, or one loss for each row with <see cref="Reduction.None"/>.</returns>
    /// <exception cref="ShapeException">The shapes differ, or are neither [N, C] nor [C].</exception>
    /// <exception cref="LossException">A class is out of range, or the batch is empty.</exception>
    public Tensor Forward(Tensor prediction, Tensor target)
    {
        CheckSameShape(prediction, target);
        if (prediction.Rank is not (1 or 2))
        {
            throw new ShapeException($"MultiLabelMarginLoss: prediction {prediction.Shape} must be [N, C] or [C].");
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
        new LossCurve("one right class of three", "its score", -3, 3, x => (this with { Reduction = Reduction.None }).Forward(
            Tensor.Stack([x, Tensor.ZerosLike(x), Tensor.ZerosLike(x)], 1), Tensor.From<long>([0, -1, -1], [1, 3]).Expand(x.Count, 3))),
    ];

    static Tensor Evaluate(Tensor rows, (Tensor Classes, Tensor IsListed, Tensor IsWrong) labels)
    {
        Tensor right = rows.Gather(1, labels.Classes).Unsqueeze(2);
        Tensor hinges = TensorFormula.Map(default(Hinge), right, rows.Unsqueeze(1));
        Tensor pairs = labels.IsListed.To(rows.DType).Unsqueeze(2) * labels.IsWrong.To(rows.DType).Unsqueeze(1);
        return (hinges * pairs).Sum([1, 2]) / rows.Shape[1];
    }

    /// <summary>The right classes [N, K], 0 where a row has fewer; which of them are listed [N, K]; which classes are wrong [N, C].</summary>
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

    /// <summary>How many classes a row lists before −1.</summary>
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
                    $"MultiLabelMarginLoss: target must hold classes in [0, {labels.Length}), or −1 after the last, and element {(row * labels.Length) + k} is {labels[k]}.");
            }
        }

        return labels.Length;
    }

    /// <summary>max(0, 1 − (x − y)) of a right and a wrong class.</summary>
    readonly struct Hinge : IBinaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T x, T y)
            where T : struct, IReal<T> => Guards.Relu(T.Const(1) - (x - y));
    }
}
