using Criterion.Losses;

namespace Criterion.Cli;

/// <summary>A plot at a terminal, drawn with Braille characters of 2 × 4 dots.</summary>
internal static class TerminalPlot
{
    const int Columns = 34;
    const int Rows = 9;
    const int LabelWidth = 9;
    const int Gap = 2;

    // The bit of a dot in a Braille character, by row and column.
    static readonly int[,] Bits = { { 0x01, 0x08 }, { 0x02, 0x10 }, { 0x04, 0x20 }, { 0x40, 0x80 } };

    /// <summary>Draws value and gradient of a curve: side by side, or one above the other where the width is too small.</summary>
    public static string Draw(SampledCurve curve, int width)
    {
        const int Panel = LabelWidth + 1 + Columns;
        string[] value = [Title(curve.Curve.Name), .. Lines(curve, curve.Value)];
        string[] gradient = [Title("gradient"), .. Lines(curve, curve.Gradient)];
        IEnumerable<string> lines = width < (2 * Panel) + Gap
            ? [.. value, "", .. gradient]
            : value.Zip(gradient, static (left, right) => left.PadRight(Panel + Gap) + right);
        return string.Concat(lines.Select(static line => line.TrimEnd() + "\n"));
    }

    static string Title(string text) => $"{"",LabelWidth} {text}";

    static string[] Lines(SampledCurve curve, double[] y)
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
        return
        [
            .. Enumerable.Range(0, Rows).Select(row => $"{Label(row),LabelWidth} {Line(dots, row)}"),
            $"{"",LabelWidth} {Axis(curve.Curve)}",
        ];
    }

    // The name is in the middle between the two ends.
    static string Axis(LossCurve curve)
    {
        (string from, string to) = (Number(curve.From), Number(curve.To));
        string name = curve.Axis.PadLeft((Columns + curve.Axis.Length) / 2).PadRight(Columns);
        return $"{from}{name[from.Length..^to.Length]}{to}";
    }

    static int Height(double y, double low, double high) => (int)Math.Round((high - y) / (high - low) * ((4 * Rows) - 1));

    static void Set(int[,] dots, int x, int y) => dots[y / 4, x / 2] |= Bits[y % 4, x % 2];

    static string Line(int[,] dots, int row) =>
        string.Concat(Enumerable.Range(0, Columns).Select(column => (char)(0x2800 + dots[row, column])));

    static string Number(double value) => NumberText.Format(value, 3);
}
