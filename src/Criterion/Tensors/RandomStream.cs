using System.Numerics;
using Criterion.Kernels;
using Criterion.Memory;

namespace Criterion;

/// <summary>
/// A stream of random numbers whose state is two integers, which a checkpoint stores. The numbers are the same on any number of threads
/// and on any machine.
/// </summary>
/// <remarks>
/// Threads may draw from one stream at once: no two draws use the same part of it, but which thread gets which part is not determined.
/// Where results must be reproducible, give each thread its own <see cref="Fork"/>, named by its work rather than by the thread.
/// </remarks>
public sealed class RandomStream : IStateful
{
    const string SeedName = "seed";
    const string PositionName = "position";

    // Seed and position change together, so that no draw uses the seed of one state and the position of another.
    Source _source;

    /// <summary>Initializes a stream.</summary>
    /// <param name="seed">The seed: the same seed gives the same numbers.</param>
    /// <param name="position">The number of blocks that are already used. Default: 0.</param>
    public RandomStream(ulong seed, ulong position = 0) => _source = new Source(seed, position);

    /// <summary>
    /// Gets the stream that operations on any thread use by default, always the same object; set its seed with <see cref="Seed"/>.
    /// </summary>
    public static RandomStream Default { get; } = new(0);

    /// <summary>Gets the seed.</summary>
    public ulong Key => Current.Seed;

    /// <summary>
    /// Gets or sets the number of used blocks of four words. Setting it to an earlier value draws the same numbers again.
    /// </summary>
    public ulong Position
    {
        get => Current.Position;
        set => Current = new Source(Key, value);
    }

    Source Current
    {
        get => Volatile.Read(ref _source);
        set => Volatile.Write(ref _source, value);
    }

    /// <summary>Sets <see cref="Default"/> to a seed and the position 0.</summary>
    public static void Seed(ulong seed) => Default.Current = new Source(seed, 0);

    // What a draw reads: a window on a larger batch must know where the first one began.
    Source Drawn
    {
        get
        {
            Source source = Current;
            ThreadContext.Current.Settings.Window?.BeforeDraw(this, source.Position);
            return source;
        }
    }

    /// <summary>Returns the state: the <c>seed</c> and the <c>position</c>, each the bits of an Int64.</summary>
    public IReadOnlyDictionary<string, Tensor> StateDict()
    {
        Source source = Current;
        return new OrderedDictionary<string, Tensor>
        {
            [SeedName] = Tensor.From([(long)source.Seed], []),
            [PositionName] = Tensor.From([(long)source.Position], []),
        };
    }

    /// <summary>Sets the seed and the position to saved ones: the stream continues as the saved one would have.</summary>
    /// <param name="state">The state.</param>
    /// <exception cref="StateDictException">The names do not match, or a value is not one Int64; nothing was changed.</exception>
    public void LoadStateDict(IReadOnlyDictionary<string, Tensor> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        StateMatch.Check(nameof(RandomStream), StateDict(), state);
        Current = new Source(Integer(SeedName), Integer(PositionName));

        ulong Integer(string name) => (ulong)StateMatch.Integer(nameof(RandomStream), state, name);
    }

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
        Source source = Drawn;
        (uint a, uint b, _, _) = Philox.Block(source.Seed, source.Reserve(1));
        return Philox.Unit(a, b);
    }

    /// <summary>Draws a uniform integer from [0, <paramref name="count"/>).</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is less than 1.</exception>
    public int NextInt(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return (int)new IntegerDraws(Drawn, 1).Next(count);
    }

    /// <summary>Fills a tensor of floats with numbers from [low, high).</summary>
    internal void FillUniform(Tensor target, double low, double high) =>
        target.DType.RunFloats(new Fill<UniformNumbers>(Drawn, target, new(low, high)));

    /// <summary>Fills a tensor of floats with normal numbers.</summary>
    internal void FillNormal(Tensor target, double mean, double deviation) =>
        target.DType.RunFloats(new Fill<NormalNumbers>(Drawn, target, new(mean, deviation)));

    /// <summary>Fills a tensor of integers with numbers from [low, high).</summary>
    internal void FillIntegers(Tensor target, long low, long high)
    {
        Span<long> values = target.Memory<long>().Span;
        (long before, long total) = Elements(target);
        IntegerDraws draws = new(Drawn, total, before);
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

        IntegerDraws draws = new(Drawn, Math.Max(0, values.Length - 1));
        for (int i = values.Length - 1; i > 0; i--)
        {
            int j = (int)draws.Next(i + 1);
            (values[i], values[j]) = (values[j], values[i]);
        }
    }

    // The elements that are drawn for a tensor, and how many of them are before its own.
    static (long Before, long Total) Elements(Tensor target) =>
        target.Rank > 0 && ThreadContext.Current.Settings.Window is { } window
            ? window.Elements(target.Shape[0], target.Count)
            : (0, target.Count);

    /// <summary>A seed with the number of used blocks.</summary>
    sealed class Source(ulong seed, ulong position)
    {
        ulong _position = position;

        public ulong Seed { get; } = seed;

        public ulong Position => Volatile.Read(ref _position);

        /// <summary>Reserves blocks for one draw.</summary>
        /// <returns>The position of the first.</returns>
        public ulong Reserve(ulong blocks) => Interlocked.Add(ref _position, blocks) - blocks;
    }

    /// <summary>Integers from blocks that are reserved together, one for each integer.</summary>
    struct IntegerDraws(Source source, long count, long skipped = 0)
    {
        ulong _next = source.Reserve((ulong)count) + (ulong)skipped;
        long _left = count - skipped;

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
            ulong block = _left-- > 0 ? _next++ : source.Reserve(1);
            (uint a, uint b, _, _) = Philox.Block(source.Seed, block);
            return a | ((ulong)b << 32);
        }
    }

    readonly struct Fill<TDistribution>(Source source, Tensor target, TDistribution distribution) : IFloatTask
        where TDistribution : struct, IDistribution
    {
        public void Run<T>()
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            (long before, long total) = Elements(target);
            ulong first = source.Reserve(RandomFill.Blocks<T>(total));
            RandomFill.Run(target.Memory<T>(), distribution, source.Seed, first, before);
        }
    }
}
