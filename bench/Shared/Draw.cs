namespace Criterion.Bench;

/// <summary>
/// Draws the inputs of the cases. Every side computes them itself, bit for bit: element i of a seed is a hash of the two.
/// <c>peer/inputs.py</c> is the twin in Python.
/// </summary>
internal static class Draw
{
    /// <summary>Fills <paramref name="values"/> with numbers in [low, high).</summary>
    public static void Uniform(Span<float> values, int seed, double low = -1, double high = 1)
    {
        (float width, float start) = ((float)(high - low), (float)low);
        for (int i = 0; i < values.Length; i++)
        {
            float scaled = (Hash(seed, i) >> 8) * (1f / (1 << 24)) * width;
            values[i] = scaled + start;
        }
    }

    /// <summary>Fills <paramref name="values"/> with two classes, <paramref name="negative"/> or 1.</summary>
    public static void Classes(Span<float> values, int seed, float negative)
    {
        Uniform(values, seed);
        foreach (ref float value in values)
        {
            value = value < 0 ? negative : 1;
        }
    }

    /// <summary>Fills <paramref name="values"/> with class indices in [0, most).</summary>
    public static void Indices(Span<long> values, int seed, int most)
    {
        float[] drawn = new float[values.Length];
        Uniform(drawn, seed, 0, most);
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = Math.Min((long)drawn[i], most - 1);
        }
    }

    static uint Hash(int seed, int i)
    {
        uint h = unchecked(((uint)i * 2654435761u) + ((uint)seed * 374761393u));
        h = unchecked((h ^ (h >> 15)) * 2246822519u);
        h = unchecked((h ^ (h >> 13)) * 3266489917u);
        return h ^ (h >> 16);
    }
}
