using System.Diagnostics;
using Criterion.Kernels;
using Criterion.Losses;
using Criterion.Nn;
using Criterion.Tests.Gradients;

namespace Criterion.Tests.Kernels;

/// <summary>Tests that change <see cref="ParallelFor.Threads"/>, a setting of the whole process: they run alone.</summary>
[CollectionDefinition(nameof(ThreadCollection), DisableParallelization = true)]
public class ThreadCollection;

/// <summary>The same bits on any number of threads.</summary>
[Collection(nameof(ThreadCollection))]
public class ThreadTests
{
    static readonly int[] Counts = [2, 3, 5, 8];

    public static IEnumerable<TheoryDataRow<string>> Names() => Operations.Names();

    [Theory]
    [MemberData(nameof(Names))]
    public void Value_and_gradients_are_the_same_bits(string name)
    {
        Operation operation = Operations.Find(name);
        SameBits(() => operation.Evaluate(Operation.Variables(operation.Large, DType.Float32)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(16383)]
    [InlineData(16384)]
    [InlineData(16385)]
    [InlineData(100_003)]
    public void Sums_and_random_numbers_are_the_same_bits(int count) => SameBits(() =>
    {
        Tensor normal = Tensor.Randn([count], random: new RandomStream(3));
        Tensor uniform = Tensor.Rand([count], DType.Float64, new RandomStream(4));
        Tensor order = Tensor.Permutation(count, new RandomStream(5));
        return [normal, uniform, normal.Sum(), uniform.Sum(), normal.Reshape(-1, 1).Sum(0), normal.Max(), order];
    });

    [Fact]
    public void Losses_of_rows_and_of_sequences_are_the_same_bits() => SameBits(() =>
    {
        RandomStream random = new(6);
        Tensor x = Operation.Learned([Tensor.Randn([131, 517], random: random)])[0];
        Tensor y = Operation.Learned([Tensor.Randn([131, 517], random: random.Fork(1))])[0];
        Tensor steps = Operation.Learned([Tensor.Randn([20, 9, 5], random: random.Fork(2))])[0];
        Tensor classes = Tensor.RandInt(0, 517, [131], random.Fork(3));
        Tensor hard = new CrossEntropyLoss(labelSmoothing: 0.1).Forward(x, classes);
        Tensor soft = new KlFromLogitsLoss().Forward(x, y);
        int[] lengths = [4, 4, 4, 4, 4, 4, 4, 4, 4];
        Tensor sequence = new CTCLoss().Forward(
            steps.LogSoftmax(-1), Tensor.RandInt(1, 5, [9, 4], random.Fork(4)), [.. lengths.Select(static n => 5 * n)], lengths);
        return [hard.Detach(), soft.Detach(), sequence.Detach(), .. Autograd.Grad([hard, soft, sequence], [x, y, steps])];
    });

    /// <summary>Sizes on both sides of a tile, a block and a slice of the depth.</summary>
    [Theory]
    [InlineData(12, 384, 32)]
    [InlineData(13, 385, 33)]
    [InlineData(97, 769, 1025)]
    [InlineData(1, 4097, 513)]
    [InlineData(700, 100, 100)]
    [InlineData(8, 700, 700)]
    [InlineData(40, 400, 700)]
    [InlineData(700, 400, 3)]
    [InlineData(700, 1, 700)]
    public void Matrix_products_are_the_same_bits(int rows, int depth, int columns) => SameBits(() =>
    {
        Tensor a = Operation.Learned([Tensor.Randn([rows, depth], random: new RandomStream(1))])[0];
        Tensor b = Operation.Learned([Tensor.Randn([depth, columns], random: new RandomStream(2))])[0];
        Tensor product = a.MatMul(b);
        return [product.Detach(), .. Autograd.Grad([product.Pow(2).Sum()], [a, b])];
    });

    /// <summary>Direct ones, ones with fewer products and plain matrix products, with batches that fill blocks and that don't.</summary>
    [Theory]
    [InlineData(1, 3, 17, 40, 3, 1, 1)]
    [InlineData(9, 24, 17, 40, 3, 1, 1)]
    [InlineData(33, 32, 16, 48, 4, 2, 1)]
    [InlineData(3, 16, 13, 33, 7, 1, 3)]
    [InlineData(5, 20, 15, 33, 1, 1, 0)]
    [InlineData(2, 8, 4, 300, 4, 1, 0)]
    public void Convolutions_are_the_same_bits(
        int batch, int channels, int side, int outChannels, int kernel, int stride, int padding) => SameBits(() =>
    {
        Tensor x = Operation.Learned([Tensor.Randn([batch, channels, side, side], random: new RandomStream(1))])[0];
        Tensor w = Operation.Learned([Tensor.Randn([outChannels, channels, kernel, kernel], random: new RandomStream(2))])[0];
        Tensor bias = Operation.Learned([Tensor.Randn([outChannels], random: new RandomStream(3))])[0];
        Tensor y = x.Conv2d(w, bias, stride, padding);
        Tensor back = y.ConvTranspose2d(w, null, stride, padding);
        return [y.Detach(), back.Detach(), .. Autograd.Grad([y.Pow(2).Mean(), back.Pow(2).Mean()], [x, w, bias])];
    });

    [Theory]
    [InlineData(3, 5, 2047)]
    [InlineData(70, 3, 2049)]
    [InlineData(2, 130, 257)]
    public void Norms_are_the_same_bits(int batch, int channels, int pixels) => SameBits(() =>
    {
        Tensor x = Operation.Learned([Tensor.Randn([batch, channels, 1, pixels], random: new RandomStream(1))])[0];
        Tensor y = new BatchNorm2d(channels).Forward(x);
        Tensor z = new InstanceNorm2d(channels).Forward(x);
        return [y.Detach(), z.Detach(), .. Autograd.Grad([(y * y * y).Sum(), (z * z * z).Sum()], [x])];
    });

    /// <summary>Up to, at and beyond the end of a chunk of 16384 elements, and several of them.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(16383)]
    [InlineData(16384)]
    [InlineData(16385)]
    [InlineData((3 * 16384) + 5)]
    public void Losses_of_elements_are_the_same_bits(int count) => SameBits(() =>
    {
        Tensor[] x = Drawn(3, [count]);
        Tensor variance = Operation.Learned([Tensor.Rand([count], random: new RandomStream(9)) + 0.1])[0];
        Tensor[] losses =
        [
            new HuberLoss().Forward(x[0], x[1]), new BCEWithLogitsLoss().Forward(x[0], variance.Sigmoid()),
            new GaussianNLLLoss().Forward(x[0], x[1], variance), new RelativisticAverageHingeGanLoss().Discriminator(x[1], x[2]),
            new WassersteinGanLoss().Discriminator(x[0], x[2]),
        ];
        return [.. losses.Select(static loss => loss.Detach()), .. Autograd.Grad(losses, [.. x, variance])];
    });

    /// <summary>Rows of which a chunk holds several, exactly one, or not a whole one.</summary>
    [Theory]
    [InlineData(16385, 1)]
    [InlineData(65, 512)]
    [InlineData(33, 500)]
    [InlineData(3, 16384)]
    [InlineData(2, 16385)]
    public void Losses_of_rows_are_the_same_bits(int rows, int length) => SameBits(() =>
    {
        Tensor[] x = Drawn(3, [rows, length]);
        Tensor classes = Tensor.RandInt(0, length, [rows], new RandomStream(4));
        Tensor[] losses =
        [
            new CosineSimilarityLoss().Forward(x[0], x[1]), new TripletMarginLoss().Forward(x[0], x[1], x[2]),
            new GradientPenalty().FromGradient(x[2]), new CrossEntropyLoss().Forward(x[0], classes),
            new KlFromLogitsLoss().Forward(x[1], x[2]),
        ];
        return [.. losses.Select(static loss => loss.Detach()), .. Autograd.Grad(losses, x)];
    });

    static Tensor[] Drawn(int count, Shape shape) =>
        Operation.Learned([.. Enumerable.Range(0, count).Select(i => Tensor.Randn(shape, random: new RandomStream((ulong)i)))]);

    [Theory]
    [InlineData(SsimPreset.Wang2004)]
    [InlineData(SsimPreset.Kornia)]
    [InlineData(SsimPreset.Article)]
    public void Windows_are_the_same_bits(SsimPreset preset) => SameBits(() =>
    {
        Tensor[] x = [.. Enumerable.Range(0, 2).Select(i => Tensor.Rand([3, 3, 40, 37], random: new RandomStream((ulong)i)))];
        Array.ForEach(x, image => image.RequiresGrad = true);
        Tensor loss = new SsimLoss(ImageRange.ZeroOne, preset).Forward(x[0], x[1]);
        loss.Backward();
        return [loss.Detach(), x[0].Grad!, x[1].Grad!];
    });

    /// <summary>Planes of a band of 256 rows and more, up to the last row before a second one, and of two and three bands.</summary>
    [Theory]
    [InlineData(SsimPreset.Wang2004, 511)]
    [InlineData(SsimPreset.Wang2004, 512)]
    [InlineData(SsimPreset.Kornia, 501)]
    [InlineData(SsimPreset.Kornia, 502)]
    [InlineData(SsimPreset.Article, 781)]
    public void Windows_of_tall_images_are_the_same_bits(SsimPreset preset, int height) => SameBits(() =>
    {
        Tensor[] x = [.. Enumerable.Range(0, 2).Select(i => Tensor.Rand([1, 2, height, 17], random: new RandomStream((ulong)i)))];
        Array.ForEach(x, image => image.RequiresGrad = true);
        Tensor loss = new SsimLoss(ImageRange.ZeroOne, preset).Forward(x[0], x[1]);
        loss.Backward();
        return [loss.Detach(), x[0].Grad!, x[1].Grad!];
    });

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(8)]
    public void Every_index_runs_once(int threads)
    {
        int[] visits = new int[10_001];
        WithThreads(threads, () => ParallelFor.Run(visits.Length, new Visit(visits, throwAt: -1)));
        Assert.All(visits, static count => Assert.Equal(1, count));
    }

    [Fact]
    public void A_failure_reaches_the_caller_and_the_loop_can_run_again()
    {
        int[] visits = new int[1000];
        WithThreads(4, () =>
        {
            Assert.Throws<InvalidOperationException>(() => ParallelFor.Run(visits.Length, new Visit(visits, throwAt: 500)));
            Array.Clear(visits);
            ParallelFor.Run(visits.Length, new Visit(visits, throwAt: -1));
        });
        Assert.All(visits, static count => Assert.Equal(1, count));
    }

    [Theory]
    [InlineData(1, 1, 64)]
    [InlineData(2, 64, 1)]
    [InlineData(2, 7, 300)]
    [InlineData(8, 300, 7)]
    [InlineData(8, 3, 3)]
    public void Steps_follow_each_other(int threads, int before, int count) => WithThreads(threads, () =>
    {
        for (int round = 0; round < 200; round++)
        {
            int[] visits = new int[before + count];
            ParallelFor.Run(before + count, new Follow(visits, before), before);
            Assert.Equal(before, visits.Take(before).Sum());
            Assert.All(visits.Skip(before), seen => Assert.Equal(before, seen));
        }
    });

    [Fact]
    public void A_failure_in_the_first_step_ends_the_second() => WithThreads(4, () =>
    {
        int[] visits = new int[1000];
        Assert.Throws<InvalidOperationException>(() => ParallelFor.Run(1000, new Visit(visits, throwAt: 250), before: 500));
        Assert.Equal(0, visits.Skip(500).Sum());
        ParallelFor.Run(20, new Visit(visits, throwAt: -1), before: 10);
    });

    /// <summary>
    /// A worker sleeps after a while without a loop, and is called when it falls asleep, sleeps or is about to be taken back.
    /// </summary>
    [Fact]
    public void Loops_at_any_distance_are_complete() => WithThreads(3, () =>
    {
        Random random = new(1);
        int[] visits = new int[5];
        for (int round = 1; round <= 2000; round++)
        {
            ParallelFor.Run(visits.Length, new Visit(visits, throwAt: -1));
            Assert.All(visits, count => Assert.Equal(round, count));
            long end = Stopwatch.GetTimestamp() + (random.Next(60) * Stopwatch.Frequency / 1_000_000);
            while (Stopwatch.GetTimestamp() < end)
            {
                Thread.SpinWait(5);
            }
        }
    });

    [Fact]
    public void A_loop_in_a_loop_and_loops_side_by_side_are_complete()
    {
        long[] totals = new long[4];
        WithThreads(4, () => Parallel.For(0, totals.Length, i =>
        {
            ParallelFor.Run(64, new Nested(totals, i));
        }));
        Assert.All(totals, static total => Assert.Equal(64 * 100, total));
    }

    [Fact]
    public void There_is_at_least_one_thread() => Assert.Throws<ArgumentOutOfRangeException>(static () => Compute.Threads = 0);

    static void SameBits(Func<Tensor[]> compute)
    {
        Tensor[] expected = [];
        WithThreads(1, () => expected = compute());
        foreach (int threads in Counts)
        {
            Tensor[] actual = [];
            WithThreads(threads, () => actual = compute());
            for (int i = 0; i < expected.Length; i++)
            {
                Assert.True(
                Bits(expected[i]).AsSpan().SequenceEqual(Bits(actual[i])), $"number {i} {expected[i].Shape} differs on {threads} threads");
            }
        }
    }

    static byte[] Bits(Tensor x) => x.DType switch
    {
        DType.Float32 => System.Runtime.InteropServices.MemoryMarshal.AsBytes(x.AsReadOnlySpan<float>()).ToArray(),
        DType.Float64 => System.Runtime.InteropServices.MemoryMarshal.AsBytes(x.AsReadOnlySpan<double>()).ToArray(),
        _ => System.Runtime.InteropServices.MemoryMarshal.AsBytes(x.AsReadOnlySpan<long>()).ToArray(),
    };

    /// <summary>Acts on that many threads.</summary>
    internal static void WithThreads(int threads, Action action)
    {
        int before = ParallelFor.Threads;
        try
        {
            ParallelFor.Threads = threads;
            action();
        }
        finally
        {
            ParallelFor.Threads = before;
        }
    }

    readonly struct Visit(int[] visits, int throwAt) : IChunk
    {
        public void Run(int index)
        {
            if (index == throwAt)
            {
                throw new InvalidOperationException("asked to fail");
            }

            Interlocked.Increment(ref visits[index]);
        }
    }

    /// <summary>Marks the indices of the first step, and counts the marks in each of the second.</summary>
    readonly struct Follow(int[] visits, int before) : IChunk
    {
        public void Run(int index) => visits[index] = index < before ? 1 : visits.Take(before).Sum();
    }

    readonly struct Nested(long[] totals, int at) : IChunk
    {
        public void Run(int index) => ParallelFor.Run(100, new Count(totals, at));
    }

    readonly struct Count(long[] totals, int at) : IChunk
    {
        public void Run(int index) => Interlocked.Increment(ref totals[at]);
    }
}
