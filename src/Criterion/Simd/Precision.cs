using System.Numerics;
using System.Numerics.Tensors;

namespace Criterion.Simd;

/// <summary>Converts rows of floats or doubles to doubles and back.</summary>
internal static unsafe class Precision
{
    const int BlockLength = 256;

    /// <summary>Converts a row to doubles.</summary>
    public static void Widen<S>(ReadOnlySpan<S> row, double* result)
        where S : unmanaged, IBinaryFloatingPointIeee754<S> =>
        TensorPrimitives.ConvertTruncating(row, new Span<double>(result, row.Length));

    /// <summary>Converts doubles to a row; with <paramref name="add"/> adds the rounded numbers to it.</summary>
    public static void Narrow<S>(double* values, Span<S> row, bool add)
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
    {
        if (!add)
        {
            TensorPrimitives.ConvertTruncating(new ReadOnlySpan<double>(values, row.Length), row);
            return;
        }

        Span<S> rounded = stackalloc S[BlockLength];
        for (int i = 0; i < row.Length; i += BlockLength)
        {
            Span<S> block = row[i..Math.Min(i + BlockLength, row.Length)];
            TensorPrimitives.ConvertTruncating(new ReadOnlySpan<double>(values + i, block.Length), rounded);
            TensorPrimitives.Add(block, rounded[..block.Length], block);
        }
    }
}
