namespace Criterion.Losses;

/// <summary>
/// Compares one pair of each class with the positives of all other classes: ℓ = ln(1 + Σ e^(x · y⁻ − x · y⁺)), where x and y⁺ are the first
/// two rows of a label and y⁻ the second rows of the other labels.
/// </summary>
/// <remarks>
/// The similarity is the dot product of the rows as they are, or with <c>normalize</c> the cosine. Further rows of a label, and labels of a
/// single row, do not count: draw two examples of each class. The paper also penalizes the squared norms of the rows, whose products would
/// grow without bound. The equivalent of pytorch-metric-learning is NPairsLoss, which normalizes. The matrix of similarities is never in
/// memory.
/// </remarks>
[Catalogue(
    LossFamily.Embedding,
    Shapes = "embeddings [N, D], labels [N] → scalar",
    Source = "Sohn, Improved deep metric learning with multi-class N-pair loss objective, 2016, equation 7",
    Alternatives = "NcaLoss compares all rows of a batch; MultiSimilarityLoss also weights them.")]
public sealed record NPairLoss : Loss, ILabelLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="normalize">Whether rows are divided by their norms. Default: false.</param>
    /// <param name="reduction">
    /// How the pairs are reduced; None is the loss of each label with two rows, in the order of the labels. Default: Mean.
    /// </param>
    public NPairLoss(bool normalize = false, Reduction reduction = Reduction.Mean)
        : base(reduction) => Normalize = normalize;

    /// <summary><inheritdoc cref="NPairLoss(bool, Reduction)" path="/param[@name='normalize']/node()"/></summary>
    public bool Normalize { get; init; }

    /// <summary>Computes the loss of a batch.</summary>
    /// <param name="embeddings">The embeddings, <c>[N, D]</c>.</param>
    /// <param name="labels">Their labels, Int64 <c>[N]</c>.</param>
    /// <returns>A scalar, or <c>[labels with two rows]</c> with <see cref="Reduction.None"/>.</returns>
    /// <exception cref="ShapeException">A shape is not as described.</exception>
    /// <exception cref="DTypeException">The embeddings are not floats, or the labels are not Int64.</exception>
    /// <exception cref="LossException">No label has two rows, unless <see cref="Loss.OnEmpty"/> is Zero.</exception>
    public Tensor Forward(Tensor embeddings, Tensor labels)
    {
        EmbeddingDistance distance = Normalize ? EmbeddingDistance.Cosine : EmbeddingDistance.Euclidean;
        LabeledRows rows = LabeledRows.Of(Name, distance, (embeddings, labels), keys: null);
        (int First, int Second)[] pairs = Pairs(rows.QueryLabels.ToArray<long>());
        if (pairs.Length == 0)
        {
            return WithoutPairs(rows.Queries);
        }

        return Reduce(TensorFormula.OwnAndOthers(
            new SoftmaxOfPairs(1),
            rows.Queries.IndexSelect(0, Tensor.From([.. pairs.Select(static pair => (long)pair.First)])),
            rows.Queries.IndexSelect(0, Tensor.From([.. pairs.Select(static pair => (long)pair.Second)]))));
    }

    /// <inheritdoc/>
    public override string ToLatex() => @"\ln\left(1 + \sum_{j \ne i} e^{x_i \cdot y_j - x_i \cdot y_i}\right)";

    /// <summary>Returns the first two rows of each label that has two, in the order of the labels.</summary>
    static (int First, int Second)[] Pairs(long[] labels) =>
    [
        .. from row in Enumerable.Range(0, labels.Length)
           group row by labels[row] into rows
           orderby rows.Key
           where rows.Skip(1).Any()
           select (rows.First(), rows.ElementAt(1)),
    ];

    Tensor WithoutPairs(Tensor rows) => Reduction == Reduction.None
        ? rows.Narrow(0, 0, 0).Sum(1)
        : OnEmpty == OnEmpty.Zero
            ? rows.Narrow(0, 0, 0).Sum()
            : throw new LossException(
                $"{Name}: no label of {rows.Shape} has two rows. Draw two examples of each class, or set OnEmpty = OnEmpty.Zero.");
}
