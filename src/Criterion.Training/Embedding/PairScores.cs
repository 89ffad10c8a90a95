using System.Numerics.Tensors;

namespace Criterion.Training;

/// <summary>
/// The cosines of all pairs of rows in falling order, in memory that does not grow with the number of pairs: they are computed again and
/// again, each time for as many of the next lower cosines as a buffer holds.
/// </summary>
/// <param name="rows">Rows of length 1, <c>[N, D]</c>.</param>
/// <param name="capacity">The pairs that the buffer holds; at least 1.</param>
internal sealed class PairScores(Tensor rows, int capacity = PairScores.Capacity)
{
    /// <summary>The pairs of 1,400 rows: 16 MiB.</summary>
    public const int Capacity = 1 << 20;

    // Two tiles of rows stay in the cache.
    const int Tile = 128;

    const int Bins = 1024;

    readonly int _count = rows.Shape[0];
    readonly int _width = rows.Shape[1];
    readonly double[] _rows = rows.To(DType.Float64).ToArray<double>();
    double[]? _scores;
    (int First, int Second)[]? _pairs;

    /// <summary>Visits all pairs (i, j) with i &lt; j: those of equal cosines together, the highest first.</summary>
    /// <param name="visit">Called with a cosine and the pairs that have it. Pairs of a cosine may come in several calls in a row.</param>
    /// <exception cref="ArgumentException">A cosine is NaN.</exception>
    public void Visit(PairVisitor visit) => Visit(double.NegativeInfinity, double.PositiveInfinity, visit);

    void Visit(double low, double high, PairVisitor visit)
    {
        Bin[] bins = Histogram(low, high);
        for (int to = bins.Length - 1; to >= 0;)
        {
            int from = to;
            Bin group = bins[to];
            while (from > 0 && group.Count + bins[from - 1].Count <= capacity)
            {
                group = group.Join(bins[--from]);
            }

            Visit(group, visit);
            to = from - 1;
        }
    }

    void Visit(Bin group, PairVisitor visit)
    {
        if (group.Count > capacity && group.Low < group.High)
        {
            Visit(group.Low, group.High, visit);
        }
        else if (group.Count > capacity)
        {
            Stream(group, visit);
        }
        else if (group.Count > 0)
        {
            List(group, visit);
        }
    }

    /// <summary>Counts the pairs of a range in bins of equal width between its lowest and highest cosine.</summary>
    Bin[] Histogram(double low, double high)
    {
        Bin all = Bin.Empty;
        Each((_, _, score) => all = score >= low && score <= high ? all.Add(score) : all);
        if (all.Count <= capacity || all.Low == all.High)
        {
            return [all];
        }

        double width = Math.Max((all.High - all.Low) / Bins, double.Epsilon);

        Bin[] bins = new Bin[Bins];
        Array.Fill(bins, Bin.Empty);
        Each((_, _, score) =>
        {
            if (score >= low && score <= high)
            {
                ref Bin bin = ref bins[Math.Min((int)((score - all.Low) / width), Bins - 1)];
                bin = bin.Add(score);
            }
        });
        return bins;
    }

    /// <summary>Sorts the pairs of a group.</summary>
    void List(Bin group, PairVisitor visit)
    {
        int listed = (int)group.Count;
        double[] scores = _scores ??= new double[Math.Min(capacity, (long)_count * (_count - 1) / 2)];
        (int, int)[] pairs = _pairs ??= new (int, int)[scores.Length];
        int at = 0;
        Each((i, j, score) =>
        {
            if (score >= group.Low && score <= group.High)
            {
                (scores[at], pairs[at++]) = (-score, (i, j));
            }
        });
        Array.Sort(scores, pairs, 0, listed);
        for (int from = 0, to; from < listed; from = to)
        {
            for (to = from + 1; to < listed && scores[to] == scores[from]; to++)
            {
            }

            visit(-scores[from], pairs.AsSpan(from, to - from));
        }
    }

    /// <summary>Visits more pairs of one cosine than the buffer holds.</summary>
    void Stream(Bin group, PairVisitor visit)
    {
        (int, int)[] one = new (int, int)[1];
        Each((i, j, score) =>
        {
            if (score == group.Low)
            {
                one[0] = (i, j);
                visit(score, one);
            }
        });
    }

    void Each(Action<int, int, double> visit)
    {
        for (int top = 0; top < _count; top += Tile)
        {
            for (int left = top; left < _count; left += Tile)
            {
                Each(top, left, visit);
            }
        }
    }

    void Each(int top, int left, Action<int, int, double> visit)
    {
        for (int i = top; i < Math.Min(top + Tile, _count); i++)
        {
            ReadOnlySpan<double> row = Row(i);
            for (int j = Math.Max(left, i + 1); j < Math.Min(left + Tile, _count); j++)
            {
                visit(i, j, Finite(TensorPrimitives.Dot(row, Row(j))));
            }
        }
    }

    ReadOnlySpan<double> Row(int place) => _rows.AsSpan(place * _width, _width);

    static double Finite(double cosine) => !double.IsNaN(cosine)
        ? cosine
        : throw new ArgumentException("EmbeddingQuality: the cosine of two embeddings is NaN. Pass finite embeddings.");

    /// <summary>The number of cosines of a range, the lowest and the highest of them.</summary>
    readonly record struct Bin(long Count, double Low, double High)
    {
        public static Bin Empty => new(0, double.PositiveInfinity, double.NegativeInfinity);

        public Bin Add(double score) => new(Count + 1, Math.Min(Low, score), Math.Max(High, score));

        public Bin Join(Bin other) => new(Count + other.Count, Math.Min(Low, other.Low), Math.Max(High, other.High));
    }
}

/// <summary>Visits pairs of rows with a cosine.</summary>
internal delegate void PairVisitor(double score, ReadOnlySpan<(int First, int Second)> pairs);
