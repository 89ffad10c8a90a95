using System.Globalization;

namespace Criterion.Training;

/// <summary>Columns of numbers by name, as runs write them: <c>losses.csv</c>, <c>measures.csv</c>.</summary>
internal sealed class CsvTable
{
    readonly OrderedDictionary<string, double[]> _columns;

    CsvTable(string[] names, double[][] rows) =>
        _columns = new(names.Select((name, i) => KeyValuePair.Create(name, (double[])[.. rows.Select(row => row[i])])));

    /// <summary>The names of the columns.</summary>
    public IReadOnlyList<string> Names => _columns.Keys;

    /// <summary>The number of rows.</summary>
    public int Count => _columns.Count == 0 ? 0 : _columns.GetAt(0).Value.Length;

    /// <summary>The steps that the rows are of.</summary>
    public double[] Steps => this["step"];

    /// <summary>A column; NaN throughout where there is none of that name.</summary>
    public double[] this[string name] => _columns.TryGetValue(name, out double[]? column) ? column : [.. Enumerable.Repeat(double.NaN, Count)];

    /// <summary>The values of a column by their steps.</summary>
    public Dictionary<double, double> ByStep(string name) => Steps.Zip(this[name]).ToDictionary(static pair => pair.First, static pair => pair.Second);

    /// <summary>The median of a column's numbers; NaN without any.</summary>
    public double Median(string name)
    {
        double[] sorted = [.. this[name].Where(double.IsFinite).Order()];
        return sorted.Length == 0 ? double.NaN : (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>The table in a file, which may be growing; an empty one if there is no file.</summary>
    public static CsvTable Read(string path)
    {
        if (!File.Exists(path))
        {
            return new([], []);
        }

        using StreamReader reader = new(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        string[] lines = reader.ReadToEnd().Split('\n');
        string[] names = lines[0].Trim().Split(',');

        // The last row may be torn.
        return new(names, [.. lines.Skip(1).Select(static line => line.Split(',')).Where(cells => cells.Length == names.Length).Select(Numbers)]);
    }

    static double[] Numbers(string[] cells) =>
        [.. cells.Select(static cell => double.TryParse(cell, CultureInfo.InvariantCulture, out double value) ? value : double.NaN)];
}
