using System.Text.Json;
using Criterion.Nn;

namespace Criterion.Training.Tests;

/// <summary>
/// The answers of PyTorch's networks, and the weights for which they answer so: see tests/golden/networks.py.
/// </summary>
internal static class NetworkGolden
{
    public static IReadOnlyList<JsonElement> Cases(string network)
    {
        using FileStream file = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "golden", $"{network}.json"));
        return [.. JsonDocument.Parse(file).RootElement.GetProperty("cases").EnumerateArray()];
    }

    public static JsonElement Case(string network, string name) =>
        Cases(network).Single(c => c.GetProperty("name").GetString() == name);

    /// <summary>Gives a network weights that follow from their positions.</summary>
    public static T Filled<T>(T network)
        where T : Module
    {
        using Autograd.GradMode none = Autograd.NoGrad();
        int seed = 0;
        foreach (Tensor parameter in network.Parameters())
        {
            double width = parameter.Rank > 1 ? 2 * Math.Sqrt(6.0 / (parameter.Count / parameter.Size(0))) : 0.2;
            parameter.CopyFrom(Noise(seed++, parameter.Shape, width));
        }

        return network;
    }

    public static Tensor Image(JsonElement golden, DType dtype)
    {
        (double black, double white) = (golden.GetProperty("range")[0].GetDouble(), golden.GetProperty("range")[1].GetDouble());
        Shape shape = [2, 3, golden.GetProperty("size")[0].GetInt32(), golden.GetProperty("size")[1].GetInt32()];
        return Pixels(100, shape, black, white).To(dtype);
    }

    public static ImageRange Range(JsonElement golden) => golden.GetProperty("range").ToString() switch
    {
        "[0.0, 1.0]" => ImageRange.ZeroOne,
        "[-1.0, 1.0]" => ImageRange.MinusOneOne,
        _ => ImageRange.Byte,
    };

    /// <summary>Compares sums and some elements; the tolerance is relative to the mean absolute value.</summary>
    public static void Matches(JsonElement summary, Tensor actual, double tolerance, string what)
    {
        double[] values = actual.Detach().To(DType.Float64).ToArray<double>();
        double scale = summary.GetProperty("abs").GetDouble() / values.Length;
        Near("sum", summary.GetProperty("sum").GetDouble() / values.Length, values.Average());
        Near("sum of magnitudes", scale, values.Average(Math.Abs));
        foreach ((int at, double expected) in summary.GetProperty("at").EnumerateArray().Select(static i => i.GetInt32())
            .Zip(summary.GetProperty("values").EnumerateArray().Select(static v => v.GetDouble())))
        {
            Near($"element {at}", expected, values[at]);
        }

        void Near(string part, double expected, double got) => Assert.True(
            Math.Abs(expected - got) <= tolerance * (scale + Math.Abs(expected)), $"{what}, {part}: expected {expected:R}, got {got:R}, of "
                + $"a mean magnitude {scale}");
    }

    /// <summary>Returns pixels from black to white, rounded to Float32.</summary>
    public static Tensor Pixels(int seed, Shape shape, double black, double white) => Tensor.From(
        [.. Numbers(seed, shape.Count).Select(x => (float)(((x + 0.5) * (white - black)) + black))], shape);

    /// <summary>Returns noise of a width around a centre; it is Float32, or Float64 if it is not rounded.</summary>
    public static Tensor Noise(int seed, Shape shape, double width = 1, double centre = 0, bool round = true)
    {
        IEnumerable<double> values = Numbers(seed, shape.Count).Select(x => (x * width) + centre);
        return round ? Tensor.From([.. values.Select(static x => (float)x)], shape) : Tensor.From([.. values], shape);
    }

    /// <summary>Numbers from −0.5 up to 0.5 from their positions alone: MurmurHash3's finaliser.</summary>
    public static IEnumerable<double> Numbers(int seed, int count)
    {
        for (int i = 0; i < count; i++)
        {
            uint x = unchecked(((uint)i * 0x9E3779B9) + ((uint)seed * 0x85EBCA6B));
            x = unchecked((x ^ (x >> 16)) * 0x85EBCA6B);
            x = unchecked((x ^ (x >> 13)) * 0xC2B2AE35);
            yield return ((x ^ (x >> 16)) / 4294967296.0) - 0.5;
        }
    }
}
