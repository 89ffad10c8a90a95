using System.Numerics;
using Criterion.Losses;

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
