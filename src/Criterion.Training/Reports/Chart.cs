using System.Xml.Linq;
using static Criterion.Training.SvgShapes;

namespace Criterion.Training;

/// <summary>A figure of a report: curves over one axis, with a legend and a caption.</summary>
/// <param name="Title">The title.</param>
/// <param name="Lines">The curves.</param>
internal sealed record Chart(string Title, IReadOnlyList<Series> Lines)
{
    const double Width = 460;
    const double Height = 250;
    const double Left = 52;
    const double Right = 20;
    const double Top = 10;
    const double Bottom = 36;
    const double DotRoom = 4;
    const int Colors = 8;

    /// <summary>Gets the quantity on the horizontal axis. Default: step.</summary>
    public string Axis { get; init; } = "step";

    /// <summary>Gets whether the vertical axis may be logarithmic. Default: false.</summary>
    public bool MayBeLog { get; init; }

    /// <summary>Gets whether the range of smoothed values is not shaded, for charts with many curves. Default: false.</summary>
    public bool Plain { get; init; }

    /// <summary>Gets the caption.</summary>
    public string Note { get; init; } = "";

    /// <summary>Creates the figure.</summary>
    public XElement Draw()
    {
        Axis x = Training.Axis.Exact(Lines.SelectMany(static line => line.X).Prepend(0));
        Axis y = Training.Axis.Roomy([.. Lines.SelectMany(static line => line.Core())], MayBeLog);
        string clip = $"inside-{Html.Id(Title)}";
        XElement picture = Picture(
            Width,
            Height,
            new XAttribute("role", "img"),
            new XAttribute("aria-label", $"{Title} by {Axis}. {string.Join(". ", Lines.Select(static line => line.Describe()))}."),
            new XElement(
                Svg + "clipPath",
                new XAttribute("id", clip),
                Rectangle(Left - DotRoom, Top - DotRoom, Width - Left - Right + (2 * DotRoom), Height - Top - Bottom + DotRoom)),
            y.Ticks().Select(value => Tick(value, Y(y, value))),
            x.Ticks().Where(static value => value == Math.Floor(value))
                .Select(value => Label(Training.Axis.Text(value), X(x, value), Height - Bottom + 15, "middle")),
            Label(Axis, Left + ((Width - Left - Right) / 2), Height - 6, "middle"),
            Line(Left, Height - Bottom, Width - Right, Height - Bottom, new XAttribute("class", "axis")),
            new XElement(Svg + "g", new XAttribute("clip-path", $"url(#{clip})"), Lines.Select((line, i) => Curve(line, i, x, y))));
        return new XElement("figure", new XElement("figcaption", new XElement("h3", Title)), picture, Legend(), Caption(y));
    }

    object[] Curve(Series line, int index, Axis x, Axis y)
    {
        IReadOnlyList<SeriesPoint> points = line.Smooth();
        double[] places = [.. points.Select(point => X(x, point.X))];
        XElement curve = Path(Through(places, points.Select(point => Y(y, point.Mean))), new XAttribute("class", $"line {Look(index)}"));
        IEnumerable<XElement> dots = points.Count < 30
            ? points.Zip(places).Where(pair => double.IsFinite(Y(y, pair.First.Mean)))
                .Select(pair => Dot(pair.Second, Y(y, pair.First.Mean), "2.5", $"dot {Look(index)}"))
            : [];
        return [line.Bucket > 1 && !Plain ? Band(points, places, index, y) : null!, curve, .. dots];
    }

    // Forward along the greatest values and back along the least; at the mean where these are missing.
    static XElement Band(IReadOnlyList<SeriesPoint> means, double[] places, int index, Axis y)
    {
        (SeriesPoint Point, double X)[] whole = [.. means.Zip(places).Where(static pair => double.IsFinite(pair.First.Mean))];
        double Bounded(double value) => double.IsFinite(Y(y, value)) ? Y(y, value) : Height;
        IEnumerable<(double X, double Y)> outline = whole.Select(pair => (pair.X, Bounded(pair.Point.High)))
            .Concat(whole.Reverse().Select(pair => (pair.X, Bounded(pair.Point.Low))));
        string points = Through(outline.Select(static at => at.X), outline.Select(static at => at.Y));
        return Path(points, new XAttribute("class", $"band {Look(index)}"));
    }

    static IEnumerable<XElement> Tick(double value, double y) =>
    [
        Line(Left, y, Width - Right, y, new XAttribute("class", "grid-line")),
        Label(Training.Axis.Text(value), Left - 5, y + 4, "end"),
    ];

    XElement? Legend() => Lines.Count < 2 ? null : new XElement(
        "ul",
        new XAttribute("class", "legend"),
        Lines.Select(static (line, i) => new XElement("li", Swatch(i), " ", line.Name)));

    XElement? Caption(Axis y)
    {
        int bucket = Lines.Max(static line => line.Bucket);
        string[] parts =
        [
            Note,
            bucket > 1 ? $"Lines are means of {bucket} steps{(Plain ? "" : ", shaded from the least to the greatest")}." : "",
            y.IsLog ? "Logarithmic scale." : "",
        ];
        string text = string.Join(' ', parts.Where(static part => part.Length > 0));
        return text.Length == 0 ? null : new XElement("p", new XAttribute("class", "note"), text);
    }

    static XElement Swatch(int index) => Picture(
        24,
        8,
        new XAttribute("aria-hidden", "true"),
        Line(0, 4, 24, 4, new XAttribute("class", $"line {Look(index)}")));

    static string Look(int index) => $"c{index % Colors}{(index / Colors % 2 == 1 ? " dashed" : "")}";

    static double X(Axis axis, double value) => Left + (axis.Place(value) * (Width - Left - Right));

    static double Y(Axis axis, double value) => Top + ((1 - axis.Place(value)) * (Height - Top - Bottom));
}
