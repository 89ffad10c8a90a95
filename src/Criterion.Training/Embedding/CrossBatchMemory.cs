namespace Criterion.Training;

/// <summary>
/// A queue of the embeddings of earlier batches with their labels: further keys for a loss that compares the rows of a batch, so that a
/// small batch has as many negatives as a large one. The oldest rows are overwritten first.
/// </summary>
/// <remarks>
/// <para>Rows are enqueued after the backward pass, so a batch is never compared with its own copies. They count as constants.</para>
/// <para>An encoder that moves quickly leaves rows that no longer resemble what it would compute. Set a warm-up, or take the keys from a
/// <see cref="Optim.MomentumEncoder"/>. Where labels number the examples of unlabelled data, keep the capacity below the size of the data
/// set: an older view of an example has its label, and counts as its positive.</para>
/// <para>Sources: Wang et al., Cross-batch memory for embedding learning, 2020; He et al., Momentum contrast for unsupervised visual
/// representation learning, 2020. pytorch-metric-learning's <c>CrossBatchMemory</c> enqueues before the loss and then removes
/// the comparisons of a row with itself, which gives the same value.</para>
/// </remarks>
/// <example>
/// The loss of the paper, within the batch and against the queue:
/// <code>
/// Tensor loss = contrastive.Forward(embeddings, labels);
/// if (memory.IsReady)
/// {
///     loss += contrastive.Forward(embeddings, labels, memory.Embeddings, memory.Labels);
/// }
///
/// loss.Backward();
/// memory.Enqueue(embeddings, labels);
/// </code>
/// Momentum contrast, where key i is the positive of query i:
/// <code>
/// (Tensor keys, Tensor keyLabels) = memory.Join(momentum.Forward(second), labels);
/// </code>
/// </example>
public sealed class CrossBatchMemory : IStateful
{
    const string EmbeddingsName = "embeddings";
    const string LabelsName = "labels";
    const string PlaceName = "place";

    readonly Tensor _embeddings;
    readonly Tensor _labels;
    int _next;

    /// <summary>Creates an empty queue.</summary>
    /// <param name="capacity">The number of rows that it holds; at least 1.</param>
    /// <param name="dimensions">D, the size of an embedding; at least 1.</param>
    /// <param name="warmUp">
    /// The number of batches that must be enqueued before the queue is used; not negative. In the XBM paper: 1,000. Default: 0.
    /// </param>
    /// <param name="dtype">The type of the embeddings, Float32 or Float64. Default: Float32.</param>
    public CrossBatchMemory(int capacity, int dimensions, int warmUp = 0, DType dtype = DType.Float32)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(dimensions, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(warmUp);
        (Capacity, WarmUp) = (capacity, warmUp);
        using (TensorScope.Suspend())
        {
            _embeddings = Tensor.Zeros([capacity, dimensions], dtype);
            _labels = Tensor.Zeros([capacity], DType.Int64);
        }
    }

    /// <summary>Gets the number of rows that the queue holds when it is full.</summary>
    public int Capacity { get; }

    /// <summary>Gets the number of batches that must be enqueued before the queue is used.</summary>
    public int WarmUp { get; }

    /// <summary>Gets the number of rows in the queue.</summary>
    public int Count { get; private set; }

    /// <summary>Gets the number of batches that were enqueued.</summary>
    public long Batches { get; private set; }

    /// <summary>Gets whether there are rows and the warm-up is over.</summary>
    public bool IsReady => Count > 0 && Batches >= WarmUp;

    /// <summary>
    /// Gets the rows, <c>[Count, D]</c>, in the order of their places: a view, which <see cref="Enqueue"/> changes. Clone it where
    /// a graph must outlive that.
    /// </summary>
    public Tensor Embeddings => _embeddings.Narrow(0, 0, Count);

    /// <summary>Gets the labels of the rows, Int64 <c>[Count]</c>: a view as <see cref="Embeddings"/>.</summary>
    public Tensor Labels => _labels.Narrow(0, 0, Count);

    /// <summary>
    /// Returns a batch followed by the rows of the queue: the keys of a loss. Until the queue <see cref="IsReady"/>, the batch alone. Where
    /// the batch is that of the queries, the loss must leave out the comparison of row i with key i.
    /// </summary>
    /// <param name="embeddings">The embeddings of the batch, <c>[N, D]</c>; gradients flow into them.</param>
    /// <param name="labels">Their labels, Int64 <c>[N]</c>.</param>
    /// <returns>The keys, <c>[N + Count, D]</c>, whose first N are the batch, and their labels.</returns>
    /// <exception cref="TrainingException">The shapes or types do not match the queue.</exception>
    public (Tensor Embeddings, Tensor Labels) Join(Tensor embeddings, Tensor labels)
    {
        Check(nameof(Join), embeddings, labels);
        return IsReady
            ? (Tensor.Cat([embeddings, Embeddings]), Tensor.Cat([labels, Labels]))
            : (embeddings, labels);
    }

    /// <summary>
    /// Adds the rows of a batch, which overwrite the oldest ones when the queue is full. Call it after the backward pass.
    /// </summary>
    /// <param name="embeddings">The embeddings, <c>[N, D]</c> with N up to the capacity; copied.</param>
    /// <param name="labels">Their labels, Int64 <c>[N]</c>.</param>
    /// <exception cref="TrainingException">
    /// The shapes or types do not match the queue, there are more rows than it holds, or an embedding is not finite; nothing was changed.
    /// </exception>
    public void Enqueue(Tensor embeddings, Tensor labels)
    {
        Check(nameof(Enqueue), embeddings, labels);
        int rows = embeddings.Shape[0];
        if (rows > Capacity)
        {
            throw new TrainingException($"CrossBatchMemory: a batch of {rows} rows does not fit into a queue of {Capacity}. "
                + "Enqueue some of its rows, or create a larger queue.");
        }

        if (embeddings.IsFinite().All().Item() == 0)
        {
            throw new TrainingException("CrossBatchMemory: an embedding is NaN or infinite, and would be in every loss until it is "
                + "overwritten. Check the loss before Enqueue.");
        }

        int first = Math.Min(rows, Capacity - _next);
        Write(embeddings, labels, 0, first, _next);
        Write(embeddings, labels, first, rows - first, 0);
        _next = (_next + rows) % Capacity;
        Count = Math.Min(Capacity, Count + rows);
        Batches++;
    }

    /// <summary>Removes all rows, as before the first batch.</summary>
    public void Clear() => (_next, Count, Batches) = (0, 0, 0);

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, Tensor> StateDict() => new OrderedDictionary<string, Tensor>
    {
        [EmbeddingsName] = Embeddings,
        [LabelsName] = Labels,
        [PlaceName] = StateDicts.Integers(_next, Batches),
    };

    /// <inheritdoc/>
    /// <exception cref="StateDictException">The state is that of a queue of another size; nothing was changed.</exception>
    public void LoadStateDict(IReadOnlyDictionary<string, Tensor> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        long[] place = state.Integers(PlaceName, 2);
        if (!state.TryGetValue(EmbeddingsName, out Tensor? embeddings) || !state.TryGetValue(LabelsName, out Tensor? labels)
            || embeddings.Rank != 2 || embeddings.Shape[1] != _embeddings.Shape[1] || embeddings.DType != _embeddings.DType
            || labels.DType != DType.Int64 || labels.Rank != 1 || labels.Count != embeddings.Shape[0]
            || !IsPlace(embeddings.Shape[0], place[0]))
        {
            throw new StateDictException($"CrossBatchMemory: the state is not that of a queue of {Capacity} rows of {_embeddings.Shape[1]} "
                + $"{_embeddings.DType}. Create the queue with the options that it was saved with.");
        }

        (Count, _next, Batches) = (embeddings.Shape[0], (int)place[0], place[1]);
        Write(embeddings, labels, 0, Count, 0);
    }

    // While the queue fills, the next place is after its rows.
    bool IsPlace(int count, long next) => count < Capacity ? next == count : count == Capacity && next >= 0 && next < Capacity;

    void Check(string operation, Tensor embeddings, Tensor labels)
    {
        ArgumentNullException.ThrowIfNull(embeddings);
        ArgumentNullException.ThrowIfNull(labels);
        int dimensions = _embeddings.Shape[1];
        if (embeddings.Rank != 2 || embeddings.Shape[1] != dimensions || embeddings.DType != _embeddings.DType)
        {
            throw new TrainingException($"CrossBatchMemory.{operation}: embeddings must be {_embeddings.DType} [N, {dimensions}], but are "
                + $"{embeddings.DType} {embeddings.Shape}. Create the queue with their size and type.");
        }

        if (labels.Rank != 1 || labels.Count != embeddings.Shape[0] || labels.DType != DType.Int64)
        {
            throw new TrainingException($"CrossBatchMemory.{operation}: {embeddings.Shape[0]} embeddings need labels of Int64 "
                + $"[{embeddings.Shape[0]}], but these are {labels.DType} {labels.Shape}. Give one integer per row.");
        }
    }

    void Write(Tensor embeddings, Tensor labels, int from, int rows, int to)
    {
        if (rows > 0)
        {
            _embeddings.Narrow(0, to, rows).CopyFrom(embeddings.Detach().Narrow(0, from, rows));
            _labels.Narrow(0, to, rows).CopyFrom(labels.Narrow(0, from, rows));
        }
    }
}
