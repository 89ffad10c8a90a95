using Criterion.Tests.Golden;

namespace Criterion.Tests.Metrics;

/// <summary>Pairs of feature sets with what numpy and scipy make of them.</summary>
internal static class MetricGolden
{
    public static IEnumerable<TheoryDataRow<string, string>> Pairs() => GoldenFile.Rows("metrics", "pair");

    public static GoldenCase Find(string op, string name) => GoldenFile.Find("metrics", op, name);

    public static (Tensor Real, Tensor Fake) Inputs(GoldenCase golden)
    {
        Tensor[] inputs = golden.Tensors("inputs")!;
        return (inputs[0], inputs[1]);
    }

    /// <summary>Equal to a share of what the numbers are made of.</summary>
    public static void Close(double expected, double actual, double scale = 0, double tolerance = 1e-10) => Assert.True(
        Math.Abs(expected - actual) <= tolerance * Math.Max(scale, Math.Max(1, Math.Abs(expected))),
        $"expected {expected:R}, got {actual:R}, off by {actual - expected:E2}");

    /// <summary>The same rows in another order.</summary>
    public static Tensor Shuffled(Tensor rows) => rows.IndexSelect(0, Tensor.Permutation(rows.Shape[0], new RandomStream(99)));

    /// <summary>Normal vectors in double precision.</summary>
    public static Tensor Normal(int count, int dimensions, ulong seed, double mean = 0, double deviation = 1) =>
        Tensor.Randn([count, dimensions], DType.Float64, new RandomStream(seed), mean, deviation);
}
