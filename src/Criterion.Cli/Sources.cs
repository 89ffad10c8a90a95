using Criterion.Training;

namespace Criterion.Cli;

/// <summary>Data as a command line names them: built-in names, files and folders; checked before anything is loaded.</summary>
internal static class Sources
{
    /// <summary>Returns sources that are there.</summary>
    /// <param name="sources">What was typed.</param>
    /// <param name="name">The option or argument.</param>
    /// <param name="areDrawn">Whether samples may be drawn from a run.</param>
    /// <exception cref="ToolException">One is missing, or the folder of a run, whose images are pictures of many samples.</exception>
    public static string[] Checked(string[] sources, string name, bool areDrawn = false)
    {
        foreach (string source in sources.Where(source => !(areDrawn && FeatureSet.IsDrawn(source))))
        {
            Check(source, name);
        }

        return sources;
    }

    /// <summary>Says where a built-in name hides a file or folder.</summary>
    public static void NoteHidden(ToolConsole console, IEnumerable<string> sources) =>
        console.Note(sources.Where(static source => DataArguments.IsBuiltIn(source) && Path.Exists(source)).Select(static source =>
            $"'{source}' is the built-in data set. For the {(Directory.Exists(source) ? "folder" : "file")} of that name give ./{source}"));

    static void Check(string source, string name)
    {
        try
        {
            ImageSource.Check(source);
        }
        catch (TrainingException e)
        {
            string way = RunFolder.Holds(source) is null ? "" : " For a run of a GAN: criterion sample RUN --out FILE.npy";
            throw new ToolException($"{name}: {e.Message}{way}", e);
        }
    }
}
