namespace Criterion.Training;

/// <summary>The format of a picture file.</summary>
public enum ImageFormat
{
    /// <summary>Portable Network Graphics, which <see cref="Formats.Png"/> reads.</summary>
    Png,

    /// <summary>JPEG: baseline or progressive; grey, colour or CMYK.</summary>
    Jpeg,

    /// <summary>WebP: lossy or lossless, with or without alpha.</summary>
    WebP,

    /// <summary>Graphics Interchange Format.</summary>
    Gif,

    /// <summary>Windows bitmap.</summary>
    Bmp,
}
