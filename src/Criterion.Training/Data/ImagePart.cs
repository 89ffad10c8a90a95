namespace Criterion.Training;

/// <summary>The changes that loading makes to images.</summary>
[Flags]
internal enum ImageChanges
{
    /// <summary>No change.</summary>
    None = 0,

    /// <summary>Transparent pixels were blended with the background.</summary>
    LaidOnBackground = 1,

    /// <summary>Samples of 16 bits were rounded to 8.</summary>
    Rounded = 2,

    /// <summary>Images of 28×28 were padded to 32×32.</summary>
    Padded = 4,

    /// <summary>Images were resized.</summary>
    Resized = 8,

    /// <summary>Images were stretched to other proportions.</summary>
    Stretched = 16,

    /// <summary>The square at the centre was cut out.</summary>
    Cropped = 32,

    /// <summary>Borders were filled with the background.</summary>
    Bordered = 64,

    /// <summary>Images were turned or mirrored as their EXIF orientation requires.</summary>
    Turned = 128,

    /// <summary>The first of several frames was used.</summary>
    FirstFrame = 256,

    /// <summary>The content has another format than the extension names.</summary>
    Misnamed = 512,
}

/// <summary>
/// The images of one file before they are joined, <c>[N, 1 or 3, H, W]</c>: UInt8, values in [0, 255], or Float32, values in [−1, 1].
/// </summary>
internal sealed record ImagePart(string Name, Tensor Images, ImageChanges Changes = ImageChanges.None)
{
    /// <summary>The side of MNIST, and the power of two that it is padded to.</summary>
    internal const int OddSide = 28;
    internal const int EvenSide = 32;

    // Planes are resized together up to this number of pixels, because they are converted to floats.
    const int PixelsPerBatch = 1 << 22;

    /// <summary>Gets the height and width of every image.</summary>
    public Size2 Size => new(Images.Shape[2], Images.Shape[3]);

    /// <summary>Gets the number of images.</summary>
    public int Count => Images.Shape[0];

    /// <summary>Gets the number of channels.</summary>
    public int Channels => Images.Shape[1];

    /// <summary>Creates the part of an array in memory or in a file that is not a picture.</summary>
    public static ImagePart FromArray(string name, Tensor images, ImageRange? range) =>
        new(name, PixelValues.ToStored(name, images, range));

    /// <summary>Reads a picture.</summary>
    /// <param name="file">The file.</param>
    /// <param name="background">The grey behind transparent pixels, in [0, 1].</param>
    public static ImagePart FromPicture(string file, double background)
    {
        (Tensor pixels, ImageChanges changes) = PictureFile.Read(file);
        return new ImagePart(file, PixelValues.OnBackground(pixels, background).Unsqueeze(0), changes);
    }

    /// <summary>Returns images of 28×28 padded with black to 32×32, and others unchanged.</summary>
    public ImagePart PadOdd()
    {
        const int Border = (EvenSide - OddSide) / 2;
        return Size == OddSide
            ? this with { Images = Images.Pad([Border, Border, Border, Border], Grey(0)), Changes = Changes | ImageChanges.Padded }
            : this;
    }

    /// <summary>Returns the images resized to a square: bilinear and, when it shrinks, antialiased, as in Pillow.</summary>
    /// <param name="side">The side, in pixels.</param>
    /// <param name="fit">How images that are not square are resized.</param>
    /// <param name="background">The grey of borders, in [0, 1].</param>
    public ImagePart Resize(int side, ImageFit fit, double background) => Size == side ? this
        : Size.Height == Size.Width ? Resized(Images, side, ImageChanges.None)
        : fit switch
        {
            ImageFit.Crop => Resized(Centre(), side, ImageChanges.Cropped),
            ImageFit.Pad => Bordered(side, background),
            _ => Resized(Images, side, ImageChanges.Stretched),
        };

    ImagePart Resized(Tensor images, Size2 size, ImageChanges change) => this with
    {
        Images = Resized(images, size),
        Changes = Changes | change | (images.Shape[2] == size.Height && images.Shape[3] == size.Width
            ? ImageChanges.None
            : ImageChanges.Resized),
    };

    Tensor Centre()
    {
        int side = Math.Min(Size.Height, Size.Width);
        return Images.Narrow(2, (Size.Height - side) / 2, side).Narrow(3, (Size.Width - side) / 2, side);
    }

    ImagePart Bordered(int side, double background)
    {
        double scale = (double)side / Math.Max(Size.Height, Size.Width);
        Size2 size = new(Scaled(Size.Height, scale), Scaled(Size.Width, scale));
        (int above, int left) = ((side - size.Height) / 2, (side - size.Width) / 2);
        ImagePart inner = Resized(Images, size, ImageChanges.Bordered);
        return inner with
        {
            Images = inner.Images.Pad([left, side - size.Width - left, above, side - size.Height - above], Grey(background)),
        };
    }

    static int Scaled(int side, double scale) => Math.Max(1, (int)Math.Round(side * scale, MidpointRounding.AwayFromZero));

    // A grey from 0 for black to 1 for white, in the values of the images.
    double Grey(double grey) =>
        Images.DType == DType.UInt8 ? Math.Round(grey * 255, MidpointRounding.AwayFromZero) : (2 * grey) - 1;

    static Tensor Resized(Tensor images, Size2 size)
    {
        (int height, int width) = (images.Shape[2], images.Shape[3]);
        Tensor planes = images.Reshape(images.Shape[0] * images.Shape[1], 1, height, width);
        Tensor resized = Tensor.Empty([planes.Shape[0], 1, size.Height, size.Width], images.DType);
        int batch = Math.Max(1, PixelsPerBatch / (height * width));
        for (int first = 0; first < planes.Shape[0]; first += batch)
        {
            using TensorScope scope = new();
            int end = Math.Min(first + batch, planes.Shape[0]);
            resized[first..end] = Resample(planes[first..end], size);
        }

        return resized.Reshape(images.Shape[0], images.Shape[1], size.Height, size.Width);
    }

    // Rounding can make a weighted mean of white slightly larger than white.
    static Tensor Resample(Tensor planes, Size2 size) => planes.DType == DType.UInt8
        ? PixelValues.Round(planes.To(DType.Float32).UpsampleBilinear2d(size, antialias: true))
        : planes.UpsampleBilinear2d(size, antialias: true).Clamp(-1, 1);
}
