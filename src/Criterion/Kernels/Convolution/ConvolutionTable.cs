using System.Runtime.CompilerServices;
using Criterion.Memory;

namespace Criterion.Kernels;

/// <summary>The positions of a batch of images: image, line and position along the line, each with its own stride.</summary>
internal readonly record struct ConvolutionGrid(
    int Images, int ImageStride, int Lines, int LineStride, int Positions, int PositionStride, int Origin = 0)
{
    public ConvolutionTable Table() => ConvolutionTable.Of(Images, ImageStride, Lines, LineStride, Positions, PositionStride, Origin);

    /// <summary>
    /// Returns the first positions of runs of <paramref name="length"/> that cover every line. The last run of a line is moved back to end
    /// with it; the overlap is computed twice, with the same result.
    /// </summary>
    public ConvolutionTable Runs(int length)
    {
        int runs = (Positions + length - 1) / length;
        int last = (Positions - length) * PositionStride;
        return ConvolutionTable.Of(Images, ImageStride, Lines, LineStride, runs, length * PositionStride, Origin, last);
    }

    /// <summary>Joins lines without gaps to one line.</summary>
    public ConvolutionGrid Joined() =>
        LineStride == Positions * PositionStride
            ? this with { Lines = 1, Positions = Lines * Positions }
            : this;
}

/// <summary>A pooled table of element offsets over a three-dimensional index, the last index fastest.</summary>
internal readonly record struct ConvolutionTable(Memory<int> Buffer, int Count)
{
    public ReadOnlySpan<int> Values => Buffer.Span[..Count];

    /// <summary>Computes offset(a, b, c) = origin + a·strideA + b·strideB + min(c·strideC, limitC).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static ConvolutionTable Of(
        int countA, int strideA, int countB, int strideB, int countC, int strideC, int origin = 0, int limitC = int.MaxValue)
    {
        Memory<int> buffer = BufferPool<int>.Rent(BufferSize.Of(countA, countB, countC));
        int count = countA * countB * countC;
        Span<int> values = buffer.Span;
        int i = 0;
        for (int a = 0; a < countA; a++)
        {
            for (int b = 0; b < countB; b++)
            {
                int offset = origin + (a * strideA) + (b * strideB);
                for (int c = 0; c < countC; c++)
                {
                    values[i++] = offset + Math.Min(c * strideC, limitC);
                }
            }
        }

        return new(buffer, count);
    }

    public void Return() => BufferPool<int>.Return(Buffer);
}
