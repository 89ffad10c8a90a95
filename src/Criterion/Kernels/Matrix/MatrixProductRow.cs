using System.Numerics;
using System.Runtime.CompilerServices;
using Criterion.Simd;

namespace Criterion.Kernels;

/// <summary>
/// One row times a matrix of contiguous rows, which is read once, in place: a tile is 12 runs of columns, side by side.
/// </summary>
internal readonly record struct MatrixProductRow<S>(MatrixView<S> Row, MatrixView<S> Matrix, Memory<S> Destination, bool Accumulate)
    : ILaneTask<S>
    where S : unmanaged, IBinaryFloatingPointIeee754<S>
{
    const int TileRuns = 12;

    /// <summary>The rows of the matrix that are read at a time: sums are added to the destination after each.</summary>
    const int StepsAtOnce = 32;

    /// <summary>The most tiles of a stripe: their part of the destination stays in the nearest cache.</summary>
    const int MostTiles = 16;

    const int StripesPerThread = 2;
    const int CacheLine = 64;

    /// <summary>Multiplies the columns that fill whole registers, and returns their number.</summary>
    public static int Multiply(MatrixView<S> row, MatrixView<S> matrix, Memory<S> destination, bool accumulate)
    {
        int lanes = WidestLane.Bytes / Unsafe.SizeOf<S>();
        int columns = matrix.Columns / lanes * lanes;
        WidestLane.Run<MatrixProductRow<S>, S>(new(row, matrix with { Columns = columns }, destination, accumulate));
        return columns;
    }

    public void Run<L>()
        where L : struct, ILane<L, S>
    {
        ConvolutionTable steps = ConvolutionTable.Of(1, 0, 1, 0, StepsAtOnce, Matrix.RowStride);
        Stripes<L> stripes = new(this, steps.Buffer);
        ParallelFor.Run(stripes.Count, stripes);
        steps.Return();
    }

    unsafe void Multiply<L>(GatheredRuns<S> tile, int runs, TileColumns<S> factors, S* target, TileStore store)
        where L : struct, ILane<L, S>
    {
        if (runs == TileRuns)
        {
            MicroKernel<S, L>.Multiply<GatheredRuns<S>, Constant12, Constant1>(tile, factors, target, L.Width, store);
            return;
        }

        for (int run = 0; run < runs; run++)
        {
            MicroKernel<S, L>.Multiply<GatheredRuns<S>, Constant1, Constant1>(
                tile.Skip(run), factors, target + (run * L.Width), L.Width, store);
        }
    }

    /// <summary>Stripes of columns, of which some rows are read at a time: whole pages where one thread computes all columns.</summary>
    readonly struct Stripes<L>(MatrixProductRow<S> product, Memory<int> steps) : IChunk
        where L : struct, ILane<L, S>
    {
        readonly int _tiles = ((product.Matrix.Columns / L.Width) + TileRuns - 1) / TileRuns;

        readonly int _tilesPerStripe = TilesPerStripe(product.Matrix.Columns / (L.Width * TileRuns));

        public int Count => (_tiles + _tilesPerStripe - 1) / _tilesPerStripe;

        static int TilesPerStripe(int tiles) => ParallelFor.ThreadsHere == 1
            ? MostTiles
            : Math.Clamp(tiles / (StripesPerThread * ParallelFor.ThreadsHere), 1, MostTiles);

        static int TileColumns => TileRuns * L.Width;

        /// <summary>
        /// Prefetches some columns of a few rows in the order of the memory. Tiles read their rows apart, which is slow for a matrix that
        /// is in no cache.
        /// </summary>
        unsafe void PrefetchRows(S* rows, int count, int first, int end)
        {
            for (int row = 0; row < count; row++, rows += product.Matrix.RowStride)
            {
                for (int column = first; column < end; column += CacheLine / sizeof(S))
                {
                    Prefetch.Line(in *rows, column);
                }
            }
        }

        public unsafe void Run(int index)
        {
            int end = Math.Min(_tiles, (index + 1) * _tilesPerStripe);
            S** pointers = stackalloc S*[TileRuns];
            fixed (S* factors = product.Row.Data.Span, matrix = product.Matrix.Data.Span, target = product.Destination.Span)
            fixed (int* offsets = steps.Span)
            {
                int k = 0;
                do
                {
                    TileColumns<S> some = new(
                        factors + ((nint)k * product.Row.ColumnStride), product.Row.ColumnStride,
                        Math.Min(StepsAtOnce, product.Matrix.Rows - k));
                    TileStore store = product.Accumulate || k > 0 ? TileStore.Add : TileStore.Overwrite;
                    S* rows = matrix + ((nint)k * product.Matrix.RowStride);
                    PrefetchRows(
                        rows, some.Depth, index * _tilesPerStripe * TileColumns, Math.Min(product.Matrix.Columns, end * TileColumns));
                    for (int tile = index * _tilesPerStripe; tile < end; tile++)
                    {
                        int first = tile * TileColumns;
                        int runs = Math.Min(TileRuns, (product.Matrix.Columns - first) / L.Width);
                        for (int run = 0; run < runs; run++)
                        {
                            pointers[run] = rows + first + (run * L.Width);
                        }

                        product.Multiply<L>(new(pointers, offsets), runs, some, target + first, store);
                    }

                    k += StepsAtOnce;
                }
                while (k < product.Matrix.Rows);
            }
        }
    }
}
