namespace Criterion.Training;

/// <summary>
/// Draws pairs and triplets of images in which every class is equally likely: half of the pairs are of one class, half of two, so no batch
/// lacks similar pairs.
/// </summary>
/// <remarks>Threads may draw from one sampler at once, in an order that is then not deterministic.</remarks>
public sealed class PairSampler : IStateful
{
    readonly ImageDataset _data;
    readonly int[][] _byClass;
    readonly int _batch;
    readonly RandomStream _random;

    /// <summary>Creates a sampler of labelled images.</summary>
    /// <param name="data">The images; classes with a single image are ignored.</param>
    /// <param name="batch">The pairs or triplets in a batch; at least 2.</param>
    /// <param name="random">The stream that selects the images.</param>
    /// <exception cref="TrainingException">There are no labels, or fewer than two classes with two images.</exception>
    public PairSampler(ImageDataset data, int batch, RandomStream random)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(random);
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 2);
        Tensor labels = data.Labels
            ?? throw new TrainingException($"PairSampler: '{data.Source}' has no labels, and pairs are drawn by class. "
                + "Give the data set labels.");
        _byClass =
        [
            .. from item in labels.ToArray<long>().Index()
               group item.Index by item.Item into places
               where places.Count() > 1
               select places.ToArray(),
        ];
        if (_byClass.Length < 2)
        {
            throw new TrainingException(
                $"PairSampler: '{data.Source}' has {Counted.Of(_byClass.Length, "class")} with two images or more, and pairs need two. "
                    + "Add images or classes.");
        }

        (_data, _batch, _random) = (data, batch, random);
    }

    /// <summary>Draws pairs: two batches of images, and the target, 1 for the same class and −1 for different ones, in turn.</summary>
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

    /// <summary>Draws triplets: anchors, other images of their class, and images of another class.</summary>
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
    public IReadOnlyDictionary<string, Tensor> StateDict() => State.StateDict();

    /// <inheritdoc/>
    public void LoadStateDict(IReadOnlyDictionary<string, Tensor> state) => State.LoadStateDict(state);

    StateGroup State => new(("random", _random));

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

    Tensor Images(long[] places) => _data.Batch(Tensor.From(places));
}
