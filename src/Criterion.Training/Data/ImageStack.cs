namespace Criterion.Training;

/// <summary>Joins images of one size in one tensor, which is allocated once: in colour if any of them is.</summary>
/// <param name="capacity">The number of images, or more.</param>
/// <param name="type">UInt8; or Float32 if any image is.</param>
internal sealed class ImageStack(int capacity, DType type)
{
    // Slightly below the maximum length of an array, so that memory can be aligned.
    static readonly int Most = Array.MaxLength - 64;

    Tensor? _images;
    string _first = "";

    /// <summary>Gets the number of images.</summary>
    public int Count { get; private set; }

    /// <summary>Gets the number of channels of all images.</summary>
    public int Channels => _images!.Shape[1];

    /// <summary>Gets the images, <c>[Count, 1 or 3, H, W]</c>.</summary>
    public Tensor Images => _images!.Narrow(0, 0, Count);

    /// <summary>Adds images.</summary>
    /// <exception cref="TrainingException">They differ in size from the first ones, or all together are too many.</exception>
    public void Add(ImagePart part)
    {
        if (_images is null)
        {
            (_first, _images) = (part.Name, Allocate(part.Name, part.Channels, part.Size));
        }

        Size2 size = new(_images.Shape[2], _images.Shape[3]);
        if (part.Size != size)
        {
            throw new TrainingException($"Images differ in size: '{_first}' is {size} and '{part.Name}' is {part.Size}. "
                + $"Give a size to resize all of them to, for example {ImagePart.EvenSide} ({ImageDataset.SizeParameter}).");
        }

        if (part.Channels > Channels)
        {
            Tensor grey = Images;
            _images = Allocate(part.Name, part.Channels, size);
            Write(grey, 0);
        }

        Write(part.Images, Count);
        Count += part.Count;
    }

    Tensor Allocate(string name, int channels, Size2 size)
    {
        long values = (long)capacity * channels * size.Height * size.Width;
        return values <= Most
            ? TensorScope.Outside(() => Tensor.Empty([capacity, channels, size.Height, size.Width], type))
            : throw new TrainingException($"{Counted.Of(capacity, "image")} of {size}, such as '{name}', have {values} values, more than a "
                + $"tensor can. Give a smaller size ({ImageDataset.SizeParameter}), or fewer images.");
    }

    void Write(Tensor images, int at)
    {
        using TensorScope scope = new();
        Tensor values = (type == DType.UInt8 ? images : PixelValues.Signed(images)).Expand(-1, Channels, -1, -1).Contiguous();
        int first = at * (_images!.Count / capacity);
        if (type == DType.UInt8)
        {
            values.AsReadOnlySpan<byte>().CopyTo(_images.AsSpan<byte>()[first..]);
        }
        else
        {
            values.AsReadOnlySpan<float>().CopyTo(_images.AsSpan<float>()[first..]);
        }
    }
}
