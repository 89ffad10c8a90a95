namespace Criterion.Training;

/// <summary>The values of a <c>Summary</c>: scalars, images and histograms.</summary>
internal static class EventValues
{
    const int ScalarClass = 1;
    const string ScalarPlugin = "scalars";

    /// <summary>Creates a scalar.</summary>
    /// <param name="tag">The name.</param>
    /// <param name="value">The value.</param>
    /// <param name="description">The meaning, which TensorBoard reads from the first value of a tag. Default: none.</param>
    public static ProtobufWriter Scalar(string tag, double value, string? description = null)
    {
        ProtobufWriter scalar = new ProtobufWriter().Text(1, tag).Float(2, (float)value);
        return description is null ? scalar : scalar.Message(
            9,
            new ProtobufWriter().Message(1, new ProtobufWriter().Text(1, ScalarPlugin)).Text(3, description).Integer(4, ScalarClass));
    }

    /// <summary>Creates an image from a PNG.</summary>
    /// <param name="tag">The name.</param>
    /// <param name="png">The content of the file.</param>
    /// <param name="shape">The channels, height and width.</param>
    public static ProtobufWriter Image(string tag, byte[] png, Shape shape) => new ProtobufWriter().Text(1, tag).Message(
        4, new ProtobufWriter().Integer(1, shape[1]).Integer(2, shape[2]).Integer(3, shape[0]).Bytes(4, png));

    /// <summary>Creates a histogram.</summary>
    public static ProtobufWriter Histogram(string tag, Histogram histogram) => new ProtobufWriter().Text(1, tag).Message(
        5,
        new ProtobufWriter()
            .Double(1, histogram.Least)
            .Double(2, histogram.Greatest)
            .Double(3, histogram.Count)
            .Double(4, histogram.Sum)
            .Double(5, histogram.SumOfSquares)
            .Doubles(6, histogram.Limits)
            .Doubles(7, histogram.Counts));
}
