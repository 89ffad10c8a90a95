using System.Globalization;
using System.Text;
using Criterion.Formats;

namespace Criterion.Training;

/// <summary>A growing file of rows, each of which begins with its step; it can be read meanwhile.</summary>
internal sealed class CsvFile : IDisposable
{
    readonly string _path;
    readonly string _header;
    readonly StreamWriter _writer;
    long _last;

    /// <summary>Opens a file and removes the rows after <paramref name="step"/>, whose steps are repeated.</summary>
    /// <exception cref="TrainingException">The file has other columns; it is not changed.</exception>
    public CsvFile(string path, string header, long step)
    {
        (_path, _header) = (path, HeaderOf(path) ?? header);
        CheckColumns(header);
        string[] kept = File.Exists(path)
            ? [.. File.ReadLines(path).Skip(1).Where(row => row.Count(',') == header.Count(',') && StepOf(row) <= step)]
            : [];
        _last = kept.Select(StepOf).DefaultIfEmpty(-1).Max();
        string text = string.Concat(kept.Prepend(header).Select(static row => row + '\n'));
        AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));
        FileStream file = new(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
        _writer = new StreamWriter(file) { AutoFlush = true, NewLine = "\n" };
    }

    /// <summary>Returns the header of a file; null if the file is missing or empty.</summary>
    public static string? HeaderOf(string path) => File.Exists(path) ? File.ReadLines(path).FirstOrDefault() : null;

    /// <summary>Refuses rows whose columns differ from those of the file.</summary>
    /// <exception cref="TrainingException">They differ.</exception>
    public void CheckColumns(string header)
    {
        if (header != _header)
        {
            throw new TrainingException(
                $"'{_path}' has the columns {_header}, but this run writes {header}. "
                + "Resume with the version that wrote it, or move the file elsewhere to begin a new one.");
        }
    }

    /// <summary>Appends and flushes the row of a step, unless the file already has it.</summary>
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

    // A row that does not begin with a number has no step and is not kept.
    static long StepOf(string row) => long.TryParse(row.Split(',')[0], CultureInfo.InvariantCulture, out long step) ? step : long.MaxValue;
}
