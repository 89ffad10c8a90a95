using System.Globalization;
using System.Text;
using Criterion.Formats;

namespace Criterion.Training;

/// <summary>The folder that a run leaves: <c>run.json</c>, <c>losses.csv</c>, <c>samples/</c>, <c>checkpoints/</c>, and the networks' weights.</summary>
public sealed class RunFolder : IDisposable
{
    /// <summary>The name of the folder of checkpoints.</summary>
    public const string CheckpointsName = "checkpoints";

    readonly StreamWriter _losses;

    RunFolder(string path, IEnumerable<string> rows)
    {
        Path = path;
        Checkpoints = new CheckpointFolder(InFolder(CheckpointsName));
        Directory.CreateDirectory(Samples);

        // Shared, so that it can be read while the run goes on.
        FileStream losses = new(InFolder("losses.csv"), FileMode.Create, FileAccess.Write, FileShare.ReadWrite);
        _losses = new StreamWriter(losses) { AutoFlush = true, NewLine = "\n" };
        foreach (string row in rows)
        {
            _losses.WriteLine(row);
        }
    }

    /// <summary>Where the folder is.</summary>
    public string Path { get; }

    /// <summary>From which a run can go on.</summary>
    public CheckpointFolder Checkpoints { get; }

    string Samples => InFolder("samples");

    /// <summary>Makes the folder.</summary>
    /// <exception cref="TrainingException">It is there and not empty, or can't be written.</exception>
    public static RunFolder Create<TStep>(string path)
        where TStep : IRunStep
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            return File.Exists(path) || (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any())
                ? throw new TrainingException($"'{path}' exists and is not empty; a run is never written over another. Name a new folder with --out, or remove this one.")
                : new RunFolder(path, [TStep.Header]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TrainingException($"The run folder '{path}' can't be made: {e.Message} Name a folder that you may write to with --out.", e);
        }
    }

    /// <summary>Opens the folder of a run that goes on: the rows of <c>losses.csv</c> after <paramref name="step"/> are done again.</summary>
    /// <exception cref="TrainingException">It can't be read or written.</exception>
    public static RunFolder Reopen<TStep>(string path, long step)
        where TStep : IRunStep
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            string losses = System.IO.Path.Combine(path, "losses.csv");
            string[] rows = File.Exists(losses) ? [.. File.ReadLines(losses).Skip(1).Where(row => IsUpTo<TStep>(row, step))] : [];
            return new RunFolder(path, rows.Prepend(TStep.Header));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TrainingException($"The run folder '{path}' can't be opened: {e.Message}", e);
        }
    }

    /// <summary>What <c>run.json</c> of a folder says.</summary>
    /// <exception cref="TrainingException">It is missing or no run record.</exception>
    public static RunRecord ReadRecord(string path)
    {
        string file = System.IO.Path.Combine(path, "run.json");
        return File.Exists(file)
            ? RunJson.Read(File.ReadAllText(file))
            : throw new TrainingException($"There is no '{file}': '{path}' is not the folder of a run.");
    }

    /// <summary>Appends a row to <c>losses.csv</c>; it is on its way to the disk when this returns.</summary>
    /// <exception cref="TrainingException">The folder can't be written any more; the same for all that follow.</exception>
    public void WriteLosses(IRunStep row) => Write(() => _losses.WriteLine(row.ToCsv()));

    /// <summary>Writes a grid of images as <c>samples/step-000250.png</c>.</summary>
    public void WriteSamples(long step, Tensor images, int? columns = null) => WritePicture(step, ImageGrid.Compose(images, columns));

    /// <summary>Writes a picture of samples as <c>samples/step-000250.png</c>.</summary>
    /// <param name="step">The number of the step.</param>
    /// <param name="picture">Bytes <c>[C, H, W]</c>.</param>
    public void WritePicture(long step, Tensor picture) => Write(() =>
        Png.Write(System.IO.Path.Combine(Samples, $"step-{step.ToString("D6", CultureInfo.InvariantCulture)}.png"), picture));

    /// <summary>Writes a file of the run, such as a network's weights.</summary>
    /// <param name="name">The name in the folder.</param>
    /// <param name="write">Writes it to a path.</param>
    public void WriteFile(string name, Action<string> write) => Write(() => write(InFolder(name)));

    /// <summary>Writes a checkpoint.</summary>
    public void WriteCheckpoint(Checkpoint checkpoint) => Write(() => Checkpoints.Write(checkpoint));

    /// <summary>Writes <c>run.json</c>.</summary>
    public void WriteRecord(RunRecord record) => Write(() =>
        AtomicFile.Write(InFolder("run.json"), stream => stream.Write(Encoding.UTF8.GetBytes(RunJson.Write(record) + "\n"))));

    /// <summary>Closes <c>losses.csv</c>.</summary>
    public void Dispose() => _losses.Dispose();

    void Write(Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TrainingException($"The run folder '{Path}' can't be written any more: {e.Message} Make room, or train into another folder with --out; what was written before is kept.", e);
        }
    }

    // The last row may be torn.
    static bool IsUpTo<TStep>(string row, long step)
        where TStep : IRunStep =>
        long.TryParse(row.Split(',')[0], CultureInfo.InvariantCulture, out long at) && at <= step && row.Count(',') == TStep.Header.Count(',');

    string InFolder(string name) => System.IO.Path.Combine(Path, name);
}
