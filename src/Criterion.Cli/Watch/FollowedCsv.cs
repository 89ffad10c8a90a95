using System.Text;
using Criterion.Training;

namespace Criterion.Cli;

/// <summary>
/// Follows a growing file of rows and reads only what was added. A file that was replaced, such as by a run that is resumed from an earlier
/// step, is read again from its beginning.
/// </summary>
/// <param name="open">Opens the file; null if there is none.</param>
internal sealed class FollowedCsv(Func<FileStream?> open)
{
    const int LongestTail = 256;

    readonly List<double[]> _rows = [];
    string[] _names = [];
    byte[] _tail = [];
    long _read;
    CsvTable? _table;

    /// <summary>Gets the rows so far.</summary>
    public CsvTable Table => _table ??= new CsvTable(_names, _rows);

    /// <summary>Gets the number of times that the file was read from its beginning.</summary>
    public int Beginnings { get; private set; }

    /// <summary>Gets the rows after a number of them.</summary>
    public CsvTable After(int count) => new(_names, _rows[count..]);

    /// <summary>Reads what was added.</summary>
    public void Refresh()
    {
        using FileStream? file = open();
        if (file is null || !Continues(file))
        {
            Restart();
        }

        if (file is not null && file.Length > _read)
        {
            file.Position = _read;
            byte[] added = new byte[file.Length - _read];
            Append(added.AsSpan(0, file.ReadAtLeast(added, added.Length, throwOnEndOfStream: false)));
        }
    }

    // The row at the end differs in a file that was replaced, if only in the duration of its step.
    bool Continues(FileStream file)
    {
        byte[] tail = new byte[_tail.Length];
        file.Position = _read - tail.Length;
        return file.ReadAtLeast(tail, tail.Length, throwOnEndOfStream: false) == tail.Length && tail.AsSpan().SequenceEqual(_tail);
    }

    void Restart()
    {
        if (_read > 0)
        {
            _rows.Clear();
            (_names, _tail, _read, _table) = ([], [], 0, null);
            Beginnings++;
        }
    }

    // The last row may be incomplete.
    void Append(ReadOnlySpan<byte> added)
    {
        ReadOnlySpan<byte> whole = added[..(added.LastIndexOf((byte)'\n') + 1)];
        if (whole.IsEmpty)
        {
            return;
        }

        foreach (string line in Encoding.UTF8.GetString(whole).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            Add(line.TrimEnd('\r').Split(','));
        }

        (_read, _tail, _table) = (_read + whole.Length, whole[^Math.Min(LongestTail, whole.Length)..].ToArray(), null);
    }

    void Add(string[] cells)
    {
        if (_names.Length == 0)
        {
            _names = cells;
        }
        else if (cells.Length == _names.Length)
        {
            _rows.Add(CsvTable.Numbers(cells));
        }
    }
}
