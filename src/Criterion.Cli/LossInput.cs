using Criterion.Formats;
using Criterion.Training;

namespace Criterion.Cli;

/// <summary>An input of a loss in a file.</summary>
/// <param name="Name">The name of the input, such as <c>prediction</c>.</param>
/// <param name="File">The .npy or image file.</param>
/// <param name="Option">The name of the option or argument, for errors.</param>
internal sealed record LossInput(string Name, string File, string Option)
{
    /// <summary>The kinds of files.</summary>
    public const string Expected = "a .npy or image file";

    /// <summary>Gets whether the file is a picture.</summary>
    public bool IsPicture => ImageFormats.IsReadable(File);

    /// <summary>Returns the input if its file can be read and may hold an array or a picture.</summary>
    /// <exception cref="ToolException">There is no such file, or it is a picture of a format that cannot be read.</exception>
    public LossInput Checked()
    {
        Paths.ToRead(File, Option, Expected);
        return !IsPicture && ImageFormats.IsPicture(File) ? throw PictureFile.Unsupported(File) : this;
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
            : SingleImage.InSameChannels([.. pictures.Select(one => (one.File, SingleImage.Read(one.File, range, 1, notes)))], notes);
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
