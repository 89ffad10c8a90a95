using System.Numerics;
using System.Numerics.Tensors;
using Criterion.Memory;

namespace Criterion.Kernels;

/// <summary>
/// The product of one column and one row: each row of the destination is the right row times a number. There is nothing to sum, so that
/// rows are written along, faster than tiles.
/// </summary>
internal readonly struct ProductOuter<S>(MatrixView<S> left, ReadOnlyMemory<S> right, Memory<S> destination, bool accumulate) : IChunk
    where S : unmanaged, IBinaryFloatingPointIeee754<S>
{
    const int ElementsPerChunk = 1 << 15;

    readonly int _columns = right.Length;
    readonly int _rows = Math.Max(1, ElementsPerChunk / right.Length);

    int Count => (left.Rows + _rows - 1) / _rows;

    public static void Multiply(MatrixView<S> left, MatrixView<S> right, Memory<S> destination, bool accumulate)
    {
        Memory<S> row = BufferPool<S>.Rent(right.Columns);
        for (int column = 0; column < right.Columns; column++)
        {
            row.Span[column] = right.Data.Span[column * right.ColumnStride];
        }

        ProductOuter<S> product = new(left, row[..right.Columns], destination, accumulate);
        ParallelFor.Run(product.Count, product);
        BufferPool<S>.Return(row);
    }

    public void Run(int index)
    {
        int end = Math.Min(left.Rows, (index + 1) * _rows);
        for (int row = index * _rows; row < end; row++)
        {
            S factor = left.Data.Span[row * left.RowStride];
            Span<S> target = destination.Span.Slice(row * _columns, _columns);
            if (accumulate)
            {
                TensorPrimitives.MultiplyAdd(right.Span, factor, target, target);
            }
            else
            {
                TensorPrimitives.Multiply(right.Span, factor, target);
            }
        }
    }
}
