using Criterion.Memory;

namespace Criterion.Drivers;

/// <summary>The items of other labels than an anchor's in the order of their distances, in rented memory.</summary>
internal readonly ref struct SortedNegatives : IDisposable
{
    readonly Memory<double> _numbers;
    readonly Memory<int> _items;
    readonly int _capacity;

    public SortedNegatives(
        ReadOnlySpan<double> distances, ReadOnlySpan<long> labels, long label, double bound = double.PositiveInfinity)
    {
        _capacity = distances.Length + 1;
        _numbers = BufferPool<double>.Rent(4L * _capacity);
        _items = BufferPool<int>.Rent(_capacity);
        Span<double> numbers = _numbers.Span;
        Span<int> items = _items.Span;
        for (int item = 0; item < distances.Length; item++)
        {
            if (labels[item] == label)
            {
                continue;
            }

            Total++;
            if (distances[item] < bound || double.IsPositiveInfinity(bound))
            {
                numbers[Count] = distances[item];
                items[Count++] = item;
            }
        }

        Distances.Sort(Items);
        Sums[0] = 0;
        for (int i = 0; i < Count; i++)
        {
            Sums[i + 1] = Sums[i] + Distances[i];
        }

        _numbers.Span[(2 * _capacity)..].Clear();
    }

    /// <summary>Gets the number of items below the bound.</summary>
    public int Count { get; }

    /// <summary>Gets the number of all items of other labels.</summary>
    public int Total { get; }

    public Span<int> Items => _items.Span[..Count];

    /// <summary>The distances, rising.</summary>
    public Span<double> Distances => _numbers.Span[..Count];

    /// <summary>The sums of the distances before each.</summary>
    public Span<double> Sums => _numbers.Span.Slice(_capacity, Count + 1);

    /// <summary>The derivatives by the distances; those of <see cref="CountFirst"/> are added by <see cref="Spread"/>.</summary>
    public Span<double> Slopes => _numbers.Span.Slice(2 * _capacity, Count);

    Span<double> Ends => _numbers.Span.Slice(3 * _capacity, Count + 1);

    /// <summary>Subtracts 1 from the derivatives by the first distances.</summary>
    public void CountFirst(int count) => Ends[count]--;

    /// <summary>Returns the number of distances below a bound.</summary>
    public int CountBelow(double bound) => Lower(bound, isInclusive: false);

    /// <summary>Returns the number of distances up to a bound.</summary>
    public int CountUpTo(double bound) => Lower(bound, isInclusive: true);

    /// <summary>Adds the derivatives to those of all items, unless these are not needed.</summary>
    public void Spread(Span<double> weights)
    {
        double counted = 0;
        for (int i = Count - 1; i >= 0 && weights.Length > 0; i--)
        {
            counted += Ends[i + 1];
            weights[Items[i]] += Slopes[i] + counted;
        }
    }

    public void Dispose()
    {
        BufferPool<int>.Return(_items);
        BufferPool<double>.Return(_numbers);
    }

    int Lower(double bound, bool isInclusive)
    {
        (int low, int high) = (0, Count);
        while (low < high)
        {
            int middle = (low + high) >> 1;
            bool isBefore = isInclusive ? Distances[middle] <= bound : Distances[middle] < bound;
            (low, high) = isBefore ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
