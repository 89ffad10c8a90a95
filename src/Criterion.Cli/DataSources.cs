using Criterion.Training;

namespace Criterion.Cli;

/// <summary>Checks of data on a command line (built-in names, files and folders), made before anything is loaded.</summary>
internal static class DataSources
{
    /// <summary>Returns the sources if all of them exist.</summary>
    /// <param name="sources">The sources as they were typed.</param>
    /// <param name="name">The name of the option or argument.</param>
    /// <param name="areDrawn">Whether samples may be drawn from a run.</param>
    /// <exception cref="ToolException">A source does not exist, or is the folder of a run, whose images are grids of samples.</exception>
    public static string[] Checked(string[] sources, string name, bool areDrawn = false)
    {
        foreach (string source in sources.Where(source => !(areDrawn && FeatureSet.IsDrawn(source))))
        {
            Check(source, name);
        }

        return sources;
    }

    /// <summary>Writes a note for each built-in name that is also the name of a file or folder.</summary>
    public static void NoteHidden(ToolConsole console, IEnumerable<string> sources) =>
        console.Note(sources.Where(static source => DataArguments.IsBuiltIn(source) && Path.Exists(source)).Select(static source =>
            $"'{source}' is the built-in data set. For the {(Directory.Exists(source) ? "folder" : "file")} of that name: ./{source}"));

    static void Check(string source, string name)
    {
        try
        {
            ImageSource.Check(source);
        }
        catch (TrainingException e)
        {
            string hint = RunFolder.Holds(source) is null ? "" : " For a run of a GAN: criterion sample RUN --out FILE.npy";
            throw new ToolException($"{name}: {e.Message}{hint}", e);
        }
    }
}
