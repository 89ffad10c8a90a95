using SkiaSharp;

namespace Criterion.Images;

/// <summary>The order in which the pixels of a file are read, so that the picture is upright.</summary>
/// <param name="Height">The height of the upright picture.</param>
/// <param name="Width">The width of the upright picture.</param>
/// <param name="First">The index in the file of the top left pixel.</param>
/// <param name="StepX">The distance in the file to the pixel on the right.</param>
/// <param name="StepY">The distance in the file to the pixel below.</param>
/// <remarks>Source: EXIF 2.32, tag 0x0112, Orientation.</remarks>
internal readonly record struct Orientation(int Height, int Width, int First, int StepX, int StepY)
{
    /// <summary>Returns the order for an orientation of EXIF.</summary>
    /// <param name="origin">The corner of the upright picture in which the first pixel of the file is, rows before columns.</param>
    /// <param name="width">The width of the picture in the file.</param>
    /// <param name="height">The height of the picture in the file.</param>
    public static Orientation Of(SKEncodedOrigin origin, int width, int height)
    {
        (int right, int bottom) = (width - 1, (height - 1) * width);
        return origin switch
        {
            SKEncodedOrigin.TopRight => new(height, width, right, -1, width),
            SKEncodedOrigin.BottomRight => new(height, width, bottom + right, -1, -width),
            SKEncodedOrigin.BottomLeft => new(height, width, bottom, 1, -width),
            SKEncodedOrigin.LeftTop => new(width, height, 0, width, 1),
            SKEncodedOrigin.RightTop => new(width, height, bottom, -width, 1),
            SKEncodedOrigin.RightBottom => new(width, height, bottom + right, -width, -1),
            SKEncodedOrigin.LeftBottom => new(width, height, right, width, -1),
            _ => new(height, width, 0, 1, width),
        };
    }
}
