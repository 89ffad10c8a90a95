using System.Numerics;
using System.Runtime.InteropServices;

namespace Criterion.Kernels;

/// <summary>Fills memory with random numbers: block n of the stream gives the same elements on any thread.</summary>
internal static class RandomFill
{
    const int BlocksPerChunk = 4096;

    /// <summary>Returns the number of Philox blocks for so many elements.</summary>
    public static ulong Blocks<T>(long count)
        where T : unmanaged => ((ulong)count + (ulong)PerBlock<T>() - 1) / (ulong)PerBlock<T>();

    /// <summary>
    /// Fills <paramref name="values"/> from the blocks of <paramref name="key"/> from <paramref name="first"/> on, skipping the elements
    /// <paramref name="before"/> the values.
    /// </summary>
    public static void Run<T, TDistribution>(Memory<T> values, TDistribution distribution, ulong key, ulong first, long before = 0)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TDistribution : struct, IDistribution
    {
        (long blocks, long offset) = Math.DivRem(before, PerBlock<T>());
        int chunks = (int)((Blocks<T>(values.Length + offset) + BlocksPerChunk - 1) / BlocksPerChunk);
        ParallelFor.Run(chunks, new FillChunks<T, TDistribution>(values, distribution, key, first + (ulong)blocks, (int)offset));
    }

    /// <summary>Elements of a block: a word for each float, two for each double.</summary>
    static unsafe int PerBlock<T>()
        where T : unmanaged => 4 * sizeof(uint) / sizeof(T);

    readonly struct FillChunks<T, TDistribution>(Memory<T> memory, TDistribution distribution, ulong key, ulong first, int offset)
        : IChunk
        where T : unmanaged
        where TDistribution : struct, IDistribution
    {
        public void Run(int index)
        {
            Span<T> values = memory.Span;
            int perBlock = PerBlock<T>();
            Span<T> block = stackalloc T[perBlock];
            int start = index * BlocksPerChunk;
            for (int i = start; i < start + BlocksPerChunk && (i * perBlock) - offset < values.Length; i++)
            {
                Draw(Philox.Block(key, first + (ulong)i), block);
                int at = (i * perBlock) - offset;
                int skipped = Math.Max(0, -at);
                block[skipped..Math.Min(perBlock, values.Length - at)].CopyTo(values[(at + skipped)..]);
            }
        }

        void Draw((uint A, uint B, uint C, uint D) words, Span<T> block)
        {
            if (typeof(T) == typeof(float))
            {
                distribution.Draw(words, MemoryMarshal.Cast<T, float>(block));
            }
            else
            {
                distribution.Draw(words, MemoryMarshal.Cast<T, double>(block));
            }
        }
    }
}

/// <summary>Turns the four words of a block into four floats or two doubles.</summary>
internal interface IDistribution
{
    void Draw((uint A, uint B, uint C, uint D) words, Span<float> values);

    void Draw((uint A, uint B, uint C, uint D) words, Span<double> values);
}

/// <summary>Uniform numbers from [low, high).</summary>
internal readonly struct UniformNumbers(double low, double high) : IDistribution
{
    public void Draw((uint A, uint B, uint C, uint D) words, Span<float> values)
    {
        values[0] = Scale(words.A);
        values[1] = Scale(words.B);
        values[2] = Scale(words.C);
        values[3] = Scale(words.D);
    }

    public void Draw((uint A, uint B, uint C, uint D) words, Span<double> values)
    {
        values[0] = low + (Philox.Unit(words.A, words.B) * (high - low));
        values[1] = low + (Philox.Unit(words.C, words.D) * (high - low));
    }

    // Rounding to single precision may reach the open end.
    float Scale(uint word) => Math.Min((float)(low + ((word >> 8) * (1.0 / (1 << 24)) * (high - low))), MathF.BitDecrement((float)high));
}

/// <summary>Normal numbers, by the transform of Box and Muller.</summary>
internal readonly struct NormalNumbers(double mean, double deviation) : IDistribution
{
    public void Draw((uint A, uint B, uint C, uint D) words, Span<float> values)
    {
        (double a, double b) = Pair((words.A + 1.0) / (1L << 32), words.B / (double)(1L << 32));
        (double c, double d) = Pair((words.C + 1.0) / (1L << 32), words.D / (double)(1L << 32));
        values[0] = (float)(mean + (deviation * a));
        values[1] = (float)(mean + (deviation * b));
        values[2] = (float)(mean + (deviation * c));
        values[3] = (float)(mean + (deviation * d));
    }

    public void Draw((uint A, uint B, uint C, uint D) words, Span<double> values)
    {
        (double a, double b) = Pair(1 - Philox.Unit(words.A, words.B), Philox.Unit(words.C, words.D));
        values[0] = mean + (deviation * a);
        values[1] = mean + (deviation * b);
    }

    /// <summary>Returns two normal numbers for two uniform ones, the first of them not 0.</summary>
    static (double A, double B) Pair(double u, double v)
    {
        double radius = Math.Sqrt(-2 * Math.Log(u));
        (double sin, double cos) = Math.SinCos(2 * Math.PI * v);
        return (radius * cos, radius * sin);
    }
}
