using Criterion.Kernels;
using Criterion.Numbers;

namespace Criterion.Tests.Kernels;

/// <summary>The generator against its published vectors, and what is drawn from it.</summary>
public class RandomTests
{
    const int Many = 200_000;

    /// <summary>kat_vectors of Random123 (D. E. Shaw Research), philox4x32 with 10 rounds.</summary>
    [Theory]
    [InlineData(0UL, 0UL, 0UL, 0x6627E8D5u, 0xE169C58Du, 0xBC57AC4Cu, 0x9B00DBD8u)]
    [InlineData(ulong.MaxValue, ulong.MaxValue, ulong.MaxValue, 0x408F276Du, 0x41C83B0Eu, 0xA20BC7C6u, 0x6D5451FDu)]
    [InlineData(0x299F31D0A4093822UL, 0x85A308D3243F6A88UL, 0x0370734413198A2EUL, 0xD16CFE09u, 0x94FDCCEBu, 0x5001E420u, 0x24126EA1u)]
    public void Philox_gives_the_known_words(ulong key, ulong counter, ulong stream, uint a, uint b, uint c, uint d) =>
        Assert.Equal((a, b, c, d), Philox.Block(key, counter, stream));

    public static TheoryData<DType> Floats => [DType.Float32, DType.Float64];

    [Theory]
    [MemberData(nameof(Floats))]
    public void Normal_numbers_are_normal(DType dtype)
    {
        double[] x = Tensor.Randn([Many], dtype, new RandomStream(1), mean: 2, deviation: 3).To(DType.Float64).ToArray<double>();
        AssertDistribution(
            [.. x.Select(static v => (v - 2) / 3)], static v => 0.5 * (1 + Real.Erf(v / Math.Sqrt(2)).Value), mean: 0, variance: 1);
    }

    [Theory]
    [MemberData(nameof(Floats))]
    public void Uniform_numbers_are_uniform_and_never_reach_the_end(DType dtype)
    {
        double[] x = Tensor.Rand([Many], dtype, new RandomStream(2), low: -1, high: 3).To(DType.Float64).ToArray<double>();
        Assert.All(x, static v => Assert.InRange(v, -1, Math.BitDecrement(3.0)));
        AssertDistribution([.. x.Select(static v => (v + 1) / 4)], static v => v, mean: 0.5, variance: 1.0 / 12);
    }

    [Fact]
    public void Integers_are_all_equally_likely()
    {
        long[] x = Tensor.RandInt(-3, 4, [70_000], new RandomStream(3)).ToArray<long>();
        long[] counts = [.. x.GroupBy(static v => v).OrderBy(static g => g.Key).Select(static g => g.LongCount())];
        Assert.Equal((-3, 3, 7), (x.Min(), x.Max(), counts.Length));

        // χ² with 6 degrees of freedom is above 22.5 once in a thousand.
        Assert.InRange(counts.Sum(static n => Math.Pow(n - 10_000, 2) / 10_000), 0, 22.5);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1000)]
    public void A_permutation_holds_every_number_once(int count)
    {
        long[] order = Tensor.Permutation(count, new RandomStream(4)).ToArray<long>();
        Assert.Equal(Enumerable.Range(0, count).Select(static i => (long)i), order.Order());
        Assert.True(count < 2 || !order.SequenceEqual(order.Order()));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(16385)]
    public void The_state_is_key_and_position(int drawn)
    {
        RandomStream stream = new(7);
        Tensor.Randn([drawn], random: stream);
        RandomStream resumed = new(stream.Key, stream.Position);
        Assert.Equal(Draw(stream), Draw(resumed));

        static double[] Draw(RandomStream s) =>
            [.. Tensor.Randn([5], DType.Float64, s).ToArray<double>(), s.NextDouble(), s.NextInt(1000),
            .. Tensor.Rand([3], DType.Float64, s).ToArray<double>()];
    }

    [Fact]
    public void Different_seeds_and_forks_give_different_numbers()
    {
        RandomStream[] streams = [new(1), new(2), new RandomStream(1).Fork(0), new RandomStream(1).Fork(1), new RandomStream(2).Fork(0)];
        Assert.Equal(streams.Length, streams.Select(static s => s.NextDouble()).Distinct().Count());
    }

    [Fact]
    public void The_same_seed_gives_the_same_numbers()
    {
        // The default stream is the whole process's: other tests may draw from it, so only a stream of one's own is compared.
        Assert.Equal(Drawn(5), Drawn(5));
        Assert.NotEqual(Drawn(5), Drawn(6));

        static float[] Drawn(ulong seed) => Tensor.Randn([9], random: new RandomStream(seed)).ToArray<float>();
    }

    [Fact]
    public void Wrong_requests_say_why()
    {
        Exception range = Assert.Throws<ArgumentOutOfRangeException>(static () => Tensor.RandInt(3, 3, [2]));
        Assert.Contains("[3, 3)", range.Message, StringComparison.Ordinal);
        Exception type = Assert.Throws<DTypeException>(static () => Tensor.Randn([2], DType.Int64));
        Assert.Contains("Randn: Int64", type.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(static () => new RandomStream(0).NextInt(0));
    }

    /// <summary>
    /// Mean, variance and the greatest distance of the distribution functions (Kolmogorov and Smirnov), each within what chance allows once
    /// in thousands.
    /// </summary>
    static void AssertDistribution(double[] x, Func<double, double> cumulative, double mean, double variance)
    {
        double average = x.Average();
        Assert.InRange(average, mean - (4 * Math.Sqrt(variance / x.Length)), mean + (4 * Math.Sqrt(variance / x.Length)));
        Assert.Equal(variance, x.Sum(v => (v - average) * (v - average)) / x.Length, 0.02 * variance);
        Array.Sort(x);
        double distance = x.Select((v, i) => Math.Abs(cumulative(v) - ((i + 0.5) / x.Length))).Max();
        Assert.InRange(distance, 0, 2.0 / Math.Sqrt(x.Length));
    }
}
