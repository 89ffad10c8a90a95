using Criterion.Losses;
using Criterion.Memory;
using Criterion.Tests.Kernels;
using Criterion.Tests.Metrics;

namespace Criterion.Tests.Losses.Embedding;

/// <summary>What holds for each loss that contrasts the rows of a batch. Threads and memory are those of the whole process.</summary>
[Collection(nameof(ThreadCollection))]
public abstract class ContrastLossContract
{
    /// <summary>What rounding may cost, in units of the last place: similarities are rounded and divided by 0.01 or more.</summary>
    protected const double Slack = 100;

    /// <summary>Evaluates the loss of two batches of rows, row i with row i, with a temperature or that of the loss.</summary>
    protected abstract Tensor Evaluate(Tensor x1, Tensor x2, Tensor? temperature, Reduction reduction = Reduction.Mean);

    /// <summary>Gets the temperature of a loss that is given none.</summary>
    protected abstract double DefaultTemperature { get; }

    /// <summary>Computes the loss of each row in plain loops.</summary>
    protected abstract double[] Reference(double[][] x1, double[][] x2, double temperature);

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 5)]
    [InlineData(7, 3)]
    [InlineData(33, 4)]
    [InlineData(65, 17)]
    public void Value_is_that_of_plain_loops(int n, int d)
    {
        (Tensor x1, Tensor x2) = (MetricGolden.Normal(n, d, 61), MetricGolden.Normal(n, d, 62));
        foreach (double temperature in (double[])[0.05, 0.3, 2])
        {
            double[] expected = Reference(ContrastReference.Rows(x1), ContrastReference.Rows(x2), temperature);
            Tensor scalar = Tensor.Scalar(temperature, DType.Float64);
            Assert.Equal(
                expected,
                Evaluate(x1, x2, scalar, Reduction.None).ToArray<double>(),
                static (a, b) => Math.Abs(a - b) <= 1e-10 * (1 + Math.Abs(a)));
            Assert.Equal(expected.Average(), Evaluate(x1, x2, scalar).Item(), 1e-10 * (1 + expected.Average()));
            Assert.Equal(expected.Sum(), Evaluate(x1, x2, scalar, Reduction.Sum).Item(), 1e-10 * (1 + expected.Sum()));
        }
    }

    [Fact]
    public void Tiles_of_more_columns_than_one_give_the_value_of_plain_loops()
    {
        int count = 4200 / Views;
        (Tensor x1, Tensor x2) = (MetricGolden.Normal(count, 2, 63), MetricGolden.Normal(count, 2, 64));
        double[] actual = Evaluate(x1, x2, Tensor.Scalar(0.2, DType.Float64), Reduction.None).ToArray<double>();
        double[] expected = Reference(ContrastReference.Rows(x1), ContrastReference.Rows(x2), 0.2);
        Assert.Equal(expected, actual, static (a, b) => Math.Abs(a - b) <= 1e-9 * (1 + Math.Abs(a)));
    }

    /// <summary>Of 4,200 rows similarities are too many to be kept; a temperature that learns makes two sets of the rows.</summary>
    [Theory]
    [InlineData(1100, false)]
    [InlineData(4200, false)]
    [InlineData(4200, true)]
    public void Gradient_of_many_rows_is_the_slope_of_the_value(int rows, bool learns)
    {
        int count = rows / Views;
        (Tensor x1, Tensor x2) = (MetricGolden.Normal(count, 3, 75), MetricGolden.Normal(count, 3, 76));
        (Tensor d1, Tensor d2) = (MetricGolden.Normal(count, 3, 77), MetricGolden.Normal(count, 3, 78));
        Tensor learned = Tensor.Scalar(DefaultTemperature, DType.Float64);
        Tensor? temperature = learns ? learned : null;
        double At(double step) => Evaluate(x1 + (d1 * step), x2 + (d2 * step), temperature).Item();
        const double step = 1e-5;
        double slope = (At(step) - At(-step)) / (2 * step);
        double value = Evaluate(x1, x2, learned).Item();
        (x1.RequiresGrad, x2.RequiresGrad) = (true, true);
        Tensor loss = Evaluate(x1, x2, temperature);
        Tensor[] gradients = Autograd.Grad([loss], [x1, x2]);
        Assert.Equal(value, loss.Item(), 1e-12 * value);
        Assert.Equal(slope, ((gradients[0] * d1) + (gradients[1] * d2)).Sum().Item(), 1e-5 * Math.Abs(slope));
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 3)]
    [InlineData(5, 3)]
    public void First_and_second_derivatives_are_those_of_differences(int n, int d) => GradCheck.Check(
        x => Evaluate(x[0], x[1], x[2]),
        [MetricGolden.Normal(n, d, 65), MetricGolden.Normal(n, d, 66), Tensor.Scalar(0.4, DType.Float64)]);

    [Fact]
    public void Small_temperatures_in_Float32_stay_finite_and_have_gradients()
    {
        (Tensor x1, Tensor x2) = (MetricGolden.Normal(9, 4, 67).To(DType.Float32), MetricGolden.Normal(9, 4, 68).To(DType.Float32));
        (x1.RequiresGrad, x2.RequiresGrad) = (true, true);
        Tensor loss = Evaluate(x1, x2, Tensor.Scalar(0.01));
        Assert.True(double.IsFinite(loss.Item()) && loss.Item() > 0);
        foreach (Tensor gradient in Autograd.Grad([loss], [x1, x2]))
        {
            float[] values = gradient.ToArray<float>();
            Assert.All(values, static g => Assert.True(float.IsFinite(g)));
            Assert.Contains(values, static g => Math.Abs(g) > 1e-3);
        }
    }

    [Fact]
    public void Duplicate_rows_and_rows_of_zeros_have_finite_gradients()
    {
        Tensor x1 = Tensor.From([1.0, 2, 1, 2, 0, 0, -1, 3, 0, 0], [5, 2]);
        Tensor x2 = Tensor.From([1.0, 2, 1, 2, 1, -1, 0, 0, 0, 0], [5, 2]);
        double[] expected = Reference(ContrastReference.Rows(x1), ContrastReference.Rows(x2), 0.1);
        (x1.RequiresGrad, x2.RequiresGrad) = (true, true);
        Tensor loss = Evaluate(x1, x2, Tensor.Scalar(0.1, DType.Float64));
        Assert.Equal(expected.Average(), loss.Item(), 1e-11);
        foreach (Tensor gradient in Autograd.Grad([loss], [x1, x2]))
        {
            Assert.All(gradient.ToArray<double>(), static g => Assert.True(double.IsFinite(g)));
        }
    }

    [Fact]
    public void NaN_shows_in_value_and_gradient()
    {
        Tensor x1 = Tensor.From([1.0, double.NaN, 1, 2, 0, 3], [3, 2]);
        Tensor x2 = Tensor.From([1.0, 2, 1, 1, 1, -1], [3, 2]);
        x1.RequiresGrad = true;
        Tensor loss = Evaluate(x1, x2, null);
        Assert.True(double.IsNaN(loss.Item()));
        Assert.Contains(Autograd.Grad(loss, x1).ToArray<double>(), double.IsNaN);
    }

    [Fact]
    public void Results_have_the_same_bits_on_any_number_of_threads()
    {
        int before = Compute.Threads;
        try
        {
            Compute.Threads = 1;
            float[] one = Bits();
            foreach (int threads in (int[])[2, 3, 8])
            {
                Compute.Threads = threads;
                Assert.Equal(one, Bits());
            }
        }
        finally
        {
            Compute.Threads = before;
        }

        float[] Bits()
        {
            Tensor x1 = MetricGolden.Normal(1100, 13, 69).To(DType.Float32);
            Tensor x2 = MetricGolden.Normal(1100, 13, 70).To(DType.Float32);
            (x1.RequiresGrad, x2.RequiresGrad) = (true, true);
            Tensor temperature = Tensor.Scalar(0.1f, requiresGrad: true);
            Tensor learned = Evaluate(x1, x2, temperature);
            Tensor loss = Evaluate(x1, x2, null);
            Tensor[] gradients = [.. Autograd.Grad([learned], [x1, x2, temperature]), .. Autograd.Grad([loss], [x1, x2])];
            return [(float)learned.Item(), (float)loss.Item(), .. gradients.SelectMany(static g => g.ToArray<float>())];
        }
    }

    [Fact]
    public void Memory_does_not_grow_with_the_number_of_pairs()
    {
        const int count = 16_384;
        Tensor x1 = Tensor.Randn([count / Views, 4], random: new RandomStream(3));
        Tensor x2 = Tensor.Randn([count / Views, 4], random: new RandomStream(4));
        x1.RequiresGrad = true;
        long before = Allocated();
        Tensor gradient = Autograd.Grad(Evaluate(x1, x2, null), x1);

        // One matrix of all pairs is 1,074 MB in Float32.
        Assert.InRange(Allocated() - before, 0, 100_000_000);
        Assert.Contains(gradient.ToArray<float>(), static g => g != 0);
    }

    /// <summary>Gets the number of batches whose rows are all compared with each other.</summary>
    protected virtual int Views => 1;

    [Fact]
    public void Wrong_inputs_are_named()
    {
        Tensor x = MetricGolden.Normal(3, 2, 71);
        LossException error = Assert.Throws<LossException>(() => Evaluate(x, x, Tensor.Scalar(0, DType.Float64)));
        Assert.Contains("temperature", error.Message, StringComparison.Ordinal);
        Assert.Throws<ShapeException>(() => Evaluate(x, x, Tensor.From([1.0, 2])));
        Assert.Throws<ShapeException>(() => Evaluate(x[0], x[0], null));
        Assert.Throws<DTypeException>(() => Evaluate(x.To(DType.Int64), x.To(DType.Int64), null));
        Assert.Throws<LossException>(() => Evaluate(x[..0], x[..0], null));
        Assert.Empty(Evaluate(x[..0], x[..0], null, Reduction.None).ToArray<double>());
    }

    static long Allocated() => BufferPool<float>.AllocatedBytes + BufferPool<double>.AllocatedBytes + BufferPool<bool>.AllocatedBytes
        + GC.GetTotalAllocatedBytes();
}
