using System.CommandLine;
using Criterion.Training;

namespace Criterion.Cli;

/// <summary>Data as a command line names them: built-in names, files and folders; checked before anything is loaded.</summary>
internal static class Sources
{
    /// <summary>Returns sources that are there, and says where a built-in name hides a file or folder.</summary>
    /// <param name="console">Where to say so.</param>
    /// <param name="sources">What was typed.</param>
    /// <param name="name">The option or argument.</param>
    /// <param name="areDrawn">Whether samples may be drawn from a run.</param>
    /// <exception cref="ToolException">One is missing, or the folder of a run, whose images are pictures of many samples.</exception>
    public static string[] Checked(ToolConsole console, string[] sources, string name, bool areDrawn = false)
    {
        foreach (string source in sources)
        {
            Check(source, name, areDrawn);
            if (DataArguments.IsBuiltIn(source) && Path.Exists(source))
            {
                console.Error.WriteLine($"note: '{source}' is the built-in data set. For the {(Directory.Exists(source) ? "folder" : "file")} of that name give ./{source}");
            }
        }

        return sources;
    }

    /// <summary>The range of floats that was given, or null.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="option">The option.</param>
    /// <param name="sources">What it is for.</param>
    /// <exception cref="ToolException">None of these is a file of numbers.</exception>
    public static ImageRange? Range(ParseResult parsed, Option<string?> option, IEnumerable<string> sources)
    {
        ImageRange? range = parsed.GetValue(option) switch
        {
            "-1..1" => ImageRange.MinusOneOne,
            "0..1" => ImageRange.ZeroOne,
            _ => null,
        };
        return range is null || !sources.All(IsOfKnownRange)
            ? range
            : throw new ToolException($"{option.Name} is for .npy and IDX files of floats, and no such file is given. Leave it out.");
    }

    /// <summary>Whether samples are drawn anew from a source, as many as wanted.</summary>
    public static bool IsDrawn(string source) => source == GaussianRing.Name || IsGenerator(source) || File.Exists(Path.Combine(source, GeneratorFile.Name));

    static void Check(string source, string name, bool areDrawn)
    {
        if (!DataArguments.IsBuiltIn(source) && !Path.Exists(source))
        {
            throw new ToolException($"There is no file or folder '{Mistakes.Shorten(source)}' for {name}.");
        }

        if (!DataArguments.IsBuiltIn(source) && !(areDrawn && IsDrawn(source)) && RunFolder.Holds(source) is { } what)
        {
            throw new ToolException(
                $"{Mistakes.Invalid(source, name, "images or points")} That is the folder of a {what}, whose images are grids of many samples. "
                + "Draw samples from a run of a GAN: criterion sample RUN --out FILE.npy");
        }
    }

    static bool IsOfKnownRange(string source) =>
        DataArguments.IsBuiltIn(source) || Directory.Exists(source) || IsGenerator(source) || HasExtension(source, ".png");

    static bool IsGenerator(string source) => HasExtension(source, ".safetensors");

    static bool HasExtension(string path, string extension) => Path.GetExtension(path).Equals(extension, StringComparison.OrdinalIgnoreCase);
}
