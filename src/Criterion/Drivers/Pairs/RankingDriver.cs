using System.Numerics.Tensors;
using Criterion.Kernels;
using Criterion.Memory;

namespace Criterion.Drivers;

/// <summary>
/// Ranks a gallery for each query: a block of queries at a time, with a parallel product and then the queries in parallel. Each query is
/// computed by itself, so that results have the same bits on any number of threads.
/// </summary>
/// <param name="queries">The queries.</param>
/// <param name="queryLabels">Their labels.</param>
/// <param name="gallery">The items to rank; the same object as the queries if each query is excluded from its own ranking.</param>
/// <param name="galleryLabels">Their labels.</param>
/// <param name="scores">The measures to compute.</param>
internal sealed class RankingDriver(
    RankedRows queries, ItemLabels queryLabels, RankedRows gallery, ItemLabels galleryLabels, RankingScores scores)
{
    /// <summary>The similarities of a block: 32 MB.</summary>
    const int BlockNumbers = 1 << 22;
    const int MaxRows = 256;
    const int Stripe = 4096;

    readonly int _rows = Math.Clamp(BlockNumbers / gallery.Count, 2, MaxRows);

    bool IsOneSet => ReferenceEquals(queries, gallery);

    public void Run()
    {
        Memory<double> block = BufferPool<double>.Rent(BufferSize.Of(_rows, gallery.Count));
        for (int first = 0; first < queries.Count; first += _rows)
        {
            int rows = Math.Min(_rows, queries.Count - first);
            Multiply(first, Math.Max(2, rows), block);
            ParallelFor.Run(rows, new Rows(this, first, Math.Max(2, rows), block));
        }

        BufferPool<double>.Return(block);
    }

    /// <summary>Computes the products of some queries with all items: the stripes one after another, each <c>[rows, columns]</c>.</summary>
    void Multiply(int first, int rows, Memory<double> block)
    {
        MatrixView<double> x = queries.View(first, rows);
        for (int column = 0; column < gallery.Count; column += Stripe)
        {
            int columns = Math.Min(Stripe, gallery.Count - column);
            MatrixProduct.Multiply(x, gallery.View(column, columns).Transposed, block.Slice(rows * column, rows * columns));
        }
    }

    void RankQuery(int query, int row, int rows, ReadOnlySpan<double> block)
    {
        Memory<double> rented = BufferPool<double>.Rent(gallery.Count);
        Memory<bool> flags = BufferPool<bool>.Rent(gallery.Count);
        Span<double> similarities = rented.Span[..gallery.Count];
        Span<bool> isRelevant = flags.Span[..gallery.Count];
        Gather(row, rows, block, similarities);
        galleryLabels.Match(queryLabels[query], isRelevant);
        if (IsOneSet)
        {
            isRelevant[query] = false;
        }

        int relevant = isRelevant.Count(true);
        if (relevant > 0)
        {
            using Ranking ranking = new(similarities, isRelevant, relevant, excluded: IsOneSet ? query : -1);
            scores.Measure(query, ranking);
        }

        BufferPool<bool>.Return(flags);
        BufferPool<double>.Return(rented);
    }

    /// <summary>Copies the similarities of one query out of the stripes.</summary>
    void Gather(int row, int rows, ReadOnlySpan<double> block, Span<double> similarities)
    {
        for (int column = 0; column < gallery.Count; column += Stripe)
        {
            int columns = Math.Min(Stripe, gallery.Count - column);
            TensorPrimitives.Add(
                block.Slice((rows * column) + (row * columns), columns), gallery.Offsets(column, columns), similarities[column..]);
        }
    }

    readonly struct Rows(RankingDriver driver, int first, int rows, Memory<double> block) : IChunk
    {
        public void Run(int index) => driver.RankQuery(first + index, index, rows, block.Span);
    }
}
