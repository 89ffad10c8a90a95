namespace Criterion.Training;

/// <summary>
/// Draws batches without end: each epoch has a new random order and drops its last, incomplete batch. The state is two integers,
/// <see cref="Epoch"/> and <see cref="Batch"/>.
/// </summary>
/// <remarks>Threads may draw from one sampler at once: each batch is returned once, in an order that is then not deterministic.</remarks>
public sealed class BatchSampler : IStateful
{
    readonly Lock _gate = new();
    readonly int _count;
    readonly int _batchSize;
    readonly RandomStream _random;
    readonly int[][]? _labels;
    Tensor _order;

    /// <summary>Creates a sampler at a position.</summary>
    /// <param name="count">The number of items.</param>
    /// <param name="batchSize">The items in a batch.</param>
    /// <param name="random">The stream that the orders are derived from; it is not advanced.</param>
    /// <param name="epoch">The epochs that are done.</param>
    /// <param name="batch">The batches of the present epoch that are done.</param>
    /// <param name="distinctLabels">
    /// Labels that must not repeat within a batch, Int64 <c>[count]</c>: with in-batch negatives, an item with the label of another would
    /// be its false negative. An epoch then also drops what a label has beyond one item in each batch. Default: none.
    /// </param>
    /// <exception cref="TrainingException">
    /// There are fewer items, or fewer different labels, than a batch needs, or the labels are not Int64 <c>[count]</c>.
    /// </exception>
    public BatchSampler(
        int count, int batchSize, RandomStream random, int epoch = 0, int batch = 0, Tensor? distinctLabels = null)
    {
        ArgumentNullException.ThrowIfNull(random);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        ArgumentOutOfRangeException.ThrowIfNegative(batch);
        if (count < batchSize)
        {
            throw new TrainingException($"BatchSampler: {count} items do not fill a batch of {batchSize}. "
                + "Use a smaller batch or more data.");
        }

        _labels = distinctLabels is null ? null : Groups(distinctLabels, count, batchSize);
        _count = _labels is null ? count : LabelGroups.DistinctBatches(_labels, batchSize) * batchSize;
        (_batchSize, _random) = (batchSize, random);
        (Epoch, Batch) = (epoch, batch);
        _order = Order(epoch);
    }

    /// <summary>Gets the number of epochs that are done.</summary>
    public int Epoch { get; private set; }

    /// <summary>Gets the number of batches of the present epoch that are done.</summary>
    public int Batch { get; private set; }

    /// <summary>Returns the indices of the next batch, Int64 <c>[batch]</c>.</summary>
    public Tensor Next()
    {
        lock (_gate)
        {
            if ((Batch + 1) * _batchSize > _count)
            {
                (Epoch, Batch) = (Epoch + 1, 0);
                _order = Order(Epoch);
            }

            return _order.Narrow(0, _batchSize * Batch++, _batchSize);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, Tensor> StateDict()
    {
        lock (_gate)
        {
            return new OrderedDictionary<string, Tensor> { ["place"] = StateDicts.Integers(Epoch, Batch) };
        }
    }

    /// <inheritdoc/>
    public void LoadStateDict(IReadOnlyDictionary<string, Tensor> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        long[] place = state.Integers("place", 2);
        lock (_gate)
        {
            (Epoch, Batch) = ((int)place[0], (int)place[1]);
            _order = Order(Epoch);
        }
    }

    // A function of the epoch alone, so the state needs no random numbers. The order outlives the step that draws it.
    Tensor Order(int epoch)
    {
        using (TensorScope.Suspend())
        {
            RandomStream random = _random.Fork((ulong)epoch);
            return _labels is null
                ? Tensor.Permutation(_count, random)
                : Tensor.From(LabelGroups.DistinctOrder(_labels, _batchSize, random));
        }
    }

    static int[][] Groups(Tensor labels, int count, int batchSize)
    {
        int[][] groups = LabelGroups.Of(labels, nameof(BatchSampler));
        if (labels.Count != count)
        {
            throw new TrainingException($"BatchSampler: {count} items need as many labels, but there are {labels.Count}. "
                + "Give one per item.");
        }

        return groups.Length >= batchSize
            ? groups
            : throw new TrainingException($"BatchSampler: a batch of {batchSize} items with different labels needs as many labels, "
                + $"and there are {groups.Length}. Use a smaller batch.");
    }
}
