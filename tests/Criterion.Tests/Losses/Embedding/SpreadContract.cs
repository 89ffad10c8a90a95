using Criterion.Losses;
using Criterion.Tests.Golden;

namespace Criterion.Tests.Losses.Embedding;

/// <summary>The contract of losses that spread the rows of a batch.</summary>
public abstract class SpreadContract
{
    /// <summary>Batch size and width; the last are larger than a tile.</summary>
    public static TheoryData<int, int> Sizes { get; } = new() { { 2, 1 }, { 2, 3 }, { 7, 5 }, { 33, 6 }, { 65, 17 }, { 4101, 3 } };

    protected static RandomStream Random => new(41);

    /// <summary>Gets the loss with default options.</summary>
    protected abstract ICriterion Default { get; }

    /// <summary>Computes the loss.</summary>
    protected abstract Tensor Loss(Tensor embeddings, OnEmpty onEmpty = OnEmpty.Throw);

    /// <summary>Computes the loss of rows of length 1 in plain loops.</summary>
    protected abstract double Plain(double[][] rows);

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Value_is_that_of_plain_loops(int n, int d)
    {
        Tensor x = Draw(n, d);
        double[][] rows = [.. x.ToArray<double>().Chunk(d).Select(Unit)];
        double expected = Plain(rows);
        Assert.Equal(0, (Loss(x).Item() - expected) / Math.Max(1, Math.Abs(expected)), d == 1 ? 1e-6 : 1e-8);
    }

    [Theory]
    [InlineData(2, 3)]
    [InlineData(5, 4)]
    public void Derivatives_are_those_of_central_differences(int n, int d) => GradCheck.Check(x => Loss(x[0]), [Draw(n, d)]);

    [Theory]
    [InlineData(7, 5)]
    [InlineData(300, 4)]
    public void Fused_gradients_are_those_of_the_composed_graph(int n, int d)
    {
        Tensor x = Draw(n, d);
        x.RequiresGrad = true;
        Tensor composed = Criterion.Autograd.Grad(Loss(x), x, createGraph: true);
        Loss(x).Backward();
        GoldenAssert.Close(composed, x.Grad!, "gradient", 1e-8);
    }

    [Theory]
    [InlineData(DType.Float32)]
    [InlineData(DType.Float64)]
    public void Equal_opposite_and_zero_rows_have_finite_derivatives(DType type)
    {
        Tensor x = Tensor.From(new double[,] { { 1, 2 }, { 1, 2 }, { -2, -4 }, { 0, 0 }, { 0, 0 }, { 3, -1 } }).To(type);
        x.RequiresGrad = true;
        Tensor loss = Loss(x);
        Tensor first = Criterion.Autograd.Grad(loss, x, createGraph: true);
        Tensor second = Criterion.Autograd.Grad((first * first).Sum(), x);
        Assert.True(double.IsFinite(loss.Item()));
        Assert.All((Tensor[])[first, second], static g => Assert.Equal(1, g.IsFinite().To(DType.Int64).Min().Item()));
    }

    [Fact]
    public void Order_and_lengths_do_not_matter()
    {
        Tensor x = Draw(33, 5);
        Assert.Equal(Loss(x).Item(), Loss(x.IndexSelect(0, Tensor.Permutation(33, Random)) * 7).Item(), 1e-10);
    }

    [Fact]
    public void NaN_shows()
    {
        Tensor x = Draw(5, 3);
        x[2, 1] = Tensor.Scalar(double.NaN, DType.Float64);
        Assert.True(double.IsNaN(Loss(x).Item()));
    }

    [Fact]
    public void Fewer_than_two_rows_are_an_error_unless_asked_for_zero()
    {
        foreach (int n in (int[])[0, 1])
        {
            Tensor x = Tensor.Ones([n, 3], DType.Float64, requiresGrad: true);
            Assert.Contains("OnEmpty", Assert.Throws<LossException>(() => Loss(x)).Message, StringComparison.Ordinal);
            Tensor loss = Loss(x, OnEmpty.Zero);
            loss.Backward();
            Assert.Equal(0, loss.Item());
        }

        Assert.Contains(
            "[6]", Assert.Throws<ShapeException>(() => Loss(Tensor.Ones([6]))).Message, StringComparison.Ordinal);
        Assert.Throws<ShapeException>(() => Loss(Tensor.Ones([3, 0])));
        Assert.Throws<ArgumentNullException>(() => Loss(null!));
    }

    [Fact]
    public void Distances_of_16384_rows_are_never_in_memory()
    {
        const int n = 16_384;
        Tensor x = Tensor.Randn([n, 4], random: Random);
        x.RequiresGrad = true;
        long before = GC.GetAllocatedBytesForCurrentThread();
        Loss(x).Backward();
        long bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(bytes < 40_000_000, $"{bytes:N0} bytes; the matrix would take {4L * n * n:N0}.");
    }

    [Fact]
    public void Threads_do_not_change_a_bit()
    {
        Tensor x = Draw(4101, 3).To(DType.Float32);
        x.RequiresGrad = true;
        int before = Compute.Threads;
        try
        {
            Compute.Threads = 1;
            (double value, float[] slope) = (Loss(x).Item(), Criterion.Autograd.Grad(Loss(x), x).ToArray<float>());
            Compute.Threads = 3;
            Assert.Equal(value, Loss(x).Item());
            Assert.Equal(slope, Criterion.Autograd.Grad(Loss(x), x).ToArray<float>());
        }
        finally
        {
            Compute.Threads = before;
        }
    }

    [Fact]
    public void It_is_shown_and_stored()
    {
        CriterionAssert.IsShown(Default);
        CriterionAssert.IsStored(Default);
    }

    protected static double SquaredDistance(double[] x, double[] y) => x.Zip(y).Sum(static pair => Math.Pow(pair.First - pair.Second, 2));

    static Tensor Draw(int n, int d) => d == 1
        ? Tensor.From<double>([0.7, -0.4], [2, 1])
        : Tensor.Randn([n, d], DType.Float64, Random);

    static double[] Unit(double[] row)
    {
        double norm = Math.Sqrt(row.Sum(static v => v * v));
        return [.. row.Select(v => v / norm)];
    }
}
