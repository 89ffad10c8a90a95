using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Criterion.Kernels;
using Criterion.Tests.Kernels;
using Criterion.Tests.Repository;

namespace Criterion.Tests.Threads;

/// <summary>A stream gives the numbers of its blocks in order, each block once, however many threads draw.</summary>
[Collection(nameof(ThreadCollection))]
public partial class RandomStreamTests
{
    const int Threads = 8;
    const int Draws = 20_000;

    /// <summary>Ranges of which none, a quarter and nearly half of the words are drawn again.</summary>
    [Theory]
    [InlineData(10)]
    [InlineData(3L << 61)]
    [InlineData((1L << 62) + 1)]
    public void Integers_are_those_of_the_blocks_in_order(long range)
    {
        RandomStream stream = new(5, 100);
        Blocks blocks = new(5, 100);
        long[] drawn = [.. ((Shape[])[[500], [3]]).SelectMany(shape => Tensor.RandInt(0, range, shape, stream).ToArray<long>())];
        Assert.Equal(Enumerable.Range(0, 503).Select(_ => blocks.Integer((ulong)range)), drawn);
        Assert.Equal(blocks.Position, stream.Position);
    }

    [Fact]
    public void Single_draws_and_orders_are_those_of_the_blocks_in_order()
    {
        RandomStream stream = new(6);
        Blocks blocks = new(6, 0);
        for (int i = 0; i < 100; i++)
        {
            Assert.Equal(blocks.Unit(), stream.NextDouble());
            Assert.Equal(blocks.Integer((ulong)i + 1), stream.NextInt(i + 1));
        }

        Assert.Equal(blocks.Order(50), Tensor.Permutation(50, stream).ToArray<long>());
        Assert.Equal(blocks.Order(0), Tensor.Permutation(0, stream).ToArray<long>());
        Assert.Equal(blocks.Order(1), Tensor.Permutation(1, stream).ToArray<long>());
        Assert.Equal(blocks.Position, stream.Position);
    }

    [Fact]
    public void Going_back_draws_the_same_numbers_again()
    {
        RandomStream stream = new(7);
        stream.NextDouble();
        ulong position = stream.Position;
        float[] first = Tensor.Randn([33], random: stream).ToArray<float>();
        stream.Position = position;
        Assert.Equal(first, Tensor.Randn([33], random: stream).ToArray<float>());
    }

    [Fact]
    public void Threads_never_draw_a_number_twice()
    {
        RandomStream stream = new(8);
        double[][] drawn = OnThreads(() => [.. Enumerable.Range(0, Draws).Select(_ => stream.NextDouble())]);
        RandomStream alone = new(8);
        double[] expected = [.. Enumerable.Range(0, Threads * Draws).Select(_ => alone.NextDouble())];
        Assert.Equal(expected.Order(), drawn.SelectMany(static x => x).Order());
        Assert.Equal(alone.Position, stream.Position);
    }

    [Fact]
    public void Tensors_that_threads_draw_share_no_block()
    {
        RandomStream stream = new(9);
        double[][] drawn = OnThreads(() =>
            [.. Enumerable.Range(0, 500).SelectMany(i => FirstOfBlocks(Tensor.Rand([(2 * i % 7) + 2], DType.Float64, stream)))]);
        Assert.Equal(drawn.Sum(static x => x.Length), drawn.SelectMany(static x => x).Distinct().Count());
        Assert.Equal((ulong)drawn.Sum(static x => x.Length), stream.Position);
    }

    [Fact]
    public void The_default_stream_is_as_safe()
    {
        RandomStream stream = RandomStream.Default;
        ulong before = stream.Position;
        double[][] drawn = OnThreads(() => [.. Enumerable.Range(0, 2000).Select(static _ => Tensor.Rand([1], DType.Float64).Item())]);
        Assert.Equal(Threads * 2000, drawn.SelectMany(static x => x).Distinct().Count());
        Assert.True(stream.Position - before >= Threads * 2000);
    }

    [Fact]
    public void Parallel_normal_tensors_of_the_default_stream_are_all_distinct()
    {
        float[][] drawn = new float[Draws][];
        Parallel.For(0, Draws, i => drawn[i] = Tensor.Randn([4]).ToArray<float>());
        Assert.Equal(Draws, drawn.Select(static x => string.Join(' ', x)).Distinct().Count());
    }

    /// <summary>A draw uses the seed and the position of one state, also while another thread loads one.</summary>
    [Fact]
    public void Draws_while_states_are_loaded_mix_no_two_states()
    {
        RandomStream stream = new(1, 0);
        IReadOnlyDictionary<string, Tensor> far = new RandomStream(2, 1UL << 40).StateDict();
        IReadOnlyDictionary<string, Tensor> near = stream.StateDict();
        HashSet<double> possible = [.. Firsts(new RandomStream(1)), .. Firsts(new RandomStream(2, 1UL << 40))];
        double[][] drawn = OnThreads(() => [.. Enumerable.Range(0, 2000).Select(i =>
        {
            stream.LoadStateDict(i % 2 == 0 ? far : near);
            return stream.NextDouble();
        })]);
        Assert.All(drawn.SelectMany(static x => x), value => Assert.Contains(value, possible));

        static IEnumerable<double> Firsts(RandomStream of) => Enumerable.Range(0, Threads * 2000).Select(_ => of.NextDouble());
    }

    [Theory]
    [InlineData(7, 3)]
    [InlineData(ulong.MaxValue, (1UL << 63) + 1)]
    [InlineData((1UL << 53) + 1, (1UL << 60) + 1)]
    public void State_continues_in_another_stream(ulong seed, ulong position)
    {
        RandomStream stream = new(seed, position);
        stream.NextDouble();
        RandomStream other = new(99, 5);
        other.LoadStateDict(stream.StateDict());
        Assert.Equal((stream.Key, stream.Position), (other.Key, other.Position));
        Assert.Equal(stream.NextDouble(), other.NextDouble());
    }

    [Fact]
    public void Wrong_states_change_nothing()
    {
        RandomStream stream = new(7, 3);
        Tensor one = Tensor.From([1L], []);
        Refused("missing: position", ("seed", one));
        Refused("unexpected: other", ("seed", one), ("position", one), ("other", one));
        Refused("of another shape: seed [1] (should be [])", ("seed", Tensor.From([1L])), ("position", one));
        Refused("no 'position' of one Int64", ("seed", one), ("position", Tensor.Scalar(1)));
        Assert.Equal((7UL, 3UL), (stream.Key, stream.Position));
        Assert.Throws<ArgumentNullException>(() => stream.LoadStateDict(null!));

        void Refused(string part, params (string Name, Tensor Value)[] state) => Assert.Contains(
            part, Assert.Throws<StateDictException>(() => stream.LoadStateDict(ToDictionary(state))).Message, StringComparison.Ordinal);

        static Dictionary<string, Tensor> ToDictionary((string Name, Tensor Value)[] state) =>
            state.ToDictionary(static pair => pair.Name, static pair => pair.Value);
    }

    /// <summary>A draw that names no stream could not be repeated: no layer, penalty or metric makes one.</summary>
    [Fact]
    public void Every_draw_of_the_library_names_its_stream()
    {
        string[] draws =
        [
            .. from file in Directory.EnumerateFiles(RepositoryRoot.File("src", "Criterion"), "*.cs", SearchOption.AllDirectories)
               from call in DrawCall().Matches(File.ReadAllText(file))
               select $"{Path.GetFileName(file)}: {call.Value}",
        ];
        Assert.InRange(draws.Length, 10, int.MaxValue);
        Assert.All(draws, static draw => Assert.Contains("random", draw, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void Seeding_keeps_the_default_stream()
    {
        RandomStream stream = RandomStream.Default;
        RandomStream.Seed(5);
        Assert.Same(stream, RandomStream.Default);
        Assert.Equal((5UL, 0UL), (stream.Key, stream.Position));
        Assert.Equal(new RandomStream(5).NextDouble(), stream.NextDouble());
    }

    [Fact]
    public void Orders_and_integers_of_threads_are_whole()
    {
        RandomStream stream = new(10);
        ConcurrentBag<long[]> orders = [];
        OnThreads(() =>
        {
            for (int i = 0; i < 200; i++)
            {
                orders.Add(Tensor.Permutation(40, stream).ToArray<long>());
            }

            return [];
        });
        Assert.All(orders, static order => Assert.Equal(Enumerable.Range(0, 40).Select(static i => (long)i), order.Order()));
        Assert.Equal(orders.Count, orders.Select(static order => string.Join(' ', order)).Distinct().Count());
        Assert.Equal((ulong)(Threads * 200 * 39), stream.Position);
    }

    // The arguments have balanced parentheses; lines of documentation are left out.
    [GeneratedRegex(
        @"(?<=^(?!\s*///).*)\bTensor\.(Rand(n|Int|Like|nLike)?|Permutation)\((?>[^()]|\((?<open>)|\)(?<-open>))*(?(open)(?!))\)",
        RegexOptions.Multiline)]
    private static partial Regex DrawCall();

    static IEnumerable<double> FirstOfBlocks(Tensor uniform) => uniform.ToArray<double>().Chunk(2).Select(static block => block[0]);

    static double[][] OnThreads(Func<double[]> draw)
    {
        double[][] drawn = new double[Threads][];
        using Barrier start = new(Threads);
        Thread[] threads =
        [
            .. Enumerable.Range(0, Threads).Select(i => new Thread(() =>
            {
                start.SignalAndWait();
                drawn[i] = draw();
            })),
        ];
        Array.ForEach(threads, static thread => thread.Start());
        Array.ForEach(threads, static thread => thread.Join());
        return drawn;
    }

    /// <summary>The definition, one block after another.</summary>
    sealed class Blocks(ulong key, ulong position)
    {
        public ulong Position { get; private set; } = position;

        public double Unit()
        {
            (uint a, uint b, _, _) = Philox.Block(key, Position++);
            return (((ulong)a << 21) ^ (b >> 11)) * Math.Pow(2, -53);
        }

        public long Integer(ulong range)
        {
            UInt128 limit = (UInt128.One << 64) / range * range;
            while (true)
            {
                (uint a, uint b, _, _) = Philox.Block(key, Position++);
                ulong word = a | ((ulong)b << 32);
                if (word < limit)
                {
                    return (long)(word % range);
                }
            }
        }

        public long[] Order(int count)
        {
            long[] order = [.. Enumerable.Range(0, count).Select(static i => (long)i)];
            for (int i = count - 1; i > 0; i--)
            {
                int j = (int)Integer((ulong)i + 1);
                (order[i], order[j]) = (order[j], order[i]);
            }

            return order;
        }
    }
}
