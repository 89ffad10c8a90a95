namespace Criterion.Losses;

/// <summary>
/// A loss that an encoder of items is trained with: of pairs (<see cref="PairLoss"/>, <see cref="ScoredPairsLoss"/>), of triplets
/// (<see cref="TripletMarginLoss"/>), of the labels of a batch (<see cref="ILabelLoss"/>), of labels and class weights
/// (<see cref="IClassWeightLoss"/>) or of two views of each item (<see cref="IViewLoss"/>).
/// </summary>
public partial interface IEmbeddingLoss : ICriterion;

/// <summary>A loss of the pairs or triplets that the labels of a batch define.</summary>
public interface ILabelLoss : IEmbeddingLoss
{
    /// <summary>Computes the loss of a batch.</summary>
    /// <param name="embeddings">The embeddings, <c>[N, D]</c>.</param>
    /// <param name="labels">Their labels, Int64 <c>[N]</c>.</param>
    Tensor Forward(Tensor embeddings, Tensor labels);
}

/// <summary>A loss from labels that can also compare the batch with other rows, such as a memory of earlier batches.</summary>
public interface IKeyedLabelLoss : ILabelLoss
{
    /// <summary>Computes the loss of anchors with other items.</summary>
    /// <param name="queries">The anchors, <c>[N, D]</c>.</param>
    /// <param name="queryLabels">Their labels, Int64 <c>[N]</c>.</param>
    /// <param name="keys">The items, <c>[M, D]</c>.</param>
    /// <param name="keyLabels">Their labels, Int64 <c>[M]</c>.</param>
    /// <param name="keysBeginWithQueries">
    /// Whether the first N items are the anchors, as in a memory joined with the batch: no anchor is then compared with itself.
    /// </param>
    Tensor Forward(Tensor queries, Tensor queryLabels, Tensor keys, Tensor keyLabels, bool keysBeginWithQueries);
}

/// <summary>A loss that compares embeddings with learned weights of the classes: see <c>ClassWeights</c>.</summary>
public interface IClassWeightLoss : IEmbeddingLoss
{
    /// <summary>Gets the number of weights of a class.</summary>
    int CentresPerClass => 1;

    /// <summary>Computes the loss of a batch.</summary>
    /// <param name="embeddings">The embeddings, <c>[N, D]</c>.</param>
    /// <param name="labels">Their classes, Int64 <c>[N]</c>, in [0, C).</param>
    /// <param name="weights">The weights of the classes, <c>[C · CentresPerClass, D]</c>.</param>
    Tensor Forward(Tensor embeddings, Tensor labels, Tensor weights);
}

/// <summary>A loss of two views of each item, which needs no labels.</summary>
public interface IViewLoss : IEmbeddingLoss
{
    /// <summary>Computes the loss of a batch.</summary>
    /// <param name="x1">The embeddings of the first views, <c>[N, D]</c>.</param>
    /// <param name="x2">The embeddings of the second views of the same items, <c>[N, D]</c>.</param>
    Tensor Forward(Tensor x1, Tensor x2);
}
