using System.CommandLine;
using Criterion.Training;

namespace Criterion.Cli;

/// <summary>The options of the images of an encoder: their sources, labels and treatment.</summary>
internal sealed class LabelledImageOptions
{
    readonly Option<string[]> _data = new("--data")
    {
        Description = $"{ImageDataset.FashionMnistName} (embedded), or a folder with a subfolder of images for each class; repeat it to "
            + "add more. With --views also images without labels: a folder of images, an IDX file or a .npy file",
        DefaultValueFactory = _ => [ImageDataset.FashionMnistName],
        HelpName = "source",
    };

    readonly Option<string?> _labels = new("--labels")
    {
        Description = "Labels of the images of --data, in their order: integers in a .npy or IDX file [default: the folders]",
        HelpName = "file",
    };

    readonly ImageOptions _images = new();

    /// <summary>Gets all of these options.</summary>
    public IEnumerable<Option> All => [_data, _labels, .. _images.All];

    /// <summary>Returns the sources as they were typed.</summary>
    public string[] Sources(ParseResult parsed) => parsed.GetValue(_data)!;

    /// <summary>Returns the arguments to load the images with.</summary>
    /// <exception cref="ToolException">A source or file does not exist.</exception>
    public DataArguments Arguments(ParseResult parsed) =>
        _images.Arguments(parsed, DataSources.Checked(Sources(parsed), _data.Name)) with { Labels = Labels(parsed) };

    string? Labels(ParseResult parsed) => parsed.GetValue(_labels) is { } file
        ? Path.GetFullPath(Paths.ToRead(file, _labels.Name, "integers in a .npy or IDX file"))
        : null;
}
