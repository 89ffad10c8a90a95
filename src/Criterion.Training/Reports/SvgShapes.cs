using System.Globalization;
using System.Text;
using System.Xml.Linq;

namespace Criterion.Training;

/// <summary>The shapes of all SVG plots: those of reports, of comparisons and of the catalogue.</summary>
internal static class SvgShapes
{
    /// <summary>The namespace of SVG elements.</summary>
    public static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    /// <summary>Creates a picture of a size, without the content.</summary>
    public static XElement Picture(double width, double height, params object?[] content) =>
        new(Svg + "svg", new XAttribute("viewBox", $"0 0 {Number(width)} {Number(height)}"), content);

    /// <summary>Formats the data of a path through points, with a gap where a number is not finite.</summary>
    public static string Through(IEnumerable<double> x, IEnumerable<double> y)
    {
        StringBuilder path = new();
        bool isDrawing = false;
        foreach ((double a, double b) in x.Zip(y))
        {
            if (double.IsFinite(b))
            {
                path.Append(isDrawing ? 'L' : 'M').Append(Number(a)).Append(' ').Append(Number(b));
            }

            isDrawing = double.IsFinite(b);
        }

        return path.ToString();
    }

    /// <summary>Creates a path.</summary>
    public static XElement Path(string points, params object?[] style) => new(Svg + "path", new XAttribute("d", points), style);

    /// <summary>Creates a straight line.</summary>
    public static XElement Line(double x1, double y1, double x2, double y2, params object?[] style) =>
        Path($"M{Number(x1)} {Number(y1)}L{Number(x2)} {Number(y2)}", style);

    /// <summary>Creates a rectangle.</summary>
    public static XElement Rectangle(double x, double y, double width, double height, params object?[] style) => new(
        Svg + "rect",
        new XAttribute("x", Number(x)),
        new XAttribute("y", Number(y)),
        new XAttribute("width", Number(width)),
        new XAttribute("height", Number(height)),
        style);

    /// <summary>Creates a dot.</summary>
    public static XElement Dot(double x, double y, string radius, string look) => new(
        Svg + "circle",
        new XAttribute("cx", Number(x)),
        new XAttribute("cy", Number(y)),
        new XAttribute("r", radius),
        new XAttribute("class", look));

    /// <summary>Creates text that starts, ends or has its middle at a position; the anchor is start, end or middle.</summary>
    public static XElement Label(string text, double x, double y, string anchor) => new(
        Svg + "text", new XAttribute("x", Number(x)), new XAttribute("y", Number(y)), new XAttribute("text-anchor", anchor), text);

    /// <summary>Formats a coordinate to a tenth of a pixel. Adding 0 turns −0 into 0.</summary>
    public static string Number(double value) => (Math.Round(value, 1) + 0.0).ToString("0.#", CultureInfo.InvariantCulture);
}
