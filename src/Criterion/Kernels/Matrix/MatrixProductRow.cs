using System.Numerics;
using System.Runtime.Intrinsics;

namespace Criterion.Kernels;

/// <summary>
/// One row times a matrix of contiguous rows, which is read once, where it lies: a tile is 12 runs of columns, side by side.
/// </summary>
internal readonly struct MatrixProductRow<S>(MatrixView<S> row, MatrixView<S> matrix, Memory<int> steps, Memory<S> destination, bool accumulate)
    : IChunk
    where S : unmanaged, IFloatingPoint<S>
{
    const int TileRuns = 12;

    public static unsafe int Lanes => MatrixProductBlock.RegisterBytes / sizeof(S);

    public int Count => ((matrix.Columns / Lanes) + TileRuns - 1) / TileRuns;

    /// <summary>Multiplies with the columns that fill whole registers, and tells how many those are.</summary>
    public static int Multiply(MatrixView<S> row, MatrixView<S> matrix, Memory<S> destination, bool accumulate)
    {
        int columns = matrix.Columns / Lanes * Lanes;
        ConvolutionTable steps = ConvolutionTable.Of(1, 0, 1, 0, matrix.Rows, matrix.RowStride);
        MatrixProductRow<S> chunks = new(row, matrix with { Columns = columns }, steps.Buffer, destination, accumulate);
        ParallelFor.Run(chunks.Count, chunks);
        steps.Return();
        return columns;
    }

    public void Run(int index)
    {
        switch (MatrixProductBlock.RegisterBytes)
        {
            case 64:
                Run<Vector512<S>, Lanes512<S>>(index);
                break;
            case 32:
                Run<Vector256<S>, Lanes256<S>>(index);
                break;
            default:
                Run<Vector128<S>, Lanes128<S>>(index);
                break;
        }
    }

    unsafe void Run<V, TLanes>(int index)
        where V : unmanaged
        where TLanes : ILanes<S, V>
    {
        int first = index * TileRuns * Lanes;
        int runs = Math.Min(TileRuns, (matrix.Columns - first) / Lanes);
        S** pointers = stackalloc S*[TileRuns];
        fixed (S* factors = row.Data.Span, columns = matrix.Data.Span, target = destination.Span)
        fixed (int* offsets = steps.Span)
        {
            for (int run = 0; run < runs; run++)
            {
                pointers[run] = columns + first + (run * Lanes);
            }

            GatheredRuns<S> tile = new(pointers, offsets);
            if (runs == TileRuns)
            {
                MicroKernel<S, V, TLanes>.Multiply<GatheredRuns<S>, Twelve, One>(
                    tile, factors, row.ColumnStride, row.Columns, target + first, Lanes, accumulate);
                return;
            }

            for (int run = 0; run < runs; run++)
            {
                MicroKernel<S, V, TLanes>.Multiply<GatheredRuns<S>, One, One>(
                    tile.From(run, 0), factors, row.ColumnStride, row.Columns, target + first + (run * Lanes), Lanes, accumulate);
            }
        }
    }
}
