using System.Globalization;
using System.Text;
using Criterion.Formats;

namespace Criterion.Training;

/// <summary>
/// The folder of a run: <c>run.json</c>, <c>losses.csv</c>, <c>measures.csv</c> if samples are measured, <c>report.html</c>,
/// <c>samples/</c>, <c>checkpoints/</c>, and the weights of the networks.
/// </summary>
public sealed class RunFolder : IDisposable
{
    /// <summary>The name of the folder of checkpoints.</summary>
    public const string CheckpointsName = "checkpoints";

    internal const string RecordName = "run.json";
    internal const string LossesName = "losses.csv";
    internal const string MeasuresName = "measures.csv";
    internal const string SamplesName = "samples";
    internal const string RealName = "real.png";

    // The real images of a picture.
    const int RealImages = 64;

    const string ComparisonName = "comparison";

    readonly CsvFile _losses;
    readonly long _step;
    RunObserver[] _observers = [];
    CsvFile? _measures;

    RunFolder(string path, string header, long step)
    {
        (Path, _step) = (path, step);
        Checkpoints = new CheckpointFolder(InFolder(CheckpointsName));
        Directory.CreateDirectory(path);
        _losses = new CsvFile(InFolder(LossesName), header, step);
        Directory.CreateDirectory(Samples);
        if (CsvFile.HeaderOf(InFolder(MeasuresName)) is { } measures)
        {
            _measures = new CsvFile(InFolder(MeasuresName), measures, step);
        }
    }

    /// <summary>Gets the path of the folder.</summary>
    public string Path { get; }

    /// <summary>Gets the checkpoints, from which a run can be resumed.</summary>
    public CheckpointFolder Checkpoints { get; }

    string Samples => InFolder(SamplesName);

    /// <summary>Creates the folder.</summary>
    /// <exception cref="TrainingException">It already exists and is not empty, or cannot be written.</exception>
    public static RunFolder Create<TStep>(string path)
        where TStep : IRunStep
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            CheckNew(path);
            return new RunFolder(path, TStep.Columns.Header, 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TrainingException($"The run folder '{path}' cannot be created: "
                + $"{e.Message} Choose a folder that you may write to.", e);
        }
    }

    /// <summary>Refuses the path of a folder that has files.</summary>
    /// <exception cref="TrainingException">It does.</exception>
    internal static void CheckNew(string path)
    {
        if (File.Exists(path) || (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any()))
        {
            throw new TrainingException(
                $"'{path}' already exists and is not empty, and a run never overwrites another. "
                    + "Choose a new folder, or delete this one first.");
        }
    }

    /// <summary>Opens the folder of a run that is resumed, without the rows of <c>losses.csv</c> after <paramref name="step"/>.</summary>
    /// <exception cref="TrainingException">
    /// It cannot be read or written, or <c>losses.csv</c> has other columns; nothing was changed.
    /// </exception>
    public static RunFolder Reopen<TStep>(string path, long step)
        where TStep : IRunStep
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            return new RunFolder(path, TStep.Columns.Header, step);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TrainingException($"The run folder '{path}' cannot be opened: {e.Message}", e);
        }
    }

    /// <summary>Reads <c>run.json</c> of a folder, or the record in its newest checkpoint if <c>run.json</c> is missing.</summary>
    /// <exception cref="TrainingException">Both are missing or damaged, or the folder is that of a comparison.</exception>
    public static RunRecord ReadRecord(string path)
    {
        string file = System.IO.Path.Combine(path, RecordName);
        string checkpoints = System.IO.Path.Combine(path, CheckpointsName);
        return File.Exists(file) ? RunJson.ReadFile(file)
            : Directory.Exists(checkpoints) ? RunJson.Read(new CheckpointFolder(checkpoints).Latest().Run)
            : throw new TrainingException(Holds(path) == ComparisonName
                ? $"'{path}' is the folder of a comparison, not the folder of a run. "
                    + $"Give one of its runs: {System.IO.Path.Combine(path, "runs", "NAME")}"
                : $"There is no '{file}': '{path}' is not the folder of a run. Give the folder that a training wrote.");
    }

    /// <summary>Reads the record of the run in a folder; null if the folder has none.</summary>
    /// <exception cref="TrainingException">The record is damaged.</exception>
    internal static RunRecord? TryReadRecord(string path) =>
        Holds(path) == "run" || !new CheckpointFolder(System.IO.Path.Combine(path, CheckpointsName)).IsEmpty ? ReadRecord(path) : null;

    /// <summary>Returns what a folder is, "run" or "comparison", or null if no training created it.</summary>
    internal static string? Holds(string path) => File.Exists(System.IO.Path.Combine(path, RecordName)) ? "run"
        : File.Exists(System.IO.Path.Combine(path, Comparison.RecordName)) ? ComparisonName
        : null;

    /// <summary>Appends a row to <c>losses.csv</c> and flushes it.</summary>
    /// <exception cref="TrainingException">The folder can no longer be written; all methods below throw it as well.</exception>
    public void WriteLosses<TStep>(TStep row)
        where TStep : IRunStep => Write(() =>
    {
        _losses.Write(row.Step, TStep.Columns.Row(row));
        Tell(observer => observer.OnStep(row, TStep.Columns));
    });

    /// <summary>Appends a row to <c>measures.csv</c>.</summary>
    /// <exception cref="TrainingException">The file has other columns, or the folder can no longer be written.</exception>
    public void WriteMeasures(SampleQuality row) => Write(() =>
    {
        _measures ??= new CsvFile(InFolder(MeasuresName), row.Header, _step);
        _measures.CheckColumns(row.Header);
        _measures.Write(row.Step, row.ToCsv());
        Tell(observer => observer.OnMeasured(row));
    });

    /// <summary>Writes a grid of images as <c>samples/step-000250.png</c>.</summary>
    public void WriteSamples(long step, Tensor images, int? columns = null) => WritePicture(step, ImageGrid.Draw(images, columns));

    /// <summary>Writes a grid of real images as <c>samples/real.png</c>, evenly spaced in the data, unless there is one.</summary>
    internal void WriteReal(ImageDataset data)
    {
        string file = System.IO.Path.Combine(Samples, RealName);
        if (!File.Exists(file))
        {
            WritePng(null, file, ImageGrid.Draw(data.Evenly(RealImages).Images));
        }
    }

    /// <summary>Writes a picture of samples as <c>samples/step-000250.png</c>.</summary>
    /// <param name="step">The number of the step.</param>
    /// <param name="picture">Bytes <c>[C, H, W]</c>.</param>
    public void WritePicture(long step, Tensor picture) =>
        WritePng(step, System.IO.Path.Combine(Samples, $"step-{step.ToString("D6", CultureInfo.InvariantCulture)}.png"), picture);

    /// <summary>Writes a file of the run, such as the weights of a network.</summary>
    /// <param name="name">The name in the folder.</param>
    /// <param name="write">Writes the file to a path.</param>
    public void WriteFile(string name, Action<string> write) => Write(() => write(InFolder(name)));

    /// <summary>Writes a checkpoint.</summary>
    public void WriteCheckpoint(Checkpoint checkpoint) => Write(() =>
    {
        Checkpoints.Write(checkpoint);
        Tell(observer => observer.OnCheckpoint(checkpoint.Step));
    });

    /// <summary>Writes <c>run.json</c>.</summary>
    public void WriteRecord(RunRecord record) => Write(() =>
        AtomicFile.Write(InFolder(RecordName), stream => stream.Write(Encoding.UTF8.GetBytes(RunJson.Write(record) + "\n"))));

    /// <summary>Writes <c>report.html</c>: see <see cref="RunReport"/>.</summary>
    /// <param name="record">The record of the run.</param>
    public void WriteReport(RunRecord record) => Write(() =>
        AtomicFile.Write(InFolder(RunReport.Name), stream => stream.Write(Encoding.UTF8.GetBytes(RunReport.Of(Path, record)))));

    /// <summary>Adds the observers of the run, which are told of everything that is written and closed with the folder.</summary>
    internal void Observe(Func<RunObserver[]> create) => Write(() => _observers = create());

    /// <summary>Tells all observers.</summary>
    internal void Tell(Action<RunObserver> tell) => Array.ForEach(_observers, tell);

    /// <summary>Closes <c>losses.csv</c>, <c>measures.csv</c> and the observers.</summary>
    public void Dispose()
    {
        Close(_losses);
        Close(_measures);
        Array.ForEach(_observers, Close);
    }

    void WritePng(long? step, string file, Tensor picture) => Write(() =>
    {
        Png.Write(file, picture);
        Tell(observer => observer.OnPicture(step, file, picture.Shape));
    });

    // Open files can be written to after the folder is deleted, and a checkpoint would create it again, so the loss would go unnoticed.
    void Write(Action write)
    {
        try
        {
            if (!Directory.Exists(Path))
            {
                throw new DirectoryNotFoundException("the folder no longer exists.");
            }

            write();
        }
        catch (Exception e) when (IsOfTheDisk(e))
        {
            throw new TrainingException(
                $"The run folder '{Path}' can no longer be written: {e.Message} Free space, "
                    + "or choose another folder; what was written before is kept.", e);
        }
    }

    static void Close(IDisposable? table)
    {
        try
        {
            table?.Dispose();
        }
        catch (Exception e) when (IsOfTheDisk(e))
        {
            // A row that could not be written was reported when it was written, and the present error has the cause.
        }
    }

    // A file that reached its size limit is an argument out of range to .NET.
    static bool IsOfTheDisk(Exception e) => e is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException;

    string InFolder(string name) => System.IO.Path.Combine(Path, name);
}
