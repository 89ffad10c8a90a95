using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Criterion.Kernels;

/// <summary>Copies elements between two layouts of the same shape.</summary>
internal static class StridedCopy
{
    const int ChunkLength = 16384;

    // The least number of rows of a transpose that are copied together, so that a cache line of the source is read once.
    const int Block = 16;

    /// <summary>Copies every element of the shape <paramref name="dims"/>; strides are in elements.</summary>
    public static void Run<T>(
        ReadOnlySpan<int> dims,
        Memory<T> source,
        ReadOnlySpan<int> sourceStrides,
        Memory<T> destination,
        ReadOnlySpan<int> destinationStrides)
        where T : unmanaged
    {
        (int[] sizes, int[] from, int[] to) = Collapse(dims, sourceStrides, destinationStrides);
        int last = sizes.Length - 1;
        int outer = 1;
        foreach (int size in sizes.AsSpan(0, last))
        {
            outer *= size;
        }

        if (outer == 0 || sizes[last] == 0)
        {
            return;
        }

        bool isTranspose = last > 0 && from[last - 1] == 1 && from[last] != 1;
        int rows = Math.Max(isTranspose ? Block : 1, ChunkLength / sizes[last]);
        ParallelFor.Run((outer + rows - 1) / rows, new CopyChunks<T>(sizes, from, to, outer, rows, source, destination));
    }

    /// <summary>Joins neighbouring dimensions over which both layouts step evenly, and drops those of size 1.</summary>
    static (int[] Dims, int[] From, int[] To) Collapse(ReadOnlySpan<int> dims, ReadOnlySpan<int> from, ReadOnlySpan<int> to)
    {
        Span<int> sizes = stackalloc int[dims.Length + 1];
        Span<int> sources = stackalloc int[dims.Length + 1];
        Span<int> destinations = stackalloc int[dims.Length + 1];
        (sizes[0], sources[0], destinations[0]) = (1, 0, 0);
        int last = 0;
        for (int i = 0; i < dims.Length; i++)
        {
            if (dims[i] == 1)
            {
                continue;
            }

            bool joins = sizes[last] == 1 || (sources[last] == from[i] * dims[i] && destinations[last] == to[i] * dims[i]);
            last += joins ? 0 : 1;
            sizes[last] = joins ? sizes[last] * dims[i] : dims[i];
            (sources[last], destinations[last]) = (from[i], to[i]);
        }

        last++;
        return (sizes[..last].ToArray(), sources[..last].ToArray(), destinations[..last].ToArray());
    }

    readonly struct CopyChunks<T>(int[] dims, int[] from, int[] to, int outer, int rows, Memory<T> source, Memory<T> destination) : IChunk
        where T : unmanaged
    {
        public void Run(int index)
        {
            int last = dims.Length - 1;
            ref T read = ref MemoryMarshal.GetReference(source.Span);
            ref T write = ref MemoryMarshal.GetReference(destination.Span);
            int end = Math.Min(outer, (index + 1) * rows);
            int count = 1;
            for (int row = index * rows; row < end; row += count)
            {
                int rest = row;
                nint at = 0;
                nint into = 0;
                for (int d = last - 1; d >= 0; d--)
                {
                    (rest, int i) = Math.DivRem(rest, dims[d]);
                    at += i * from[d];
                    into += i * to[d];
                }

                // Successive rows along a dimension whose stride in the source is 1.
                bool isBlock = last > 0 && from[last - 1] == 1 && from[last] != 1 && to[last] == 1;
                count = isBlock ? Math.Min(end - row, dims[last - 1] - (row % dims[last - 1])) : 1;
                if (count > 1)
                {
                    CopyBlock(ref Unsafe.Add(ref read, at), from[last], ref Unsafe.Add(ref write, into), to[last - 1], dims[last], count);
                    continue;
                }

                CopyRow(ref Unsafe.Add(ref read, at), from[last], ref Unsafe.Add(ref write, into), to[last], dims[last]);
            }
        }

        // A transpose: neighbours in the source are in different rows of the destination.
        static unsafe void CopyBlock(ref T source, nint step, ref T destination, nint stride, int length, int count)
        {
            fixed (T* from = &source, to = &destination)
            {
                MatrixTranspose.Run(from, step, to, stride, length, count);
            }
        }

        static void CopyRow(ref T source, nint step, ref T destination, nint stride, int length)
        {
            if (step == 1 && stride == 1)
            {
                MemoryMarshal.CreateReadOnlySpan(ref source, length).CopyTo(MemoryMarshal.CreateSpan(ref destination, length));
                return;
            }

            for (nint i = 0; i < length; i++)
            {
                Unsafe.Add(ref destination, i * stride) = Unsafe.Add(ref source, i * step);
            }
        }
    }
}
