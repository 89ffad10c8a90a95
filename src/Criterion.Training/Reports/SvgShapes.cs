using System.Globalization;
using System.Text;
using System.Xml.Linq;

namespace Criterion.Training;

/// <summary>What pictures of curves are made of.</summary>
internal static class SvgShapes
{
    /// <summary>The namespace of all elements.</summary>
    public static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    /// <summary>The data of a path through points, broken where a number is not finite.</summary>
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

    /// <summary>A path.</summary>
    public static XElement Path(string points, params object?[] style) => new(Svg + "path", new XAttribute("d", points), style);

    /// <summary>A straight line.</summary>
    public static XElement Line(double x1, double y1, double x2, double y2, params object?[] style) =>
        Path($"M{Number(x1)} {Number(y1)}L{Number(x2)} {Number(y2)}", style);

    /// <summary>Text that starts, ends or has its middle at a place.</summary>
    public static XElement Label(string text, double x, double y, string anchor) => new(
        Svg + "text", new XAttribute("x", Number(x)), new XAttribute("y", Number(y)), new XAttribute("text-anchor", anchor), text);

    /// <summary>A number to a tenth, in which a picture is drawn.</summary>
    public static string Number(double value) => Math.Round(value, 1).ToString("0.#", CultureInfo.InvariantCulture);
}
