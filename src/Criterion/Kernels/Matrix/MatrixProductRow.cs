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

    TileStore Store => Accumulate ? TileStore.Add : TileStore.Overwrite;

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
        ConvolutionTable steps = ConvolutionTable.Of(1, 0, 1, 0, Matrix.Rows, Matrix.RowStride);
        Tiles<L> tiles = new(this, steps.Buffer);
        ParallelFor.Run(tiles.Count, tiles);
        steps.Return();
    }

    unsafe void Multiply<L>(GatheredRuns<S> tile, int runs, S* factors, S* target)
        where L : struct, ILane<L, S>
    {
        TileColumns<S> columns = new(factors, Row.ColumnStride, Row.Columns);
        if (runs == TileRuns)
        {
            MicroKernel<S, L>.Multiply<GatheredRuns<S>, Constant12, Constant1>(
                tile, columns, target, L.Width, Store);
            return;
        }

        for (int run = 0; run < runs; run++)
        {
            MicroKernel<S, L>.Multiply<GatheredRuns<S>, Constant1, Constant1>(
                tile.From(run, 0), columns, target + (run * L.Width), L.Width, Store);
        }
    }

    readonly struct Tiles<L>(MatrixProductRow<S> product, Memory<int> steps) : IChunk
        where L : struct, ILane<L, S>
    {
        public int Count => ((product.Matrix.Columns / L.Width) + TileRuns - 1) / TileRuns;

        public unsafe void Run(int index)
        {
            int first = index * TileRuns * L.Width;
            int runs = Math.Min(TileRuns, (product.Matrix.Columns - first) / L.Width);
            S** pointers = stackalloc S*[TileRuns];
            fixed (S* factors = product.Row.Data.Span, columns = product.Matrix.Data.Span, target = product.Destination.Span)
            fixed (int* offsets = steps.Span)
            {
                for (int run = 0; run < runs; run++)
                {
                    pointers[run] = columns + first + (run * L.Width);
                }

                product.Multiply<L>(new(pointers, offsets), runs, factors, target + first);
            }
        }
    }
}
