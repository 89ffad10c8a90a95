using System.Globalization;
using System.Text;
using Criterion.Formats;

namespace Criterion.Training;

/// <summary>A file of rows that grows with a run, the step first in each; it can be read meanwhile.</summary>
internal sealed class CsvFile : IDisposable
{
    readonly string _path;
    readonly string _header;
    readonly StreamWriter _writer;
    long _last;

    /// <summary>Opens a file and removes rows after <paramref name="step"/>, whose steps are done again.</summary>
    /// <exception cref="TrainingException">The file has other columns; it is left as it is.</exception>
    public CsvFile(string path, string header, long step)
    {
        (_path, _header) = (path, HeaderOf(path) ?? header);
        CheckColumns(header);
        string[] kept = File.Exists(path) ? [.. File.ReadLines(path).Skip(1).Where(row => row.Count(',') == header.Count(',') && StepOf(row) <= step)] : [];
        _last = kept.Select(StepOf).DefaultIfEmpty(-1).Max();
        AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(string.Concat(kept.Prepend(header).Select(static row => row + '\n')))));
        _writer = new StreamWriter(new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite)) { AutoFlush = true, NewLine = "\n" };
    }

    /// <summary>The names of the columns of a file; null if there is none, or nothing in it.</summary>
    public static string? HeaderOf(string path) => File.Exists(path) ? File.ReadLines(path).FirstOrDefault() : null;

    /// <summary>Refuses rows whose columns differ from the file's.</summary>
    /// <exception cref="TrainingException">They differ.</exception>
    public void CheckColumns(string header)
    {
        if (header != _header)
        {
            throw new TrainingException(
                $"'{_path}' has the columns {_header}, and this run writes {header}. Resume with the version that wrote it, or move the file elsewhere to begin a new one.");
        }
    }

    /// <summary>Appends the row of a step, if it has none yet; it is on its way to the disk when this returns.</summary>
    public void Write(long step, string row)
    {
        if (step > _last)
        {
            _writer.WriteLine(row);
            _last = step;
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _writer.Dispose();

    // A row without a number is of no step, and not kept.
    static long StepOf(string row) => long.TryParse(row.Split(',')[0], CultureInfo.InvariantCulture, out long step) ? step : long.MaxValue;
}
