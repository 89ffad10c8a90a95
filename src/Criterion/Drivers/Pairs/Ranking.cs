using System.Runtime.CompilerServices;
using Criterion.Memory;

namespace Criterion.Drivers;

/// <summary>Items of equal similarity, at least one of them relevant.</summary>
/// <param name="Above">The number of items with a higher similarity.</param>
/// <param name="RelevantAbove">The number of relevant items with a higher similarity.</param>
/// <param name="Count">The number of items.</param>
/// <param name="Relevant">The number of relevant items.</param>
internal readonly record struct TiedItems(int Above, int RelevantAbove, int Count, int Relevant)
{
    /// <summary>Computes the expected number of relevant items among the first <paramref name="rank"/> of the ranking.</summary>
    public double RelevantUpTo(int rank) => RelevantAbove + (Relevant * (double)Math.Clamp(rank - Above, 0, Count) / Count);

    /// <summary>Computes the expected sum of precisions at the ranks of the relevant items, up to <paramref name="lastRank"/>.</summary>
    public double Precisions(int lastRank)
    {
        double sum = 0;
        double others = Count == 1 ? 0 : (Relevant - 1.0) / (Count - 1);
        int end = Math.Min(Count, lastRank - Above);
        for (int i = 0; i < end; i++)
        {
            sum += (RelevantAbove + 1 + (i * others)) / (Above + i + 1);
        }

        return Relevant * sum / Count;
    }

    /// <summary>Computes the expected reciprocal rank of the first relevant item.</summary>
    public double ReciprocalRank()
    {
        (double sum, double miss) = (0, 1);
        for (int i = 0; i <= Count - Relevant; i++)
        {
            double hit = (double)Relevant / (Count - i);
            sum += miss * hit / (Above + i + 1);
            miss *= 1 - hit;
        }

        return sum;
    }
}

/// <summary>The ranks of the relevant items of one query, from counts: the gallery is never sorted.</summary>
internal readonly ref struct Ranking : IDisposable
{
    readonly Memory<double> _values;
    readonly Memory<int> _counts;
    readonly int _levels;

    public Ranking(ReadOnlySpan<double> similarities, ReadOnlySpan<bool> isRelevant, int relevant, int excluded)
    {
        Relevant = relevant;
        _values = BufferPool<double>.Rent(relevant);
        _counts = BufferPool<int>.Rent(3L * (relevant + 1));
        _counts.Span.Clear();
        _levels = FindLevels(similarities, isRelevant);
        Count(similarities, isRelevant, excluded);
    }

    /// <summary>Gets the number of relevant items.</summary>
    public int Relevant { get; }

    /// <summary>The relevant items at each level.</summary>
    Span<int> Own => _counts.Span.Slice(0, Relevant + 1);

    /// <summary>The other items at each level.</summary>
    Span<int> Tied => _counts.Span.Slice(Relevant + 1, Relevant + 1);

    /// <summary>The items between a level and the one above it.</summary>
    Span<int> Between => _counts.Span.Slice(2 * (Relevant + 1), Relevant + 1);

    public Enumerator GetEnumerator() => new(this);

    public void Dispose()
    {
        BufferPool<int>.Return(_counts);
        BufferPool<double>.Return(_values);
    }

    /// <summary>Writes the distinct similarities of relevant items in rising order, and how many items have each.</summary>
    int FindLevels(ReadOnlySpan<double> similarities, ReadOnlySpan<bool> isRelevant)
    {
        Span<double> values = _values.Span[..Relevant];
        int count = 0;
        for (int item = 0; item < similarities.Length; item++)
        {
            if (isRelevant[item])
            {
                values[count++] = similarities[item];
            }
        }

        values.Sort();
        int levels = 0;
        foreach (double value in values)
        {
            levels += levels == 0 || values[levels - 1] != value ? 1 : 0;
            values[levels - 1] = value;
            Own[levels - 1]++;
        }

        return levels;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    void Count(ReadOnlySpan<double> similarities, ReadOnlySpan<bool> isRelevant, int excluded)
    {
        ReadOnlySpan<double> values = _values.Span[.._levels];
        Span<int> tied = Tied;
        Span<int> between = Between;
        double lowest = values[0];
        for (int item = 0; item < similarities.Length; item++)
        {
            double similarity = similarities[item];
            if (similarity < lowest || isRelevant[item] || item == excluded)
            {
                continue;
            }

            int level = LastAtMost(values, similarity);
            (values[level] == similarity ? tied : between)[level]++;
        }
    }

    /// <summary>Returns the last of the rising values that is at most another, which is not below the first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static int LastAtMost(ReadOnlySpan<double> values, double other)
    {
        (int start, int count) = (0, values.Length);
        while (count > 1)
        {
            int half = count >> 1;
            start = values[start + half] <= other ? start + half : start;
            count -= half;
        }

        return start;
    }

    /// <summary>Groups of tied items, the most similar first.</summary>
    public ref struct Enumerator(Ranking ranking)
    {
        readonly Ranking _ranking = ranking;
        int _level = ranking._levels;
        int _above;
        int _relevantAbove;

        public TiedItems Current { get; private set; }

        public bool MoveNext()
        {
            if (--_level < 0)
            {
                return false;
            }

            int own = _ranking.Own[_level];
            Current = new(_above + _ranking.Between[_level], _relevantAbove, own + _ranking.Tied[_level], own);
            _above = Current.Above + Current.Count;
            _relevantAbove += own;
            return true;
        }
    }
}
