using System.Buffers;
using Criterion.Formats;
using Criterion.Training;
using SkiaSharp;

namespace Criterion.Images;

/// <summary>Decodes JPEG, WebP, GIF and BMP files by SkiaSharp, whose JPEG pixels are those of libjpeg-turbo.</summary>
/// <remarks>
/// <para>Grey JPEGs have one channel; other pictures have three, or four if the format of the file has alpha. CMYK is converted to RGB, and
/// palettes are resolved. Of several frames the first one is decoded.</para>
/// <para>Truncated files and files without an end marker are errors. Bytes that were changed inside of the compressed data of a JPEG, GIF
/// or BMP may go unnoticed, because these formats have no checksums.</para>
/// </remarks>
/// <example><code>
/// ImageDecoders.Register(new SkiaImageDecoder());
/// ImageDataset photos = ImageDataset.Load("photos", size: 64, fit: ImageFit.Crop);
/// </code></example>
public sealed class SkiaImageDecoder : IImageDecoder
{
    // The limit of Png.
    const long MostPixels = 1L << 28;

    /// <inheritdoc/>
    public IReadOnlyCollection<ImageFormat> Formats { get; } =
        [ImageFormat.Jpeg, ImageFormat.WebP, ImageFormat.Gif, ImageFormat.Bmp];

    /// <inheritdoc/>
    public DecodedImage Decode(byte[] file)
    {
        ArgumentNullException.ThrowIfNull(file);
        using SKMemoryStream stream = Open(file);
        using SKCodec codec = SKCodec.Create(stream, out SKCodecResult result) ?? throw Damaged(result);
        SKImageInfo info = Layout(codec.Info);
        if (FileEnd.IsMissing(file))
        {
            throw Damaged(SKCodecResult.IncompleteInput);
        }

        byte[] pixels = ArrayPool<byte>.Shared.Rent(info.BytesSize);
        try
        {
            Read(codec, info, pixels);
            return new DecodedImage(Upright(pixels, info, codec.EncodedOrigin))
            {
                IsTurned = codec.EncodedOrigin is not (SKEncodedOrigin.Default or SKEncodedOrigin.TopLeft),
                IsAnimated = codec.FrameCount > 1,
            };
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(pixels);
        }
    }

    static SKMemoryStream Open(byte[] file)
    {
        try
        {
            return new SKMemoryStream(file);
        }
        catch (Exception e) when (e is DllNotFoundException or TypeInitializationException)
        {
            throw new TrainingException("SkiaImageDecoder: the native library of SkiaSharp cannot be loaded: "
                + $"{e.GetBaseException().Message} Add the package SkiaSharp.NativeAssets of this platform, or convert the pictures to "
                + "PNG.", e);
        }
    }

    // Without a colour space the pixels are those of the file.
    static SKImageInfo Layout(SKImageInfo info)
    {
        if ((long)info.Width * info.Height > MostPixels)
        {
            throw new DataFormatException($"has {info.Width}×{info.Height} pixels, more than 2²⁸");
        }

        return info.ColorType == SKColorType.Gray8
            ? new SKImageInfo(info.Width, info.Height, SKColorType.Gray8, SKAlphaType.Opaque, null)
            : new SKImageInfo(info.Width, info.Height, SKColorType.Rgba8888,
                info.AlphaType == SKAlphaType.Opaque ? SKAlphaType.Opaque : SKAlphaType.Unpremul, null);
    }

    static unsafe void Read(SKCodec codec, SKImageInfo info, byte[] pixels)
    {
        fixed (byte* first = pixels)
        {
            SKCodecResult result = codec.GetPixels(info, (nint)first);
            if (result != SKCodecResult.Success)
            {
                throw Damaged(result);
            }
        }
    }

    static DataFormatException Damaged(SKCodecResult result) => new(result switch
    {
        SKCodecResult.IncompleteInput => "is truncated",
        SKCodecResult.ErrorInInput or SKCodecResult.InvalidInput => "is damaged",
        SKCodecResult.Unimplemented => "uses a feature that cannot be decoded",
        _ => $"cannot be decoded ({result})",
    });

    // From interleaved pixels of the file to upright planes.
    static Tensor Upright(byte[] pixels, SKImageInfo info, SKEncodedOrigin origin)
    {
        Orientation turn = Orientation.Of(origin, info.Width, info.Height);
        int channels = info.ColorType == SKColorType.Gray8 ? 1 : info.AlphaType == SKAlphaType.Opaque ? 3 : 4;
        Tensor planes = Tensor.Empty([channels, turn.Height, turn.Width], DType.UInt8);
        Span<byte> all = planes.AsSpan<byte>();
        for (int channel = 0; channel < channels; channel++)
        {
            int plane = turn.Height * turn.Width;
            Copy(pixels.AsSpan(channel), info.BytesPerPixel, turn, all.Slice(channel * plane, plane));
        }

        return planes;
    }

    static void Copy(ReadOnlySpan<byte> from, int bytesPerPixel, in Orientation turn, Span<byte> plane)
    {
        int step = turn.StepX * bytesPerPixel;
        for (int y = 0; y < turn.Height; y++)
        {
            int at = (turn.First + (y * turn.StepY)) * bytesPerPixel;
            foreach (ref byte pixel in plane.Slice(y * turn.Width, turn.Width))
            {
                pixel = from[at];
                at += step;
            }
        }
    }
}
