using System.Numerics;
using Criterion.Kernels;

namespace Criterion.Formulas;

/// <summary>The logarithm of the sum of exponentials, the softmax or its logarithm for rows along the last dimension of a contiguous tensor.</summary>
internal static class SoftmaxRowsDriver
{
    /// <summary>Writes what there is a tensor for.</summary>
    /// <param name="x">The rows.</param>
    /// <param name="logSum">Takes ln Σ eˣ of each row, or null.</param>
    /// <param name="softmax">Takes eˣ / Σ eˣ, or null.</param>
    /// <param name="logSoftmax">Takes x − ln Σ eˣ, or null.</param>
    /// <param name="ofNothing">The softmax of a row of −∞ only.</param>
    public static void Run(Tensor x, Tensor? logSum = null, Tensor? softmax = null, Tensor? logSoftmax = null, double ofNothing = double.NaN) =>
        WidestLane.Run(new Task(x, logSum, softmax, logSoftmax, ofNothing), x.DType);

    readonly struct Task(Tensor x, Tensor? logSum, Tensor? softmax, Tensor? logSoftmax, double ofNothing) : ILaneTask
    {
        public void Run<S, L>()
            where S : unmanaged, IBinaryFloatingPointIeee754<S>
            where L : struct, ILane<L, S>
        {
            int length = x.Shape[-1];
            int rows = x.Count / length;
            int rowsPerChunk = Math.Max(1, MapDriver.ChunkLength / length);
            ParallelFor.Run((rows + rowsPerChunk - 1) / rowsPerChunk, new Chunk<S, L>(
                x.Memory<S>(), Memory<S>(logSum), Memory<S>(softmax), Memory<S>(logSoftmax), ofNothing, length, rows, rowsPerChunk));
        }

        static Memory<S> Memory<S>(Tensor? tensor)
            where S : unmanaged => tensor?.Memory<S>() ?? default;
    }

    readonly struct Chunk<S, L>(
        Memory<S> x, Memory<S> logSum, Memory<S> softmax, Memory<S> logSoftmax, double ofNothing, int length, int rows, int rowsPerChunk) : IChunk
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
        where L : struct, ILane<L, S>
    {
        public void Run(int index)
        {
            int padded = (length + L.Width - 1) / L.Width * L.Width;
            Memory<S> scratch = BufferPool<S>.Rent(2 * padded);
            int end = Math.Min(rows, (index + 1) * rowsPerChunk);
            for (int row = index * rowsPerChunk; row < end; row++)
            {
                RunRow(row, scratch.Span[..padded], scratch.Span.Slice(padded, padded));
            }

            BufferPool<S>.Return(scratch);
        }

        void RunRow(int row, Span<S> shifted, Span<S> exponentials)
        {
            ReadOnlySpan<S> own = x.Span.Slice(row * length, length);
            Normal normal = SoftmaxKernel<S, L>.Exponentials(own, shifted, exponentials, keeps: true, default);
            bool isNothing = double.IsNegativeInfinity(normal.Peak) && own.IndexOfAnyExcept(S.NegativeInfinity) < 0;
            if (!logSum.IsEmpty)
            {
                logSum.Span[row] = isNothing ? S.NegativeInfinity : S.CreateTruncating(normal.Peak + normal.Log);
            }

            if (!softmax.IsEmpty)
            {
                Span<S> result = softmax.Span.Slice(row * length, length);
                Write(exponentials, scale: normal.Inverse, shift: 0, result);
                if (isNothing)
                {
                    result.Fill(S.CreateTruncating(ofNothing));
                }
            }

            if (!logSoftmax.IsEmpty)
            {
                Write(shifted, scale: 1, -normal.Log, logSoftmax.Span.Slice(row * length, length));
            }
        }

        static void Write(ReadOnlySpan<S> from, double scale, double shift, Span<S> to)
        {
            (S factor, S term) = (S.CreateTruncating(scale), S.CreateTruncating(shift));
            for (int i = 0; i < to.Length; i++)
            {
                to[i] = (from[i] * factor) + term;
            }
        }
    }
}
