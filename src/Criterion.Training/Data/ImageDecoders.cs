using System.Collections.Immutable;

namespace Criterion.Training;

/// <summary>The decoders by which data sets read pictures of formats other than PNG.</summary>
/// <example><code>
/// ImageDecoders.Register(new SkiaImageDecoder());
/// </code></example>
public static class ImageDecoders
{
    static ImmutableDictionary<ImageFormat, IImageDecoder> s_decoders = ImmutableDictionary<ImageFormat, IImageDecoder>.Empty;

    /// <summary>
    /// Makes a decoder read all pictures of its formats in this process, in place of any that was registered for them before.
    /// <see cref="Formats.Png"/> always reads PNGs.
    /// </summary>
    public static void Register(IImageDecoder decoder)
    {
        ArgumentNullException.ThrowIfNull(decoder);
        ImmutableInterlocked.Update(
            ref s_decoders,
            static (all, added) => all.SetItems(added.Formats.Select(format => KeyValuePair.Create(format, added))),
            decoder);
    }

    /// <summary>Returns the decoder of a format; null if none is registered.</summary>
    internal static IImageDecoder? For(ImageFormat format) => Volatile.Read(ref s_decoders).GetValueOrDefault(format);
}
