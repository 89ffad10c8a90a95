namespace Criterion.Training;

/// <summary>
/// Draws batches without end: every epoch in a new random order, the last, incomplete batch of an epoch left out. Its state is
/// two integers, <see cref="Epoch"/> and <see cref="Batch"/>.
/// </summary>
/// <remarks>Threads may draw from one sampler at once: each batch is given out once, in an order that is then not determined.</remarks>
public sealed class BatchSampler : IStateful
{
    readonly Lock _gate = new();
    readonly int _count;
    readonly int _batchSize;
    readonly RandomStream _random;
    Tensor _order;

    /// <summary>A sampler at the given place.</summary>
    /// <param name="count">The number of items.</param>
    /// <param name="batchSize">Items in a batch.</param>
    /// <param name="random">Names the orders; it is not advanced.</param>
    /// <param name="epoch">How often all items were gone through before.</param>
    /// <param name="batch">How many batches of this epoch were drawn before.</param>
    /// <exception cref="TrainingException">There are fewer items than a batch holds.</exception>
    public BatchSampler(int count, int batchSize, RandomStream random, int epoch = 0, int batch = 0)
    {
        ArgumentNullException.ThrowIfNull(random);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        ArgumentOutOfRangeException.ThrowIfNegative(batch);
        if (count < batchSize)
        {
            throw new TrainingException($"{count} images do not fill a batch of {batchSize}. Use a smaller batch or more data.");
        }

        (_count, _batchSize, _random) = (count, batchSize, random);
        (Epoch, Batch) = (epoch, batch);
        _order = Order(epoch);
    }

    /// <summary>How often all items were gone through.</summary>
    public int Epoch { get; private set; }

    /// <summary>How many batches of this epoch were drawn.</summary>
    public int Batch { get; private set; }

    /// <summary>Which items the next batch holds, Int64 <c>[batch]</c>.</summary>
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

    // A function of the epoch alone, so that the state needs no random numbers; it outlives the step that draws it.
    Tensor Order(int epoch)
    {
        using (TensorScope.Suspend())
        {
            return Tensor.Permutation(_count, _random.Fork((ulong)epoch));
        }
    }
}
