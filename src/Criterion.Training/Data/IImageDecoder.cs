using Criterion.Formats;

namespace Criterion.Training;

/// <summary>Decodes pictures of formats other than PNG. Criterion.Images has one for JPEG, WebP, GIF and BMP.</summary>
/// <remarks>Several threads call it at once.</remarks>
public interface IImageDecoder
{
    /// <summary>Gets the formats that it decodes.</summary>
    IReadOnlyCollection<ImageFormat> Formats { get; }

    /// <summary>Decodes a picture, turned as its EXIF orientation requires. Colour profiles are not applied.</summary>
    /// <param name="file">The content of the file.</param>
    /// <exception cref="DataFormatException">
    /// The content is damaged; the message is a clause that continues "the JPEG", such as "is truncated".
    /// </exception>
    DecodedImage Decode(byte[] file);
}

/// <summary>A picture as a decoder returns it.</summary>
public sealed record DecodedImage
{
    /// <summary>Initializes the picture.</summary>
    /// <param name="pixels">UInt8 <c>[C, H, W]</c>: one channel is grey, three are RGB, four RGB and alpha, not premultiplied.</param>
    public DecodedImage(Tensor pixels) => Pixels = pixels;

    /// <summary><inheritdoc cref="DecodedImage(Tensor)" path="/param[@name='pixels']/node()"/></summary>
    public Tensor Pixels { get; init; }

    /// <summary>Gets whether the pixels were turned or mirrored, as the EXIF orientation requires.</summary>
    public bool IsTurned { get; init; }

    /// <summary>Gets whether the file has more frames than the first one, which was decoded.</summary>
    public bool IsAnimated { get; init; }
}
