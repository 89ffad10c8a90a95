using Criterion.Formats;

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
    public static ProtobufMessage Scalar(string tag, double value, string? description = null)
    {
        ProtobufMessage scalar = new ProtobufMessage().Add(1, tag).Add(2, (float)value);
        return description is null ? scalar : scalar.Add(
            9,
            new ProtobufMessage().Add(1, new ProtobufMessage().Add(1, ScalarPlugin)).Add(3, description).Add(4, ScalarClass));
    }

    /// <summary>Creates an image from a PNG.</summary>
    /// <param name="tag">The name.</param>
    /// <param name="png">The content of the file.</param>
    /// <param name="shape">The channels, height and width.</param>
    public static ProtobufMessage Image(string tag, byte[] png, Shape shape) => new ProtobufMessage().Add(1, tag).Add(
        4, new ProtobufMessage().Add(1, shape[1]).Add(2, shape[2]).Add(3, shape[0]).Add(4, png));

    /// <summary>Creates a histogram.</summary>
    public static ProtobufMessage Histogram(string tag, Histogram histogram) => new ProtobufMessage().Add(1, tag).Add(
        5,
        new ProtobufMessage()
            .Add(1, histogram.Least)
            .Add(2, histogram.Greatest)
            .Add(3, (double)histogram.Count)
            .Add(4, histogram.Sum)
            .Add(5, histogram.SumOfSquares)
            .AddPacked(6, histogram.Limits)
            .AddPacked(7, histogram.Counts));
}
