using Criterion.Formats;
using Criterion.Training;

namespace Criterion.Cli;

/// <summary>An input of a loss in a file.</summary>
/// <param name="Name">The name of the input, such as <c>prediction</c>.</param>
/// <param name="File">The .npy or PNG file.</param>
/// <param name="Option">The name of the option or argument, for errors.</param>
internal sealed record LossInput(string Name, string File, string Option)
{
    /// <summary>The kinds of files.</summary>
    public const string Expected = "a .npy or PNG file";

    /// <summary>Gets whether the file is a PNG.</summary>
    public bool IsPicture => ImageFolder.IsPng(File);

    /// <summary>Returns the input if its file can be read and may hold an array or a PNG.</summary>
    /// <exception cref="ToolException">There is no such file, or it is a picture of another format.</exception>
    public LossInput Checked()
    {
        Paths.ToRead(File, Option, Expected);
        return ImageFolder.IsOtherPicture(File) ? throw new ToolException(ImageSource.Unsupported(File)) : this;
    }

    /// <summary>Reads all inputs; those of floats are leaves, so that each has a gradient.</summary>
    /// <param name="inputs">The inputs; several of one name are a list.</param>
    /// <param name="range">The values of black and white that pictures are converted to, Float64 <c>[1, C, H, W]</c>.</param>
    /// <param name="notes">Receives sentences about changes of pictures.</param>
    public static Dictionary<string, Tensor[]> Load(IReadOnlyList<LossInput> inputs, ImageRange range, List<string> notes)
    {
        LossInput[] pictures = [.. inputs.Where(static input => input.IsPicture)];
        Dictionary<LossInput, Tensor> read = new(ReferenceEqualityComparer.Instance);
        Tensor[] images = pictures.Length == 0
            ? []
            : PngImage.InSameChannels([.. pictures.Select(one => (one.File, PngImage.Read(one.File, range, 1, null, notes)))], notes);
        foreach ((LossInput picture, Tensor image) in pictures.Zip(images))
        {
            read[picture] = image;
        }

        return inputs
            .GroupBy(static input => input.Name, input => Leaf(read.TryGetValue(input, out Tensor? image) ? image : Npy.Read(input.File)))
            .ToDictionary(static group => group.Key, static group => group.ToArray());
    }

    static Tensor Leaf(Tensor x)
    {
        x.RequiresGrad = x.DType.IsFloat();
        return x;
    }
}
