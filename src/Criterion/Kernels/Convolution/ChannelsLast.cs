using System.Runtime.CompilerServices;
using Criterion.Memory;

namespace Criterion.Kernels;

/// <summary>
/// A copy of images with the channels of a pixel contiguous and padded to whole lanes, inside a border of zeros, and the largest exponent
/// of its values in cells of some pixels.
/// </summary>
internal readonly struct ChannelsLast<S>
    where S : unmanaged
{
    ChannelsLast(Memory<S> data, int lines, int height, int width, int channels)
    {
        Data = data;
        Height = height;
        Width = width;
        Channels = channels;
        Exponents = BufferPool<int>.Rent(checked(lines * CellsPerLine));
    }

    public Memory<S> Data { get; }

    /// <summary>The largest exponent of each cell, line after line; see <see cref="DynamicRange"/>.</summary>
    Memory<int> Exponents { get; }

    int CellPixels => Math.Max(1, DynamicRange.CellLength / Channels);

    int CellsPerLine => (Width + CellPixels - 1) / CellPixels;

    public int Height { get; }

    public int Width { get; }

    /// <summary>The channels of the copy: those of the images, then zeros.</summary>
    public int Channels { get; }

    public int RowStride => Width * Channels;

    public int ImageStride => Height * RowStride;

    /// <summary>Returns the channels in memory: a whole number of the widest registers.</summary>
    public static int Padded(int channels) => MatrixProduct.RoundUp(channels, 64 / Unsafe.SizeOf<S>());

    /// <summary>
    /// Copies images [count, channels, height, width] into a frame of the given size, with <paramref name="border"/> zeros before them.
    /// </summary>
    public static ChannelsLast<S> Of(ReadOnlyMemory<S> images, int count, int channels, Size2 image, Size2 border, Size2 frame)
    {
        int padded = Padded(channels);
        ChannelsLast<S> copy = new(
            BufferPool<S>.Rent(BufferSize.Of(count, padded, BufferSize.Of(frame.Height, frame.Width))),
            count * frame.Height,
            frame.Height,
            frame.Width,
            padded);
        LineChunks lines = new(images, copy, count, channels, image, border);
        ParallelFor.Run(lines.Count, lines);
        return copy;
    }

    /// <summary>Returns whether an image's values are too uneven for sums that mix neighbouring pixels.</summary>
    public bool IsUneven(int image) =>
        DynamicRange.IsUneven<S>(Exponents.Span.Slice(image * Height * CellsPerLine, Height * CellsPerLine));

    /// <summary>Clears images.</summary>
    public void Clear(int image, int count) => Data.Span.Slice(image * ImageStride, count * ImageStride).Clear();

    public void Return()
    {
        BufferPool<S>.Return(Data);
        BufferPool<int>.Return(Exponents);
    }

    /// <summary>Some lines of the frame; enough in a chunk to be worth a thread.</summary>
    readonly struct LineChunks(ReadOnlyMemory<S> images, ChannelsLast<S> copy, int count, int channels, Size2 image, Size2 border) : IChunk
    {
        readonly int _linesPerChunk = Math.Max(1, (1 << 15) / copy.RowStride);

        public int Count => ((count * copy.Height) + _linesPerChunk - 1) / _linesPerChunk;

        public unsafe void Run(int index)
        {
            int end = Math.Min((index + 1) * _linesPerChunk, count * copy.Height);
            fixed (S* from = images.Span, to = copy.Data.Span)
            fixed (int* exponents = copy.Exponents.Span)
            {
                for (int line = index * _linesPerChunk; line < end; line++)
                {
                    (int number, int y) = Math.DivRem(line, copy.Height);
                    S* first = from + ((nint)number * channels * image.Height * image.Width);
                    CopyLine(first, y - border.Height, to + ((nint)line * copy.RowStride));
                    Measure(to + ((nint)line * copy.RowStride), exponents + ((nint)line * copy.CellsPerLine));
                }
            }
        }

        unsafe void Measure(S* line, int* exponents)
        {
            int cell = copy.CellPixels * copy.Channels;
            for (int i = 0; i < copy.RowStride; i += cell)
            {
                *exponents++ = DynamicRange.LargestExponent(line + i, Math.Min(cell, copy.RowStride - i));
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        unsafe void CopyLine(S* source, int y, S* target)
        {
            bool inside = y >= 0 && y < image.Height;
            int pixels = inside ? Math.Min(image.Width, copy.Width - border.Width) : 0;
            int before = inside ? border.Width : 0;
            new Span<S>(target, before * copy.Channels).Clear();
            target += before * copy.Channels;
            new Span<S>(target + (pixels * copy.Channels), (copy.Width - before - pixels) * copy.Channels).Clear();
            if (inside)
            {
                MatrixProductPanel.Pack(
                    source + ((nint)y * image.Width), 1, image.Height * image.Width, pixels, channels, target, copy.Channels);
            }
        }
    }
}
