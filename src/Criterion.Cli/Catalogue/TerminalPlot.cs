using System.Globalization;
using System.Text;

namespace Criterion.Cli;

/// <summary>A line in a terminal, drawn with Braille characters: each holds 2 × 4 dots.</summary>
internal static class TerminalPlot
{
    const int Columns = 34;
    const int Rows = 9;
    const int LabelWidth = 9;

    // The bit of a dot in a Braille character, by row and column.
    static readonly int[,] Bits = { { 0x01, 0x08 }, { 0x02, 0x10 }, { 0x04, 0x20 }, { 0x40, 0x80 } };

    /// <summary>Value and gradient of a curve, side by side, with their ranges at the left and the axis below.</summary>
    public static string Draw(SampledCurve curve)
    {
        string[] value = Panel(curve, curve.Value);
        string[] gradient = Panel(curve, curve.Gradient);
        int width = LabelWidth + 1 + Columns;
        StringBuilder text = new();
        text.AppendLine(CultureInfo.InvariantCulture, $"{"",LabelWidth} {$"{curve.Curve.Name}",-Columns}  {"",LabelWidth} gradient");
        foreach ((string left, string right) in value.Zip(gradient))
        {
            text.AppendLine($"{left.PadRight(width)}  {right}".TrimEnd());
        }

        return text.ToString();
    }

    static string[] Panel(SampledCurve curve, double[] y)
    {
        (double low, double high) = SampledCurve.Range(y);
        int[,] dots = new int[Rows, Columns];
        int zero = Height(0, low, high);
        for (int i = 0; i < Columns; i++)
        {
            Set(dots, 2 * i, zero);
        }

        for (int i = 0; i < 2 * Columns; i++)
        {
            double at = y[i * (y.Length - 1) / ((2 * Columns) - 1)];
            if (double.IsFinite(at))
            {
                Set(dots, i, Height(at, low, high));
            }
        }

        string Label(int row) => row == 0 ? Number(high) : row == Rows - 1 ? Number(low) : "";
        string axis = $"{Number(curve.Curve.From)}{curve.Curve.Axis.PadLeft((Columns + curve.Curve.Axis.Length) / 2).PadRight(Columns)[Number(curve.Curve.From).Length..^Number(curve.Curve.To).Length]}{Number(curve.Curve.To)}";
        return
        [
            .. Enumerable.Range(0, Rows).Select(row => $"{Label(row),LabelWidth} {Line(dots, row)}"),
            $"{"",LabelWidth} {axis}",
        ];
    }

    static int Height(double y, double low, double high) => (int)Math.Round((high - y) / (high - low) * ((4 * Rows) - 1));

    static void Set(int[,] dots, int x, int y) => dots[y / 4, x / 2] |= Bits[y % 4, x % 2];

    static string Line(int[,] dots, int row) => string.Concat(Enumerable.Range(0, Columns).Select(column => (char)(0x2800 + dots[row, column])));

    static string Number(double value) => NumberText.Format(value, 3);
}
