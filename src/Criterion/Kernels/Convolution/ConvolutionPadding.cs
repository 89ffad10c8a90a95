using System.Runtime.CompilerServices;
using Criterion.Memory;

namespace Criterion.Kernels;

/// <summary>Planes of images with a border of zeros, so that windows need no bounds checks.</summary>
/// <remarks>Without a border, the planes are used in place and nothing is copied.</remarks>
internal readonly struct ConvolutionPadding<S>
    where S : unmanaged
{
    readonly Memory<S> _rented;

    ConvolutionPadding(ReadOnlyMemory<S> data, Memory<S> rented, int height, int width)
    {
        Data = data;
        _rented = rented;
        Height = height;
        Width = width;
    }

    public ReadOnlyMemory<S> Data { get; }

    public int Height { get; }

    public int Width { get; }

    public int Plane => Height * Width;

    public static ConvolutionPadding<S> Pad(
        ReadOnlyMemory<S> planes, int count, int height, int width, int top, int bottom, int left, int right)
    {
        if ((top | bottom | left | right) == 0)
        {
            return new(planes, default, height, width);
        }

        long elements = BufferSize.Of(count, (long)top + height + bottom, (long)left + width + right);
        Memory<S> padded = BufferPool<S>.Rent(elements);
        int paddedHeight = top + height + bottom;
        int paddedWidth = left + width + right;
        PadChunks chunks = new(planes, padded, count, height, width, paddedHeight, paddedWidth, top, left);
        ParallelFor.Run(chunks.Count, chunks);
        return new(padded, padded, paddedHeight, paddedWidth);
    }

    public void Return()
    {
        if (!_rented.IsEmpty)
        {
            BufferPool<S>.Return(_rented);
        }
    }

    /// <summary>Copies a few planes into cleared ones.</summary>
    readonly struct PadChunks(
        ReadOnlyMemory<S> source, Memory<S> target, int count, int height, int width, int paddedHeight, int paddedWidth, int top, int left)
        : IChunk
    {
        readonly int _planesPerChunk = Math.Max(1, (1 << 16) / Math.Max(1, paddedHeight * paddedWidth));

        public int Count => (count + _planesPerChunk - 1) / _planesPerChunk;

        public unsafe void Run(int index)
        {
            int plane = paddedHeight * paddedWidth;
            int end = Math.Min((index + 1) * _planesPerChunk, count);
            fixed (S* from = source.Span, to = target.Span)
            {
                for (int p = index * _planesPerChunk; p < end; p++)
                {
                    PadPlane(from + ((nint)p * height * width), to + ((nint)p * plane));
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        unsafe void PadPlane(S* from, S* to)
        {
            new Span<S>(to, paddedHeight * paddedWidth).Clear();
            to += (top * paddedWidth) + left;
            for (int row = 0; row < height; row++, from += width, to += paddedWidth)
            {
                MatrixProductPanel.Copy(from, to, width);
            }
        }
    }
}
