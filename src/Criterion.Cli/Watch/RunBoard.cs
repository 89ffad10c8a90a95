using System.Diagnostics;
using Criterion.Training;

namespace Criterion.Cli;

/// <summary>The runs that a page shows: those in some folders, also ones that begin later.</summary>
internal sealed class RunBoard
{
    /// <summary>The most runs on a page, which is the number of colours.</summary>
    public const int MostShown = 8;

    // A run is at most four folders below: in runs/comparison/runs/NAME/SEED.
    const int Levels = 4;

    static readonly TimeSpan BetweenSearches = TimeSpan.FromSeconds(2);

    readonly PlainFiles[] _folders;
    readonly Dictionary<string, WatchedRun> _runs = [];
    readonly Lock _lock = new();
    long? _searched;

    /// <summary>Creates the board.</summary>
    /// <param name="folders">Folders of runs, and folders with such folders.</param>
    public RunBoard(IEnumerable<string> folders) => _folders =
    [
        .. folders.Select(static folder => new PlainFiles(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))))
            .DistinctBy(static one => one.Root),
    ];

    /// <summary>Calls a function with all runs, the newest first, and those that are selected, with their present state.</summary>
    /// <param name="ids">The names of the selected runs; unknown ones are ignored.</param>
    /// <param name="read">The function; no other runs while it does.</param>
    public T Read<T>(IReadOnlyList<string> ids, Func<IReadOnlyList<WatchedRun>, IReadOnlyList<WatchedRun>, T> read)
    {
        lock (_lock)
        {
            Search();
            WatchedRun[] all = [.. _runs.Values];
            Array.ForEach(all, static run => run.ReadRecord());
            all = [.. all.OrderByDescending(static run => run.Record?.Started).ThenBy(static run => run.Id, StringComparer.Ordinal)];
            WatchedRun[] selected = Selected(all, ids);
            Array.ForEach([.. all.Where(run => run.IsTraining || selected.Contains(run))], static run => run.Refresh());
            return read(all, selected);
        }
    }

    /// <summary>Opens a picture of a run; null if there is none.</summary>
    public FileStream? OpenPicture(string id, string name)
    {
        lock (_lock)
        {
            Search();
            WatchedRun? run = _runs.Values.FirstOrDefault(run => run.Id == id);
            run?.Refresh();
            return run?.OpenPicture(name);
        }
    }

    // Runs that were named are all shown, in their order; of folders of runs, the newest run is.
    WatchedRun[] Selected(WatchedRun[] all, IReadOnlyList<string> ids)
    {
        WatchedRun[] selected = [.. ids.Select(id => all.FirstOrDefault(run => run.Id == id)).OfType<WatchedRun>().Distinct()];
        WatchedRun[] named = [.. _folders.Select(folder => _runs.GetValueOrDefault(folder.Root)).OfType<WatchedRun>()];
        return [.. (selected.Length > 0 ? selected : named.Length > 0 ? named : all.Take(1)).Take(MostShown)];
    }

    void Search()
    {
        if (_searched is { } last && Stopwatch.GetElapsedTime(last) < BetweenSearches)
        {
            return;
        }

        (PlainFiles Files, string Folder)[] found =
        [
            .. _folders.SelectMany(static files => files.FoldersWith(RunFolder.RecordName, Levels).Select(folder => (files, folder)))
                .DistinctBy(static one => one.folder),
        ];
        string[] folders = [.. found.Select(static one => one.Folder)];
        foreach (string gone in _runs.Keys.Except(folders).ToArray())
        {
            _runs.Remove(gone);
        }

        foreach ((PlainFiles files, string folder) in found)
        {
            _runs.TryAdd(folder, new WatchedRun(Name(files.Root, folder), folder, files));
        }

        _searched = Stopwatch.GetTimestamp();
    }

    // The path below the given folder, as far as no other run has the same one.
    string Name(string root, string folder)
    {
        string below = folder == root ? Path.GetFileName(root) : Path.GetRelativePath(root, folder);
        IEnumerable<string> names = [below, Path.Combine(Path.GetFileName(root), below), folder];
        return ToolConsole.OneLine(names.First(name => _runs.Values.All(run => run.Id != ToolConsole.OneLine(name)) || name == folder))
            .Replace('\\', '/');
    }
}
