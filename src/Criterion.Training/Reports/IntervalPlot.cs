using System.Globalization;
using System.Xml.Linq;
using static Criterion.Training.SvgShapes;

namespace Criterion.Training;

/// <summary>A figure of means with their margins, one row each, on a common axis.</summary>
/// <param name="Title">The title.</param>
/// <param name="Rows">The names, intervals, and single results.</param>
internal sealed record IntervalPlot(string Title, IReadOnlyList<(string Name, Interval Interval, IReadOnlyList<double> Values)> Rows)
{
    /// <summary>Gets the greatest value that is possible. Default: none.</summary>
    public double Most { get; init; } = double.PositiveInfinity;

    const double Width = 460;
    const double Left = 150;
    const double Right = 14;
    const double RowHeight = 24;
    const double Bottom = 24;

    // Smaller margins and their means are formatted with an exponent.
    const double LeastFixed = 1e-5;

    /// <summary>Creates the figure.</summary>
    public XElement Draw()
    {
        double height = Rows.Count * RowHeight;
        Axis roomy = Axis.Roomy([.. Rows.SelectMany(row => row.Values.Concat(Ends(row.Interval)))]);
        Axis axis = roomy with { Low = Math.Max(0, roomy.Low), High = Math.Min(Most, roomy.High) };
        bool isCut = Rows.Any(row => row.Interval.Mean - (row.Interval.Margin ?? 0) < 0);
        XElement picture = Picture(
            Width,
            height + Bottom,
            new XAttribute("role", "img"),
            new XAttribute("aria-label", $"{Title}: {string.Join(", ", Rows.Select(static row => $"{row.Name} {Text(row.Interval)}"))}."),
            axis.Ticks().Select(value => Tick(X(axis, value), value, height)),
            Rows.Select((row, i) => Label(row.Name, Left - 8, Middle(i) + 4, "end")),
            Rows.Select((row, i) => Row(row.Interval, row.Values, axis, Middle(i))));
        return new XElement(
            "figure",
            new XElement("figcaption", new XElement("h3", Title)),
            picture,
            Html.Paragraph("Dots are means, lines their 95 % intervals over the seeds, ticks the single runs."
                + (isCut ? " No value can be below 0, where intervals are cut." : ""), "note"));
    }

    /// <summary>Formats mean ± margin, both to the second digit of the margin.</summary>
    public static string Text(Interval interval)
    {
        if (interval.Margin is not (> 0 and < double.PositiveInfinity and var margin))
        {
            return $"{Axis.Text(interval.Mean)}{(interval.Margin is null ? "" : " ± 0")}";
        }

        if (margin < LeastFixed)
        {
            return $"{Axis.Text(interval.Mean)} ± {Axis.Text(margin)}";
        }

        string format = $"F{Math.Max(0, 1 - (int)Math.Floor(Math.Log10(margin)))}";
        return $"{interval.Mean.ToString(format, CultureInfo.InvariantCulture)} ± {margin.ToString(format, CultureInfo.InvariantCulture)}";
    }

    IEnumerable<XElement> Row(Interval interval, IReadOnlyList<double> values, Axis axis, double y)
    {
        double[] ends = Ends(interval);
        return double.IsFinite(interval.Mean)
            ? [
                Line(X(axis, ends[0]), y, X(axis, ends[1]), y, new XAttribute("class", "line c0")),
                .. values.Where(double.IsFinite)
                    .Select(value => Line(X(axis, value), y - 5, X(axis, value), y + 5, new XAttribute("class", "line c1"))),
                Dot(X(axis, interval.Mean), y, "4", "dot c0"),
            ]
            : [];
    }

    static IEnumerable<XElement> Tick(double x, double value, double height) =>
    [
        Line(x, 0, x, height, new XAttribute("class", "grid-line")),
        Label(Axis.Text(value), x, height + 15, "middle"),
    ];

    // No measure is negative, but an interval by Student's t may be.
    double[] Ends(Interval interval) =>
        [Math.Max(0, interval.Mean - (interval.Margin ?? 0)), Math.Min(Most, interval.Mean + (interval.Margin ?? 0))];

    static double Middle(int row) => (row + 0.5) * RowHeight;

    static double X(Axis axis, double value) => Left + (axis.Place(value) * (Width - Left - Right));
}
