namespace Criterion.Training;

/// <summary>
/// Draws pairs and triplets of images with every class equally often: half of the pairs of one class, half of two. No batch is
/// without similar pairs.
/// </summary>
/// <remarks>Threads may draw from one sampler at once, in an order that is then not determined.</remarks>
public sealed class PairSampler : IStateful
{
    readonly ImageDataset _data;
    readonly int[][] _byClass;
    readonly int _batch;
    RandomStream _random;

    /// <summary>A sampler of labelled images.</summary>
    /// <param name="data">The images; classes with a single image are left out.</param>
    /// <param name="batch">Pairs or triplets in a batch.</param>
    /// <param name="random">Decides which.</param>
    /// <exception cref="TrainingException">There are no labels, or fewer than two classes with two images.</exception>
    public PairSampler(ImageDataset data, int batch, RandomStream random)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(random);
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 2);
        Tensor labels = data.Labels ?? throw new TrainingException($"'{data.Source}' has no labels, and pairs are drawn by class.");
        _byClass = [.. labels.ToArray<long>().Index().GroupBy(static item => item.Item, static item => item.Index).Select(static group => group.ToArray()).Where(static group => group.Length > 1)];
        if (_byClass.Length < 2)
        {
            throw new TrainingException($"'{data.Source}' has {_byClass.Length} class(es) with two images or more; pairs need two.");
        }

        (_data, _batch, _random) = (data, batch, random);
    }

    /// <summary>Pairs: two batches of images, and 1 where they are of one class, −1 where not; the kinds take turns.</summary>
    public (Tensor First, Tensor Second, Tensor Target) Pairs()
    {
        long[] first = new long[_batch];
        long[] second = new long[_batch];
        float[] target = new float[_batch];
        for (int i = 0; i < _batch; i++)
        {
            (int[] own, int[] other) = Classes();
            target[i] = i % 2 == 0 ? 1 : -1;
            (first[i], second[i]) = i % 2 == 0 ? RandomPair(own) : (RandomItem(own), RandomItem(other));
        }

        return (Images(first), Images(second), Tensor.From(target));
    }

    /// <summary>Triplets: anchors, others of their class, and some of another class.</summary>
    public (Tensor Anchor, Tensor Positive, Tensor Negative) Triplets()
    {
        long[] anchor = new long[_batch];
        long[] positive = new long[_batch];
        long[] negative = new long[_batch];
        for (int i = 0; i < _batch; i++)
        {
            (int[] own, int[] other) = Classes();
            (anchor[i], positive[i]) = RandomPair(own);
            negative[i] = RandomItem(other);
        }

        return (Images(anchor), Images(positive), Images(negative));
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, Tensor> StateDict() => new OrderedDictionary<string, Tensor> { ["random"] = _random.State() };

    /// <inheritdoc/>
    public void LoadStateDict(IReadOnlyDictionary<string, Tensor> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        _random = state.Random("random");
    }

    (int[] Own, int[] Other) Classes()
    {
        int own = _random.NextInt(_byClass.Length);
        int other = (own + 1 + _random.NextInt(_byClass.Length - 1)) % _byClass.Length;
        return (_byClass[own], _byClass[other]);
    }

    (long First, long Second) RandomPair(int[] items)
    {
        int first = _random.NextInt(items.Length);
        int second = (first + 1 + _random.NextInt(items.Length - 1)) % items.Length;
        return (items[first], items[second]);
    }

    long RandomItem(int[] items) => items[_random.NextInt(items.Length)];

    Tensor Images(long[] places) => _data.Images.IndexSelect(0, Tensor.From(places));
}
