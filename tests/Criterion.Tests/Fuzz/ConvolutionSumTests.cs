using Criterion.Memory;

namespace Criterion.Tests.Fuzz;

/// <summary>Random convolutions, their gradients and those of the gradients against sums written out in double precision.</summary>
[Collection(nameof(FuzzCollection))]
public class ConvolutionSumTests
{
    const int CasesPerSeed = 25;

    public static TheoryData<bool, int, DType> Seeds
    {
        get
        {
            TheoryData<bool, int, DType> seeds = [];
            for (int seed = 1; seed <= 10; seed++)
            {
                seeds.Add(false, seed, seed % 2 == 0 ? DType.Float32 : DType.Float64);
                seeds.Add(true, seed, seed % 2 == 0 ? DType.Float32 : DType.Float64);
            }

            return seeds;
        }
    }

    [Theory]
    [Trait("Case", "conv-transpose-memory")]
    [MemberData(nameof(Seeds))]
    public void Values_and_gradients_to_second_order_are_the_direct_sums(bool transposed, int seed, DType dtype)
    {
        Random random = new(seed);
        using RedZones zones = RedZones.Open();
        for (int i = 0; i < CasesPerSeed; i++)
        {
            ConvolutionCase drawn = ConvolutionCase.Draw(random, transposed);
            if (drawn.OutSize is { Height: > 0, Width: > 0 })
            {
                Check(drawn, (ulong)((1000 * seed) + i), dtype);
            }
            else
            {
                Assert.Throws<ShapeException>(() => drawn.Call(Tensor.Ones(drawn.X), Tensor.Ones(drawn.Weight), null));
            }

            Assert.Empty(zones.Check());
            zones.Clear();
        }
    }

    /// <summary>The smallest case that read foreign memory.</summary>
    [Fact]
    [Trait("Case", "conv-transpose-memory")]
    public void What_no_window_reaches_is_the_bias()
    {
        Tensor x = Tensor.Ones([1, 1, 2, 2]);
        x.RequiresGrad = true;
        Tensor y = x.ConvTranspose2d(Tensor.Ones([1, 1, 2, 2]), Tensor.From<float>([3]), stride: 1, outputPadding: 1, dilation: 2);
        Assert.Equal([1, 1, 5, 5], y.Shape.Dims.ToArray());
        Assert.All(y[0, 0, ..4, ..4].Contiguous().ToArray<float>(), static value => Assert.Equal(4, value));
        Assert.All(y[0, 0, 4].Contiguous().ToArray<float>(), static value => Assert.Equal(3, value));
        Assert.All(y[0, 0, .., 4].Contiguous().ToArray<float>(), static value => Assert.Equal(3, value));
        y.Sum().Backward();
        Assert.All(x.Grad!.ToArray<float>(), static slope => Assert.Equal(4, slope));
    }

    [Theory]
    [InlineData(1 << 30, 1, 1, 0)]
    [InlineData(1, 1 << 30, 2, 0)]
    [InlineData(1 << 30, 1 << 30, 3, 1 << 30)]
    [InlineData(int.MaxValue, int.MaxValue, 4, int.MaxValue)]
    public void Sizes_beyond_memory_are_refused_by_name(int stride, int dilation, int kernel, int padding)
    {
        Tensor x = Tensor.Ones([1, 1, 3, 3]);
        Tensor w = Tensor.Ones([1, 1, kernel, kernel]);
        foreach (Func<Tensor> call in new Func<Tensor>[]
        {
            () => x.ConvTranspose2d(w, null, stride, padding, 0, dilation),
            () => x.Conv2d(w, null, stride, Math.Max(padding, 1 << 29), dilation),
        })
        {
            Assert.Contains("[1, 1, 3, 3]", Assert.Throws<ShapeException>(call).Message, StringComparison.Ordinal);
        }
    }

    /// <summary>A stride with one output has as many phases as pixels, not as steps.</summary>
    [Fact]
    public void A_stride_that_is_never_taken_costs_nothing()
    {
        Tensor x = Tensor.Ones([1, 1, 2, 2]);
        x.RequiresGrad = true;
        Tensor y = x.Conv2d(Tensor.Ones([1, 1, 2, 2]), stride: int.MaxValue, padding: 1);
        y.Sum().Backward();
        Assert.Equal([1, 0, 0, 0], x.Grad!.ToArray<float>());
    }

    static void Check(ConvolutionCase drawn, ulong seed, DType dtype)
    {
        RandomStream random = new(seed);
        Tensor x = Leaf(drawn.X), w = Leaf(drawn.Weight);
        Tensor? bias = drawn.HasBias ? Leaf([drawn.OutChannels]) : null;
        Tensor y = drawn.Call(x, w, bias);
        Tensor u = Leaf(y.Shape);
        (Tensor a, Tensor c) = (Normal(drawn.X), Normal(drawn.Weight));
        Tensor[] first = Autograd.Grad([y], [x, w], gradients: [u], createGraph: true);
        Tensor[] second = Autograd.Grad([(first[0] * a).Sum() + (first[1] * c).Sum()], [x, w, u]);

        PlainSums sums = new(drawn, x, w, bias, u, a, c);
        string what = $"{drawn}, seed {seed}, {dtype}";
        Near(sums.Y, y, what + ", value");
        Near(sums.X, first[0], what + ", gradient of the images");
        Near(sums.W, first[1], what + ", gradient of the weights");
        Near(sums.XX, second[0], what + ", second gradient of the images");
        Near(sums.WW, second[1], what + ", second gradient of the weights");
        Near(sums.U, second[2], what + ", gradient of the gradient's gradient");

        Tensor Normal(Shape shape) => Tensor.Randn(shape, DType.Float32, random).To(dtype);

        Tensor Leaf(Shape shape)
        {
            Tensor leaf = Normal(shape);
            leaf.RequiresGrad = true;
            return leaf;
        }
    }

    static void Near(double[] expected, Tensor actual, string what)
    {
        double[] values = actual.Detach().To(DType.Float64).ToArray<double>();
        double tolerance = (actual.DType == DType.Float32 ? 2e-5 : 1e-12) * (1 + expected.Max(Math.Abs));
        Assert.Equal(expected.Length, values.Length);
        for (int i = 0; i < values.Length; i++)
        {
            Assert.True(Math.Abs(expected[i] - values[i]) <= tolerance, $"{what}: {values[i]} instead of {expected[i]} at {i}");
        }
    }

    /// <summary>
    /// y = Σ x·w, the gradients of ⟨y, u⟩ by x and w, and those of ⟨that by x, a⟩ + ⟨that by w, c⟩ by x, w and u: the same sum with two of
    /// its factors replaced.
    /// </summary>
    sealed class PlainSums
    {
        public PlainSums(ConvolutionCase drawn, Tensor x, Tensor w, Tensor? bias, Tensor u, Tensor a, Tensor c)
        {
            double[] xs = Values(x), ws = Values(w), us = Values(u), aa = Values(a), cs = Values(c);
            (Y, X, W) = (new double[us.Length], new double[xs.Length], new double[ws.Length]);
            (XX, WW, U) = (new double[xs.Length], new double[ws.Length], new double[us.Length]);
            int pixels = u.Shape[2] * u.Shape[3];
            for (int i = 0; bias is not null && i < Y.Length; i++)
            {
                Y[i] = Values(bias)[i / pixels % bias.Count];
            }

            foreach ((int y, int i, int j) in drawn.Meetings())
            {
                Y[y] += xs[i] * ws[j];
                X[i] += us[y] * ws[j];
                W[j] += us[y] * xs[i];
                XX[i] += cs[j] * us[y];
                WW[j] += aa[i] * us[y];
                U[y] += (aa[i] * ws[j]) + (cs[j] * xs[i]);
            }
        }

        public double[] Y { get; }

        public double[] X { get; }

        public double[] W { get; }

        public double[] XX { get; }

        public double[] WW { get; }

        public double[] U { get; }

        static double[] Values(Tensor tensor) => tensor.Detach().To(DType.Float64).ToArray<double>();
    }
}
