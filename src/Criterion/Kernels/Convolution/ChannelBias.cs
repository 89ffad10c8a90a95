using System.Numerics;
using System.Numerics.Tensors;

namespace Criterion.Kernels;

/// <summary>Adds a number to every element of each channel of images [N, C, pixels], in place.</summary>
internal readonly struct ChannelBias<S> : IChunk
    where S : unmanaged, IBinaryFloatingPointIeee754<S>
{
    const int ChunkElements = 1 << 15;

    readonly Memory<S> _images;
    readonly ReadOnlyMemory<S> _bias;
    readonly int _pixels;
    readonly int _planesPerChunk;

    ChannelBias(Memory<S> images, ReadOnlyMemory<S> bias, int pixels)
    {
        _images = images;
        _bias = bias;
        _pixels = pixels;
        _planesPerChunk = Math.Max(1, ChunkElements / pixels);
    }

    /// <summary>Adds the bias; the planes of the images are a multiple of its channels. An empty bias adds nothing.</summary>
    public static void Add(Memory<S> images, int pixels, ReadOnlyMemory<S> bias)
    {
        if (images.Length > 0 && !bias.IsEmpty)
        {
            ChannelBias<S> chunks = new(images, bias, pixels);
            ParallelFor.Run((chunks.Planes + chunks._planesPerChunk - 1) / chunks._planesPerChunk, chunks);
        }
    }

    int Planes => _images.Length / _pixels;

    public void Run(int index)
    {
        int end = Math.Min((index + 1) * _planesPerChunk, Planes);
        for (int plane = index * _planesPerChunk; plane < end; plane++)
        {
            Span<S> pixels = _images.Span.Slice(plane * _pixels, _pixels);
            TensorPrimitives.Add(pixels, _bias.Span[plane % _bias.Length], pixels);
        }
    }
}
