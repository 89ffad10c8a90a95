using Criterion.Kernels;

namespace Criterion;

/// <summary>
/// A stream of random numbers whose whole state is two integers: the same numbers on any number of threads and any machine,
/// and in a checkpoint.
/// </summary>
/// <remarks>
/// Threads may draw from one stream at once: no two draws use the same part of it, but which thread gets which part is not determined.
/// Where results must be repeatable, give each thread a <see cref="Fork"/> of its own, named by its work rather than by the thread.
/// </remarks>
/// <param name="seed">Names the stream: the same seed gives the same numbers.</param>
/// <param name="position">How much of the stream has been used, in blocks.</param>
public sealed class RandomStream(ulong seed, ulong position = 0)
{
    const int BlocksPerChunk = 4096;

    static RandomStream s_default = new(0);

    ulong _position = position;

    /// <summary>The stream that is used where none is given, on any thread; set its seed with <see cref="Seed"/>.</summary>
    public static RandomStream Default => Volatile.Read(ref s_default);

    /// <summary>The seed.</summary>
    public ulong Key { get; } = seed;

    /// <summary>
    /// Gets or sets how much of the stream has been used, in blocks of four words. Setting it back draws the same numbers again.
    /// </summary>
    public ulong Position
    {
        get => Volatile.Read(ref _position);
        set => Volatile.Write(ref _position, value);
    }

    /// <summary>Replaces <see cref="Default"/> by a new stream of this seed.</summary>
    public static void Seed(ulong seed) => Volatile.Write(ref s_default, new RandomStream(seed));

    /// <summary>Another stream, independent of this one, for a part of a program that draws on its own.</summary>
    public RandomStream Fork(ulong name)
    {
        (uint a, uint b, _, _) = Philox.Block(Key, name, stream: ulong.MaxValue);
        return new RandomStream(a | ((ulong)b << 32));
    }

    /// <summary>A number in [0, 1).</summary>
    public double NextDouble()
    {
        (uint a, uint b, _, _) = Philox.Block(Key, Reserve(1));
        return Unit(a, b);
    }

    /// <summary>An integer in [0, <paramref name="count"/>), every one equally likely.</summary>
    public int NextInt(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return (int)new Draws(this, 1).Next(count);
    }

    /// <summary>Fills a tensor of floats with numbers from [low, high).</summary>
    internal void FillUniform(Tensor target, double low, double high)
    {
        if (target.DType == DType.Float32)
        {
            Fill<float, UniformSingle>(target, new(low, high));
        }
        else
        {
            Fill<double, UniformDouble>(target, new(low, high));
        }
    }

    /// <summary>Fills a tensor of floats with normal numbers.</summary>
    internal void FillNormal(Tensor target, double mean, double deviation)
    {
        if (target.DType == DType.Float32)
        {
            Fill<float, NormalSingle>(target, new(mean, deviation));
        }
        else
        {
            Fill<double, NormalDouble>(target, new(mean, deviation));
        }
    }

    /// <summary>Fills a tensor of integers with numbers from [low, high).</summary>
    internal void FillIntegers(Tensor target, long low, long high)
    {
        Span<long> values = target.Memory<long>().Span;
        Draws draws = new(this, values.Length);
        foreach (ref long value in values)
        {
            value = low + draws.Next(high - low);
        }
    }

    /// <summary>0 … count − 1 in random order (Fisher and Yates).</summary>
    internal void Permute(Span<long> values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = i;
        }

        Draws draws = new(this, Math.Max(0, values.Length - 1));
        for (int i = values.Length - 1; i > 0; i--)
        {
            int j = (int)draws.Next(i + 1);
            (values[i], values[j]) = (values[j], values[i]);
        }
    }

    static double Unit(uint a, uint b) => (((ulong)a << 21) ^ (b >> 11)) * (1.0 / (1L << 53));

    /// <summary>Takes blocks that no other draw gets.</summary>
    /// <returns>The position of the first.</returns>
    ulong Reserve(ulong blocks) => Interlocked.Add(ref _position, blocks) - blocks;

    void Fill<T, TDraw>(Tensor target, TDraw draw)
        where T : unmanaged
        where TDraw : struct, IDraw<T>
    {
        Memory<T> memory = target.Memory<T>();
        ulong blocks = ((ulong)memory.Length + (ulong)TDraw.PerBlock - 1) / (ulong)TDraw.PerBlock;
        int chunks = (int)((blocks + BlocksPerChunk - 1) / BlocksPerChunk);
        ParallelFor.Run(chunks, new FillChunk<T, TDraw>(memory, draw, Key, Reserve(blocks)));
    }

    /// <summary>Integers from blocks that are reserved together, one for each draw.</summary>
    struct Draws(RandomStream stream, int count)
    {
        ulong _next = stream.Reserve((ulong)count);
        int _left = count;

        /// <summary>An integer in [0, <paramref name="count"/>).</summary>
        public long Next(long count)
        {
            // Words at the ragged end of the range are drawn again, so that no number is favoured.
            ulong range = (ulong)count;
            ulong limit = ulong.MaxValue - (((ulong.MaxValue % range) + 1) % range);
            while (true)
            {
                ulong word = NextWord();
                if (word <= limit)
                {
                    return (long)(word % range);
                }
            }
        }

        ulong NextWord()
        {
            ulong block = _left-- > 0 ? _next++ : stream.Reserve(1);
            (uint a, uint b, _, _) = Philox.Block(stream.Key, block);
            return a | ((ulong)b << 32);
        }
    }

    /// <summary>What becomes of the words of one block.</summary>
    interface IDraw<T>
    {
        static abstract int PerBlock { get; }

        void Draw((uint A, uint B, uint C, uint D) words, Span<T> values);
    }

    readonly struct FillChunk<T, TDraw>(Memory<T> memory, TDraw draw, ulong key, ulong start) : IChunk
        where T : unmanaged
        where TDraw : struct, IDraw<T>
    {
        public void Run(int index)
        {
            Span<T> values = memory.Span;
            Span<T> block = stackalloc T[TDraw.PerBlock];
            int first = index * BlocksPerChunk;
            for (int i = first; i < first + BlocksPerChunk && i * TDraw.PerBlock < values.Length; i++)
            {
                draw.Draw(Philox.Block(key, start + (ulong)i), block);
                int at = i * TDraw.PerBlock;
                block[..Math.Min(TDraw.PerBlock, values.Length - at)].CopyTo(values[at..]);
            }
        }
    }

    readonly struct UniformSingle(double low, double high) : IDraw<float>
    {
        public static int PerBlock => 4;

        public void Draw((uint A, uint B, uint C, uint D) words, Span<float> values)
        {
            values[0] = Scale(words.A);
            values[1] = Scale(words.B);
            values[2] = Scale(words.C);
            values[3] = Scale(words.D);
        }

        // Rounding to single precision may reach the open end.
        float Scale(uint word) => Math.Min((float)(low + ((word >> 8) * (1.0 / (1 << 24)) * (high - low))), MathF.BitDecrement((float)high));
    }

    readonly struct UniformDouble(double low, double high) : IDraw<double>
    {
        public static int PerBlock => 2;

        public void Draw((uint A, uint B, uint C, uint D) words, Span<double> values)
        {
            values[0] = low + (Unit(words.A, words.B) * (high - low));
            values[1] = low + (Unit(words.C, words.D) * (high - low));
        }
    }

    readonly struct NormalSingle(double mean, double deviation) : IDraw<float>
    {
        public static int PerBlock => 4;

        public void Draw((uint A, uint B, uint C, uint D) words, Span<float> values)
        {
            (double a, double b) = Normals((words.A + 1.0) / (1L << 32), words.B / (double)(1L << 32));
            (double c, double d) = Normals((words.C + 1.0) / (1L << 32), words.D / (double)(1L << 32));
            values[0] = (float)(mean + (deviation * a));
            values[1] = (float)(mean + (deviation * b));
            values[2] = (float)(mean + (deviation * c));
            values[3] = (float)(mean + (deviation * d));
        }
    }

    readonly struct NormalDouble(double mean, double deviation) : IDraw<double>
    {
        public static int PerBlock => 2;

        public void Draw((uint A, uint B, uint C, uint D) words, Span<double> values)
        {
            (double a, double b) = Normals(1 - Unit(words.A, words.B), Unit(words.C, words.D));
            values[0] = mean + (deviation * a);
            values[1] = mean + (deviation * b);
        }
    }

    /// <summary>Two normal numbers from two uniform ones, the first of them not 0 (Box and Muller).</summary>
    static (double A, double B) Normals(double u, double v)
    {
        double radius = Math.Sqrt(-2 * Math.Log(u));
        (double sin, double cos) = Math.SinCos(2 * Math.PI * v);
        return (radius * cos, radius * sin);
    }
}
