using System.Text;
using Criterion.Training;

namespace Criterion.Cli;

/// <summary>A run on disk that may be training, was killed, or has ended.</summary>
/// <param name="id">The name on the page, which is unique there.</param>
/// <param name="folder">The folder of the run.</param>
/// <param name="files">Opens its files.</param>
internal sealed class WatchedRun(string id, string folder, PlainFiles files)
{
    /// <summary>The number of last steps whose values and duration count as the present ones.</summary>
    public const int RecentSteps = 100;

    // A step in which samples are drawn and measured may take this long.
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    readonly FollowedCsv _losses = new(() => files.Open(Path.Combine(folder, RunFolder.LossesName)));
    readonly FollowedCsv _measures = new(() => files.Open(Path.Combine(folder, RunFolder.MeasuresName)));
    readonly List<(long Step, Finding Finding)> _findings = [];
    Func<CsvTable, IEnumerable<(long Step, Finding Finding)>>? _monitor;
    int _examined;
    int _beginnings = -1;
    string _json = "";

    /// <summary>Gets the name on the page.</summary>
    public string Id => id;

    /// <summary>Gets the folder.</summary>
    public string FolderPath => folder;

    /// <summary>Gets the content of <c>run.json</c>; null if it is missing or damaged.</summary>
    public RunRecord? Record { get; private set; }

    /// <summary>Gets the rows of <c>losses.csv</c>.</summary>
    public CsvTable Losses => _losses.Table;

    /// <summary>Gets the rows of <c>measures.csv</c>.</summary>
    public CsvTable Measures => _measures.Table;

    /// <summary>Gets the findings of the health check so far.</summary>
    public IReadOnlyList<(long Step, Finding Finding)> Findings => _findings;

    /// <summary>Gets the names of the pictures of samples, in the order of their steps.</summary>
    public IReadOnlyList<string> Pictures { get; private set; } = [];

    /// <summary>Gets whether there is a picture of real images.</summary>
    public bool HasReal { get; private set; }

    /// <summary>Gets the time of the last change.</summary>
    public DateTime Changed { get; private set; }

    /// <summary>Gets the number of the last step.</summary>
    public long Step => Math.Max(IsTraining ? 0 : Record?.StepsDone ?? 0, (long)Losses.Steps.LastOrDefault());

    /// <summary>Gets the mean duration of the last steps; null before the first.</summary>
    public double? SecondsPerStep
    {
        get
        {
            double[] last = [.. Losses["seconds"].TakeLast(RecentSteps).Where(double.IsFinite)];
            return last.Length == 0 ? null : last.Average();
        }
    }

    /// <summary>Returns how long a run that is recorded as running has been without a step, if that is unusual; else null.</summary>
    public TimeSpan? Silence(DateTime now) => IsTraining && now - Changed is var silence
        && silence > Patience && silence.TotalSeconds > RecentSteps * (SecondsPerStep ?? 0) ? silence : null;

    /// <summary>Gets whether the run is recorded as running; it may have been killed.</summary>
    public bool IsTraining => Record?.Status == RunStatus.Running;

    /// <summary>Reads the changes of all files.</summary>
    public void Refresh()
    {
        ReadRecord();
        _losses.Refresh();
        _measures.Refresh();
        Examine();
        string[] names = [.. files.Names(Samples, "*.png")];
        Pictures = [.. names.Where(static name => name.StartsWith("step-", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
        HasReal = names.Contains(RunFolder.RealName);
        Changed = Times().DefaultIfEmpty(Changed).Max();
    }

    /// <summary>Opens a picture; null if the run has none of that name.</summary>
    public FileStream? OpenPicture(string name) =>
        Pictures.Contains(name) || (HasReal && name == RunFolder.RealName) ? files.Open(Path.Combine(Samples, name)) : null;

    /// <summary>Returns a number that changes with the content of a picture.</summary>
    public long VersionOf(string name) => File.GetLastWriteTimeUtc(Path.Combine(Samples, name)).Ticks;

    string Samples => Path.Combine(folder, RunFolder.SamplesName);

    IEnumerable<DateTime> Times() =>
        from name in (string[])[RunFolder.RecordName, RunFolder.LossesName, RunFolder.MeasuresName, RunFolder.SamplesName]
        let path = Path.Combine(folder, name)
        where Path.Exists(path)
        select File.GetLastWriteTimeUtc(path);

    /// <summary>Reads the changes of <c>run.json</c>.</summary>
    public void ReadRecord()
    {
        using FileStream? file = files.Open(Path.Combine(folder, RunFolder.RecordName));
        if (file is null)
        {
            Record = null;
            return;
        }

        string json = new StreamReader(file, Encoding.UTF8).ReadToEnd();
        if (json != _json)
        {
            (_json, Record) = (json, TryRead(json));
        }
    }

    static RunRecord? TryRead(string json)
    {
        try
        {
            return RunJson.Read(json);
        }
        catch (TrainingException)
        {
            return null;
        }
    }

    void Examine()
    {
        if (Record is null)
        {
            return;
        }

        if (_monitor is null || _beginnings != _losses.Beginnings)
        {
            (_monitor, _examined, _beginnings) = (MonitorOf(Record), 0, _losses.Beginnings);
            _findings.Clear();
        }

        _findings.AddRange(_monitor(_losses.After(_examined)));
        _examined = Losses.Count;
    }

    static Func<CsvTable, IEnumerable<(long Step, Finding Finding)>> MonitorOf(RunRecord record) => record switch
    {
        GanRunRecord gan => Of<GanStep>(new TrainingMonitor(gan.Options.Objective).Watch),
        EmbeddingRunRecord encoder => Of<EmbeddingStep>(new EmbeddingMonitor(encoder.Options.Loss).Watch),
        PairedRunRecord paired => Of<PairedStep>(new PairedMonitor(paired.Options.Objective).Watch),
        _ => static _ => [],
    };

    static Func<CsvTable, IEnumerable<(long Step, Finding Finding)>> Of<TStep>(Func<TStep, IReadOnlyList<Finding>> watch)
        where TStep : struct, IRunStep => rows =>
            from step in TStep.Columns.Read<TStep>(rows)
            from finding in watch(step)
            select (step.Step, finding);
}
