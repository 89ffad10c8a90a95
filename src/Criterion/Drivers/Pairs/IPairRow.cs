using System.Numerics;

namespace Criterion.Drivers;

/// <summary>A loss of the distances from one anchor to all items.</summary>
internal interface IPairRow
{
    /// <summary>Gets whether few weights of a row are not 0: their gradients are then computed without products.</summary>
    bool IsSparse { get; }

    /// <summary>Adds the loss of the anchor to the totals and, where weights are given, its derivatives by the distances to them.</summary>
    void Run<S>(in PairRow<S> row, ref PairRowTotals totals)
        where S : unmanaged, IBinaryFloatingPointIeee754<S>;
}

/// <summary>Sums of losses and counts of two kinds of terms, such as those of similar and of dissimilar pairs.</summary>
internal struct PairRowTotals
{
    public double First;
    public double Second;
    public long FirstTerms;
    public long SecondTerms;
    public long FirstActive;
    public long SecondActive;

    public void Add(in PairRowTotals other)
    {
        First += other.First;
        Second += other.Second;
        FirstTerms += other.FirstTerms;
        SecondTerms += other.SecondTerms;
        FirstActive += other.FirstActive;
        SecondActive += other.SecondActive;
    }
}

/// <summary>One anchor with its distances to all items, none of which is NaN.</summary>
/// <param name="inputs">All rows.</param>
/// <param name="anchor">The index of the anchor.</param>
/// <param name="distances">The distances to the items; that to the anchor itself is unspecified.</param>
/// <param name="weights">Receives the derivatives of the loss by the distances, at first 0; empty if they are not needed.</param>
internal readonly ref struct PairRow<S>(PairRowsInputs<S> inputs, int anchor, ReadOnlySpan<double> distances, Span<double> weights)
    where S : unmanaged, IBinaryFloatingPointIeee754<S>
{
    readonly PairRowsInputs<S> _inputs = inputs;

    public int Anchor => anchor;

    public ReadOnlySpan<double> Distances { get; } = distances;

    public Span<double> Weights { get; } = weights;

    public long Label { get; } = inputs.QueryLabels.Span[anchor];

    public ReadOnlySpan<long> Labels { get; } = inputs.KeyLabels.Span;

    /// <summary>Gets the index of the anchor among the items, or −1 if it is not one of them.</summary>
    public int Self => _inputs.ExcludesDiagonal ? anchor : -1;

    /// <summary>Computes a distance without the error of a product.</summary>
    public double Exact(int item) => _inputs.Distance(anchor, item);

    /// <summary>Returns the next item of the anchor's label after another, without the anchor itself, or −1.</summary>
    public int NextPositive(int item)
    {
        do
        {
            int next = Labels[(item + 1)..].IndexOf(Label);
            item = next < 0 ? -1 : item + 1 + next;
        }
        while (item >= 0 && item == Self);

        return item;
    }

    public void AddWeight(int item, double weight)
    {
        if (Weights.Length > 0)
        {
            Weights[item] += weight;
        }
    }
}

/// <summary>Rows of anchors and items, their labels, and the memory of the gradients.</summary>
/// <param name="Queries">The anchors, <c>[N, D]</c>.</param>
/// <param name="QueryLabels">Their labels.</param>
/// <param name="Keys">The items, <c>[M, D]</c>.</param>
/// <param name="KeyLabels">Their labels.</param>
/// <param name="Dimensions">D.</param>
/// <param name="ExcludesDiagonal">Whether the first items are the anchors: an anchor then forms no pair with itself.</param>
/// <param name="IsEuclidean">Whether distances are Euclidean, or else 1 − x · y.</param>
/// <param name="QueryGradient">Receives the gradient by the anchors, at first 0; empty if it is not needed.</param>
/// <param name="KeyGradient">Receives the gradient by the items, at first 0; it may be the memory of the other.</param>
internal readonly record struct PairRowsInputs<S>(
    Memory<S> Queries,
    Memory<long> QueryLabels,
    Memory<S> Keys,
    Memory<long> KeyLabels,
    int Dimensions,
    bool ExcludesDiagonal,
    bool IsEuclidean,
    Memory<S> QueryGradient,
    Memory<S> KeyGradient)
    where S : unmanaged, IBinaryFloatingPointIeee754<S>
{
    public int Count => QueryLabels.Length;

    public int Items => KeyLabels.Length;

    public bool HasGradient => !QueryGradient.IsEmpty || !KeyGradient.IsEmpty;

    public ReadOnlySpan<S> Query(int row) => Queries.Span.Slice(row * Dimensions, Dimensions);

    public ReadOnlySpan<S> Key(int row) => Keys.Span.Slice(row * Dimensions, Dimensions);

    /// <summary>Computes the distance of an anchor and an item in double precision, from their differences.</summary>
    public double Distance(int query, int key)
    {
        ReadOnlySpan<S> x = Query(query);
        ReadOnlySpan<S> y = Key(key);
        double sum = 0;
        for (int i = 0; i < x.Length; i++)
        {
            (double a, double b) = (double.CreateTruncating(x[i]), double.CreateTruncating(y[i]));
            sum += IsEuclidean ? (a - b) * (a - b) : a * b;
        }

        return IsEuclidean ? Math.Sqrt(sum) : 1 - sum;
    }
}
