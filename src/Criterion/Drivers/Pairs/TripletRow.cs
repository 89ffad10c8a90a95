using System.Numerics;
using Criterion.Losses;
using Criterion.Memory;

namespace Criterion.Drivers;

/// <summary>
/// The triplets of an anchor: f(d(a, p) − d(a, n) + margin) with f = max(0, ·) or softplus. All triplets of a hinge come from sorted
/// distances and prefix sums.
/// </summary>
internal readonly struct TripletRow(PositiveMining positives, NegativeMining negatives, double margin, bool isSmooth) : IPairRow
{
    /// <summary>The number of positives up to which searching the negatives for each costs less than sorting them.</summary>
    const int FewPositives = 16;

    public bool IsSparse => positives != PositiveMining.All && negatives != NegativeMining.All;

    public void Run<S>(in PairRow<S> row, ref PairRowTotals totals)
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
    {
        if (IsSparse)
        {
            RunOne(row, ref totals);
        }
        else if (negatives != NegativeMining.All && row.Labels.Count(row.Label) <= FewPositives)
        {
            RunFew(row, ref totals);
        }
        else
        {
            RunAll(row, ref totals);
        }
    }

    /// <summary>Lists the triplets of an anchor, as (positive, negative).</summary>
    public void List<S>(in PairRow<S> row, List<(int Positive, int Negative)> triplets)
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
    {
        using SortedNegatives others = new(row.Distances, row.Labels, row.Label);
        int only = positives == PositiveMining.All ? -1 : Positive(row);
        for (int item = row.NextPositive(-1); item >= 0 && others.Count > 0; item = row.NextPositive(item))
        {
            if (only >= 0 && item != only)
            {
                continue;
            }

            if (negatives == NegativeMining.All)
            {
                triplets.AddRange(others.Items.ToArray().Order().Select(other => (item, other)));
            }
            else
            {
                triplets.Add((item, others.Items[Choose(others, row.Distances[item])]));
            }
        }
    }

    /// <summary>Returns the positive to use of those of the anchor, or −1 if there is none.</summary>
    int Positive<S>(in PairRow<S> row)
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
    {
        int best = -1;
        for (int item = row.NextPositive(-1); item >= 0; item = row.NextPositive(item))
        {
            if (best < 0 || (positives == PositiveMining.Hardest
                ? row.Distances[item] > row.Distances[best]
                : row.Distances[item] < row.Distances[best]))
            {
                best = item;
            }
        }

        return best;
    }

    void RunOne<S>(in PairRow<S> row, ref PairRowTotals totals)
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
    {
        int positive = Positive(row);
        if (positive < 0)
        {
            return;
        }

        int negative = Negative(row, negatives == NegativeMining.SemiHard ? row.Distances[positive] : double.NegativeInfinity);
        if (negative < 0)
        {
            return;
        }

        double slope = AddTerm(row.Exact(positive) - row.Exact(negative) + margin, ref totals);
        row.AddWeight(positive, slope);
        row.AddWeight(negative, -slope);
    }

    void RunFew<S>(in PairRow<S> row, ref PairRowTotals totals)
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
    {
        bool isSemiHard = negatives == NegativeMining.SemiHard;
        int negative = isSemiHard ? -1 : Negative(row, double.NegativeInfinity);
        for (int item = row.NextPositive(-1); item >= 0; item = row.NextPositive(item))
        {
            negative = isSemiHard ? Negative(row, row.Distances[item]) : negative;
            if (negative >= 0)
            {
                double slope = AddTerm(row.Distances[item] - row.Distances[negative] + margin, ref totals);
                row.AddWeight(item, slope);
                row.AddWeight(negative, -slope);
            }
        }
    }

    /// <summary>Returns the nearest negative beyond a distance, else the farthest, or −1 if there is none.</summary>
    static int Negative<S>(in PairRow<S> row, double beyond)
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
    {
        (int nearest, int farthest) = (-1, -1);
        (double least, double most) = (double.PositiveInfinity, double.NegativeInfinity);
        ReadOnlySpan<double> distances = row.Distances;
        ReadOnlySpan<long> labels = row.Labels;
        long label = row.Label;
        for (int item = 0; item < distances.Length; item++)
        {
            // The label is compared last: a distance is rarely below all before it.
            double distance = distances[item];
            if (distance < least && distance > beyond && labels[item] != label)
            {
                (nearest, least) = (item, distance);
            }

            if (distance > most && labels[item] != label)
            {
                (farthest, most) = (item, distance);
            }
        }

        return nearest >= 0 ? nearest : farthest;
    }

    void RunAll<S>(in PairRow<S> row, ref PairRowTotals totals)
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
    {
        int only = positives == PositiveMining.All ? -1 : Positive(row);
        using SortedNegatives others = new(row.Distances, row.Labels, row.Label, Bound(row));
        if (others.Total == 0)
        {
            return;
        }

        for (int item = row.NextPositive(-1); item >= 0; item = row.NextPositive(item))
        {
            if (only < 0 || item == only)
            {
                row.AddWeight(item, AddTriplets(others, row.Distances[item], ref totals));
            }
        }

        others.Spread(row.Weights);
    }

    /// <summary>Returns the distance from which no negative has a triplet above 0: those beyond it are counted, not sorted.</summary>
    double Bound<S>(in PairRow<S> row)
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
    {
        if (isSmooth || negatives != NegativeMining.All)
        {
            return double.PositiveInfinity;
        }

        double farthest = double.NegativeInfinity;
        for (int item = row.NextPositive(-1); item >= 0; item = row.NextPositive(item))
        {
            farthest = Math.Max(farthest, row.Distances[item]);
        }

        return farthest + margin;
    }

    /// <summary>Adds the triplets of a positive; returns the derivative by its distance.</summary>
    double AddTriplets(in SortedNegatives others, double distance, ref PairRowTotals totals)
    {
        if (negatives != NegativeMining.All)
        {
            int chosen = Choose(others, distance);
            double slope = AddTerm(distance - others.Distances[chosen] + margin, ref totals);
            others.Slopes[chosen] -= slope;
            return slope;
        }

        return isSmooth ? AddSmooth(others, distance, ref totals) : AddHinges(others, distance, ref totals);
    }

    int Choose(in SortedNegatives others, double distance)
    {
        int beyond = others.CountUpTo(distance);
        return negatives == NegativeMining.Hardest ? 0 : Math.Min(beyond, others.Count - 1);
    }

    double AddSmooth(in SortedNegatives others, double distance, ref PairRowTotals totals)
    {
        double sum = 0;
        for (int other = 0; other < others.Count; other++)
        {
            double slope = AddTerm(distance - others.Distances[other] + margin, ref totals);
            others.Slopes[other] -= slope;
            sum += slope;
        }

        return sum;
    }

    double AddHinges(in SortedNegatives others, double distance, ref PairRowTotals totals)
    {
        int active = others.CountBelow(distance + margin);
        totals.First += (active * (distance + margin)) - others.Sums[active];
        totals.FirstTerms += others.Total;
        totals.FirstActive += active;
        others.CountFirst(active);
        return active;
    }

    /// <summary>Adds one triplet; returns its derivative by the violation of the margin.</summary>
    double AddTerm(double violation, ref PairRowTotals totals)
    {
        double exponential = Math.Exp(-Math.Abs(violation));
        double loss = Math.Max(0, violation) + (isSmooth ? double.LogP1(exponential) : 0);
        totals.First += loss;
        totals.FirstTerms++;
        totals.FirstActive += loss > 0 ? 1 : 0;
        double hinge = violation > 0 ? 1 : 0;
        return isSmooth ? (violation > 0 ? 1 : exponential) / (1 + exponential) : hinge;
    }
}

/// <summary>Lists the triplets of each anchor, for the run on tensors.</summary>
internal readonly struct TripletListRow(TripletRow row, List<(int Positive, int Negative)>[] triplets) : IPairRow
{
    /// <summary>The number of positives up to which searching the negatives for each costs less than sorting them.</summary>
    const int FewPositives = 16;

    public bool IsSparse => false;

    public void Run<S>(in PairRow<S> anchor, ref PairRowTotals totals)
        where S : unmanaged, IBinaryFloatingPointIeee754<S> => row.List(anchor, triplets[anchor.Anchor]);
}

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
