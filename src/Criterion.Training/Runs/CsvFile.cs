using System.Globalization;
using System.Text;
using Criterion.Formats;

namespace Criterion.Training;

/// <summary>A file of rows that grows with a run, the step first in each; it can be read meanwhile.</summary>
internal sealed class CsvFile : IDisposable
{
    readonly StreamWriter _writer;
    long _last;

    /// <summary>Opens a file; of rows that are there those after <paramref name="step"/> are done again.</summary>
    public CsvFile(string path, string header, long step)
    {
        string[] kept = File.Exists(path) ? [.. File.ReadLines(path).Skip(1).Where(row => row.Count(',') == header.Count(',') && StepOf(row) <= step)] : [];
        _last = kept.Select(StepOf).DefaultIfEmpty(-1).Max();
        AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(string.Concat(kept.Prepend(header).Select(static row => row + '\n')))));
        _writer = new StreamWriter(new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite)) { AutoFlush = true, NewLine = "\n" };
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
