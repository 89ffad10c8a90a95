using System.Globalization;
using System.Text;
using System.Xml.Linq;

namespace Criterion.Cli;

/// <summary>The curves of a criterion as a picture: values at the left, gradients at the right.</summary>
internal static class SvgPlot
{
    const double PanelWidth = 300;
    const double PanelHeight = 200;
    const double Margin = 40;

    static readonly XNamespace Svg = "http://www.w3.org/2000/svg";
    static readonly string[] Colors = ["#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e", "#17becf"];

    /// <summary>The picture as SVG text.</summary>
    public static string Draw(string title, IReadOnlyList<SampledCurve> curves)
    {
        double width = (2 * PanelWidth) + (3 * Margin);
        double height = PanelHeight + (2 * Margin) + (18 * curves.Count);
        XElement picture = new(
            Svg + "svg",
            new XAttribute("viewBox", $"0 0 {Text(width)} {Text(height)}"),
            new XAttribute("width", Text(width)),
            new XAttribute("height", Text(height)),
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
        double X(double x) => (x - from) / (to - from) * PanelWidth;
        double Y(double value) => (high - value) / (high - low) * PanelHeight;
        return new XElement(
            Svg + "g",
            new XAttribute("transform", $"translate({Text(left)} {Text(Margin)})"),
            Label(title, PanelWidth / 2, -14, "middle"),
            Line(0, Y(0), PanelWidth, Y(0)),
            from < 0 && to > 0 ? Line(X(0), 0, X(0), PanelHeight) : null,
            Label(Text(high), -4, 10, "end"),
            Label(Text(low), -4, PanelHeight, "end"),
            Label(Text(from), 0, PanelHeight + 16, "start"),
            Label(curves[0].Curve.Axis, PanelWidth / 2, PanelHeight + 16, "middle"),
            Label(Text(to), PanelWidth, PanelHeight + 16, "end"),
            curves.Select((curve, i) => Path(Points(curve.X.Select(X), y(curve).Select(Y)), i)));
    }

    // The line is broken where the value is not finite.
    static string Points(IEnumerable<double> x, IEnumerable<double> y)
    {
        StringBuilder path = new();
        bool isDrawing = false;
        foreach ((double a, double b) in x.Zip(y))
        {
            if (double.IsFinite(b))
            {
                path.Append(isDrawing ? 'L' : 'M').Append(Text(a)).Append(' ').Append(Text(b));
            }

            isDrawing = double.IsFinite(b);
        }

        return path.ToString();
    }

    static XElement Path(string points, int color) => new(
        Svg + "path",
        new XAttribute("d", points),
        new XAttribute("fill", "none"),
        new XAttribute("stroke", Colors[color % Colors.Length]),
        new XAttribute("stroke-width", "2"));

    static XElement Line(double x1, double y1, double x2, double y2) => new(
        Svg + "path",
        new XAttribute("d", $"M{Text(x1)} {Text(y1)}L{Text(x2)} {Text(y2)}"),
        new XAttribute("stroke", "#cccccc"));

    static XElement Label(string text, double x, double y, string anchor) => new(
        Svg + "text", new XAttribute("x", Text(x)), new XAttribute("y", Text(y)), new XAttribute("text-anchor", anchor), text);

    static XElement Legend(string name, int i)
    {
        double y = PanelHeight + (2 * Margin) + (18 * i);
        return new XElement(
            Svg + "g",
            new XElement(
                Svg + "rect",
                new XAttribute("x", Text(Margin)), new XAttribute("y", Text(y - 9)), new XAttribute("width", "18"), new XAttribute("height", "4"),
                new XAttribute("fill", Colors[i % Colors.Length])),
            Label(name, Margin + 26, y - 2, "start"));
    }

    static string Text(double value) => Math.Round(value, 1).ToString("0.#", CultureInfo.InvariantCulture);
}
