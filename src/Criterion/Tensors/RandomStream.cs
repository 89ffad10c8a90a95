using System.Numerics;
using Criterion.Kernels;

namespace Criterion;

/// <summary>
/// A stream of random numbers whose state is two integers, which a checkpoint stores. The numbers are the same on any number of threads
/// and on any machine.
/// </summary>
/// <remarks>
/// Threads may draw from one stream at once: no two draws use the same part of it, but which thread gets which part is not determined.
/// Where results must be reproducible, give each thread its own <see cref="Fork"/>, named by its work rather than by the thread.
/// </remarks>
/// <param name="seed">The seed: the same seed gives the same numbers.</param>
/// <param name="position">The number of blocks that are already used. Default: 0.</param>
public sealed class RandomStream(ulong seed, ulong position = 0)
{
    static RandomStream s_default = new(0);

    ulong _position = position;

    /// <summary>Gets the stream that operations on any thread use by default; set its seed with <see cref="Seed"/>.</summary>
    public static RandomStream Default => Volatile.Read(ref s_default);

    /// <summary>Gets the seed.</summary>
    public ulong Key { get; } = seed;

    /// <summary>
    /// Gets or sets the number of used blocks of four words. Setting it to an earlier value draws the same numbers again.
    /// </summary>
    public ulong Position
    {
        get => Volatile.Read(ref _position);
        set => Volatile.Write(ref _position, value);
    }

    /// <summary>Replaces <see cref="Default"/> with a new stream of this seed.</summary>
    public static void Seed(ulong seed) => Volatile.Write(ref s_default, new RandomStream(seed));

    /// <summary>Returns an independent stream, for a part of a program that draws separately.</summary>
    /// <param name="name">The number of the fork: each gives other numbers.</param>
    public RandomStream Fork(ulong name)
    {
        (uint a, uint b, _, _) = Philox.Block(Key, name, stream: ulong.MaxValue);
        return new RandomStream(a | ((ulong)b << 32));
    }

    /// <summary>Draws a uniform number from [0, 1).</summary>
    public double NextDouble()
    {
        (uint a, uint b, _, _) = Philox.Block(Key, Reserve(1));
        return Philox.Unit(a, b);
    }

    /// <summary>Draws a uniform integer from [0, <paramref name="count"/>).</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is less than 1.</exception>
    public int NextInt(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return (int)new IntegerDraws(this, 1).Next(count);
    }

    /// <summary>Fills a tensor of floats with numbers from [low, high).</summary>
    internal void FillUniform(Tensor target, double low, double high) =>
        target.DType.RunFloats(new Fill<UniformNumbers>(this, target, new(low, high)));

    /// <summary>Fills a tensor of floats with normal numbers.</summary>
    internal void FillNormal(Tensor target, double mean, double deviation) =>
        target.DType.RunFloats(new Fill<NormalNumbers>(this, target, new(mean, deviation)));

    /// <summary>Fills a tensor of integers with numbers from [low, high).</summary>
    internal void FillIntegers(Tensor target, long low, long high)
    {
        Span<long> values = target.Memory<long>().Span;
        IntegerDraws draws = new(this, values.Length);
        foreach (ref long value in values)
        {
            value = low + draws.Next(high - low);
        }
    }

    /// <summary>Fills the span with 0, 1, … in random order (Fisher and Yates).</summary>
    internal void Permute(Span<long> values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = i;
        }

        IntegerDraws draws = new(this, Math.Max(0, values.Length - 1));
        for (int i = values.Length - 1; i > 0; i--)
        {
            int j = (int)draws.Next(i + 1);
            (values[i], values[j]) = (values[j], values[i]);
        }
    }

    /// <summary>Reserves blocks for one draw.</summary>
    /// <returns>The position of the first.</returns>
    ulong Reserve(ulong blocks) => Interlocked.Add(ref _position, blocks) - blocks;

    /// <summary>Integers from blocks that are reserved together, one for each integer.</summary>
    struct IntegerDraws(RandomStream stream, int count)
    {
        ulong _next = stream.Reserve((ulong)count);
        int _left = count;

        /// <summary>Draws an integer from [0, <paramref name="count"/>).</summary>
        public long Next(long count)
        {
            // Words beyond the last multiple of the range are drawn again: they would favour small integers.
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

    readonly struct Fill<TDistribution>(RandomStream stream, Tensor target, TDistribution distribution) : IFloatTask
        where TDistribution : struct, IDistribution
    {
        public void Run<T>()
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            ulong first = stream.Reserve(RandomFill.Blocks<T>(target.Count));
            RandomFill.Run(target.Memory<T>(), distribution, stream.Key, first);
        }
    }
}
