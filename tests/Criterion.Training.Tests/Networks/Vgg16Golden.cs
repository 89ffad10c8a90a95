using System.Text.Json;

namespace Criterion.Training.Tests;

/// <summary>What torchvision's VGG16 answers, and the weights for which it does: see tests/golden/vgg16.py.</summary>
internal static class Vgg16Golden
{
    static readonly JsonElement[] All = Load();

    public static IEnumerable<string> Names => All.Select(static c => c.GetProperty("name").GetString()!);

    public static JsonElement Case(string name) => All.Single(c => c.GetProperty("name").GetString() == name);

    /// <summary>A network whose weights follow from their positions.</summary>
    public static Vgg16 Network(DType dtype)
    {
        Vgg16 network = new(new RandomStream(1), dtype);
        int seed = 0;
        foreach (Tensor parameter in network.Parameters())
        {
            double width = parameter.Rank > 1 ? 2 * Math.Sqrt(6.0 / (parameter.Count / parameter.Size(0))) : 0.2;
            float[] values = [.. Noise(seed++, parameter.Count).Select(x => (float)(x * width))];
            parameter.CopyFrom(Tensor.From(values, parameter.Shape));
        }

        return network;
    }

    public static Tensor Image(JsonElement golden, DType dtype)
    {
        (double black, double white) = (golden.GetProperty("range")[0].GetDouble(), golden.GetProperty("range")[1].GetDouble());
        Shape shape = [2, 3, golden.GetProperty("size")[0].GetInt32(), golden.GetProperty("size")[1].GetInt32()];
        float[] values = [.. Noise(100, shape.Count).Select(x => (float)(((x + 0.5) * (white - black)) + black))];
        return Tensor.From(values, shape).To(dtype);
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

    /// <summary>Numbers from −0.5 up to 0.5 from their positions alone: MurmurHash3's finaliser.</summary>
    static IEnumerable<double> Noise(int seed, int count)
    {
        for (int i = 0; i < count; i++)
        {
            uint x = unchecked(((uint)i * 0x9E3779B9) + ((uint)seed * 0x85EBCA6B));
            x = unchecked((x ^ (x >> 16)) * 0x85EBCA6B);
            x = unchecked((x ^ (x >> 13)) * 0xC2B2AE35);
            yield return ((x ^ (x >> 16)) / 4294967296.0) - 0.5;
        }
    }

    static JsonElement[] Load()
    {
        using FileStream file = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "golden", "vgg16.json"));
        return [.. JsonDocument.Parse(file).RootElement.GetProperty("cases").EnumerateArray()];
    }
}
