using System.Xml.Linq;
using Criterion.Training;
using static Criterion.Training.SvgShapes;

namespace Criterion.Cli;

/// <summary>The curves of a criterion as a picture: values at the left, gradients at the right.</summary>
internal static class SvgPlot
{
    const double PanelWidth = 300;
    const double PanelHeight = 200;
    const double Margin = 40;

    static readonly string[] Colors = ["#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e", "#17becf"];

    /// <summary>The picture as SVG text.</summary>
    public static string Draw(string title, IReadOnlyList<SampledCurve> curves)
    {
        double width = (2 * PanelWidth) + (3 * Margin);
        double height = PanelHeight + (2 * Margin) + (18 * curves.Count);
        XElement picture = Picture(
            width,
            height,
            new XAttribute("width", Number(width)),
            new XAttribute("height", Number(height)),
            new XAttribute("font-family", "sans-serif"),
            new XAttribute("font-size", "12"),
            new XElement(Svg + "rect", new XAttribute("width", "100%"), new XAttribute("height", "100%"), new XAttribute("fill", "white")),
            Panel($"{title}: value", Margin, curves, static curve => curve.Value),
            Panel("gradient", PanelWidth + (2 * Margin), curves, static curve => curve.Gradient),
            curves.Select((curve, i) => Legend(curve.Curve.Name, i)));
        return picture.ToString().ReplaceLineEndings("\n") + "\n";
    }

    static XElement Panel(string title, double left, IReadOnlyList<SampledCurve> curves, Func<SampledCurve, double[]> y)
    {
        (double low, double high) = SampledCurve.Range(curves.SelectMany(y));
        double from = curves.Min(static curve => curve.Curve.From);
        double to = curves.Max(static curve => curve.Curve.To);
        (Axis across, Axis down) = (new(from, to), new(high, low));
        double X(double x) => across.Place(x) * PanelWidth;
        double Y(double value) => down.Place(value) * PanelHeight;
        return new XElement(
            Svg + "g",
            new XAttribute("transform", $"translate({Number(left)} {Number(Margin)})"),
            Label(title, PanelWidth / 2, -14, "middle"),
            GridLine(0, Y(0), PanelWidth, Y(0)),
            from < 0 && to > 0 ? GridLine(X(0), 0, X(0), PanelHeight) : null,
            Label(Text(high), -4, 10, "end"),
            Label(Text(low), -4, PanelHeight, "end"),
            Label(Text(from), 0, PanelHeight + 16, "start"),
            Label(curves[0].Curve.Axis, PanelWidth / 2, PanelHeight + 16, "middle"),
            Label(Text(to), PanelWidth, PanelHeight + 16, "end"),
            curves.Select((curve, i) => Curve(Through(curve.X.Select(X), y(curve).Select(Y)), i)));
    }

    static string Text(double value) => NumberText.Format(value, 1);

    static XElement Curve(string points, int color) => Path(
        points,
        new XAttribute("fill", "none"),
        new XAttribute("stroke", Colors[color % Colors.Length]),
        new XAttribute("stroke-width", "2"));

    static XElement GridLine(double x1, double y1, double x2, double y2) => Line(x1, y1, x2, y2, new XAttribute("stroke", "#cccccc"));

    static XElement Legend(string name, int i)
    {
        double y = PanelHeight + (2 * Margin) + (18 * i);
        return new XElement(
            Svg + "g",
            Rectangle(Margin, y - 9, 18, 4, new XAttribute("fill", Colors[i % Colors.Length])),
            Label(name, Margin + 26, y - 2, "start"));
    }
}
