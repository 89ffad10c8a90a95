using Criterion.Memory;

namespace Criterion.Tests.Fuzz;

/// <summary>Matrix products, reductions and pooling of views of random shapes against plain loops, under red zones.</summary>
[Collection(nameof(FuzzCollection))]
public class PlainLoopTests
{
    const int Cases = 150;

    static readonly int[] Sizes = [1, 1, 2, 3, 4, 5, 7, 8, 12, 13, 16, 17, 33];

    [Theory]
    [InlineData(DType.Float32)]
    [InlineData(DType.Float64)]
    public void Matrix_products_are_sums_of_products(DType dtype) => Repeat(dtype, random =>
    {
        int[] batch = [.. Enumerable.Range(0, random.Next(0, 3)).Select(_ => random.Next(1, 4))];
        int[] stretched = [.. batch.Skip(random.Next(0, batch.Length + 1)).Select(size => random.Next(2) == 0 ? 1 : size)];
        (int rows, int depth, int columns) = (Size(random), random.Next(8) == 0 ? 0 : Size(random), Size(random));
        Tensor a = Drawn(random, [.. batch, rows, depth], dtype);
        Tensor b = Drawn(random, [.. stretched, depth, columns], dtype);
        Tensor product = a.MatMul(b);
        Near(PlainLoops.MatMul(Values(a), a.Shape, Values(b), b.Shape, [.. batch, rows, columns]), product, $"{a.Shape} · {b.Shape}");
    });

    [Theory]
    [InlineData(DType.Float32)]
    [InlineData(DType.Float64)]
    public void Reductions_are_loops_over_lines(DType dtype) => Repeat(dtype, random =>
    {
        Shape shape = [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => Math.Min(9, Size(random)))];
        bool[] over = [.. shape.Select(_ => random.Next(2) == 0)];
        int[] dims = [.. Enumerable.Range(0, shape.Rank).Where(dim => over[dim])];
        over = dims.Length == 0 ? [.. shape.Select(static _ => true)] : over;
        Tensor x = Drawn(random, shape, dtype);
        string what = $"{shape} over [{string.Join(", ", dims)}]";
        Near(PlainLoops.Reduce(Values(x), shape, over, static line => line.Sum()), x.Sum(dims), "Sum of " + what);
        Near(PlainLoops.Reduce(Values(x), shape, over, static line => line.Average()), x.Mean(dims), "Mean of " + what);
        Near(PlainLoops.Reduce(Values(x), shape, over, static line => line.Max()), x.Max(dims), "Max of " + what);
        Near(PlainLoops.Reduce(Values(x), shape, over, static line => line.Min()), x.Min(dims), "Min of " + what);
    });

    [Theory]
    [InlineData(DType.Float32)]
    [InlineData(DType.Float64)]
    public void Pooling_is_a_loop_over_windows(DType dtype) => Repeat(dtype, random =>
    {
        Size2 kernel = new(random.Next(1, 5), random.Next(1, 5));
        Size2 padding = new(random.Next(0, (kernel.Height / 2) + 1), random.Next(0, (kernel.Width / 2) + 1));
        Size2 stride = new(random.Next(1, 4), random.Next(1, 4));
        Shape shape = [random.Next(1, 3), random.Next(1, 4), kernel.Height + random.Next(0, 9), kernel.Width + random.Next(0, 9)];
        Tensor x = Drawn(random, shape, dtype);
        Tensor average = x.AvgPool2d(kernel, stride, padding);
        string what = $"{x.Shape} by {kernel}, stride {stride}, padding {padding}";
        double area = kernel.Height * kernel.Width;
        Near(Pooled(window => window.Sum() / area), average, "AvgPool2d of " + what);
        Near(Pooled(static window => window.Average()), x.AvgPool2d(kernel, stride, padding, false),
            "AvgPool2d without padding of " + what);
        Near(Pooled(static window => window.Max()), x.MaxPool2d(kernel, stride, padding), "MaxPool2d of " + what);

        double[] Pooled(Func<List<double>, double> reduce) =>
            PlainLoops.Pool(Values(x), shape, average.Shape, kernel, stride, padding, reduce);
    });

    static void Repeat(DType dtype, Action<Random> check)
    {
        Random random = new((int)dtype);
        using RedZones zones = RedZones.Open();
        for (int i = 0; i < Cases; i++)
        {
            check(random);
            Assert.Empty(zones.Check());
            zones.Clear();
        }
    }

    static int Size(Random random) => Sizes[random.Next(Sizes.Length)];

    static Tensor Drawn(Random random, Shape shape, DType dtype) =>
        ViewMaker.Make(Tensor.Randn(shape, DType.Float32, new RandomStream((ulong)random.Next())).To(dtype), random.Next(7));

    static double[] Values(Tensor x) => x.To(DType.Float64).ToArray<double>();

    static void Near(double[] expected, Tensor actual, string what)
    {
        double[] values = Values(actual);
        double tolerance = (actual.DType == DType.Float32 ? 1e-5 : 1e-13) * (1 + expected.Select(Math.Abs).DefaultIfEmpty().Max());
        Assert.Equal(expected.Length, values.Length);
        for (int i = 0; i < values.Length; i++)
        {
            Assert.True(Math.Abs(expected[i] - values[i]) <= tolerance, $"{what}: {values[i]} instead of {expected[i]} at {i}");
        }
    }
}
