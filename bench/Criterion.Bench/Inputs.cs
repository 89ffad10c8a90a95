using Criterion.Nn;

namespace Criterion.Bench;

/// <summary>Numbers that both sides compute for themselves, bit for bit: element i of a seed is a hash of the two.</summary>
internal static class Inputs
{
    /// <summary>Values in [low, high) in single precision. The twin of <c>uniform</c> in Python.</summary>
    public static Tensor Uniform(int seed, Shape shape, double low = -1, double high = 1)
    {
        Tensor tensor = Tensor.Empty(shape);
        Span<float> values = tensor.AsSpan<float>();
        (float width, float start) = ((float)(high - low), (float)low);
        for (int i = 0; i < values.Length; i++)
        {
            float scaled = (Hash(seed, i) >> 8) * (1f / (1 << 24)) * width;
            values[i] = scaled + start;
        }

        return tensor;
    }

    /// <summary>The same as a leaf that wants a gradient.</summary>
    public static Tensor Variable(int seed, Shape shape, double low = -1, double high = 1)
    {
        Tensor tensor = Uniform(seed, shape, low, high);
        tensor.RequiresGrad = true;
        return tensor;
    }

    /// <summary>1 or −1 for each row.</summary>
    public static Tensor Labels(int seed, int count)
    {
        Tensor tensor = Uniform(seed, [count]);
        foreach (ref float value in tensor.AsSpan<float>())
        {
            value = value < 0 ? -1 : 1;
        }

        return tensor;
    }

    /// <summary>1 or 0, where <see cref="Labels"/> has 1 or −1.</summary>
    public static Tensor Bits(int seed, int count) => (Labels(seed, count) + 1) * 0.5;

    /// <summary>Whole numbers in [0, most).</summary>
    public static Tensor Classes(int seed, int count, int most)
    {
        ReadOnlySpan<float> drawn = Uniform(seed, [count], 0, most).AsReadOnlySpan<float>();
        long[] classes = new long[count];
        for (int i = 0; i < count; i++)
        {
            classes[i] = Math.Min((long)drawn[i], most - 1);
        }

        return Tensor.From(classes, [count]);
    }

    /// <summary>Weights of every layer in turn: those of more than one dimension are drawn, the others stay as they are.</summary>
    public static T Fill<T>(T network)
        where T : Nn.Module
    {
        using (Autograd.NoGrad())
        {
            foreach ((int i, Tensor parameter) in network.Parameters().Index())
            {
                if (parameter.Rank > 1)
                {
                    parameter.CopyFrom(Uniform(1000 + i, parameter.Shape, -0.035, 0.035));
                }
                else if (parameter[0].Item() != 0)
                {
                    parameter.Fill(1);
                }
            }
        }

        return network;
    }

    static uint Hash(int seed, int i)
    {
        uint h = unchecked(((uint)i * 2654435761u) + ((uint)seed * 374761393u));
        h = unchecked((h ^ (h >> 15)) * 2246822519u);
        h = unchecked((h ^ (h >> 13)) * 3266489917u);
        return h ^ (h >> 16);
    }
}
