using System.Globalization;

namespace Criterion.Training;

/// <summary>Columns of numbers by name, read from <c>losses.csv</c> or <c>measures.csv</c>.</summary>
internal sealed class CsvTable
{
    readonly OrderedDictionary<string, double[]> _columns;

    /// <summary>Creates a table from its rows.</summary>
    public CsvTable(string[] names, IReadOnlyList<double[]> rows) =>
        _columns = new(names.Select((name, i) => KeyValuePair.Create(name, (double[])[.. rows.Select(row => row[i])])));

    /// <summary>Gets the names of the columns.</summary>
    public IReadOnlyList<string> Names => _columns.Keys;

    /// <summary>Gets the number of rows.</summary>
    public int Count => _columns.Count == 0 ? 0 : _columns.GetAt(0).Value.Length;

    /// <summary>Gets the step of each row.</summary>
    public double[] Steps => this["step"];

    /// <summary>Gets a column; all NaN if the table has no such column.</summary>
    public double[] this[string name] =>
        _columns.TryGetValue(name, out double[]? column) ? column : [.. Enumerable.Repeat(double.NaN, Count)];

    /// <summary>Returns the values of a column by step.</summary>
    public Dictionary<double, double> ByStep(string name) =>
        Steps.Zip(this[name]).ToDictionary(static pair => pair.First, static pair => pair.Second);

    /// <summary>Computes the median of the finite values of a column; NaN without any.</summary>
    public double Median(string name)
    {
        double[] sorted = [.. this[name].Where(double.IsFinite).Order()];
        return sorted.Length == 0 ? double.NaN : (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>Reads a file, which may be growing; the table is empty if there is no file.</summary>
    public static CsvTable Read(string path)
    {
        if (!File.Exists(path))
        {
            return new([], []);
        }

        using StreamReader reader = new(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        string[] lines = reader.ReadToEnd().Split('\n');
        string[] names = lines[0].Trim().Split(',');

        // The last row may be incomplete.
        return new(
            names, [.. lines.Skip(1).Select(static line => line.Split(',')).Where(cells => cells.Length == names.Length).Select(Numbers)]);
    }

    /// <summary>Reads the numbers of a row; NaN for what is not a number.</summary>
    public static double[] Numbers(string[] cells) =>
        [.. cells.Select(static cell => double.TryParse(cell, CultureInfo.InvariantCulture, out double value) ? value : double.NaN)];
}
