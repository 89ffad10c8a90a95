using Criterion.Losses;
using Criterion.Tests.Metrics;

namespace Criterion.Tests.Losses;

/// <summary>What every loss of labeled rows fulfils, beside its values.</summary>
public abstract class LabeledRowsLossContract
{
    /// <summary>The loss with the options of these tests.</summary>
    protected abstract LabeledRowsLoss Make(EmbeddingDistance distance, Reduction reduction = Reduction.Mean, bool activeOnly = false);

    [Theory]
    [InlineData(EmbeddingDistance.Cosine)]
    [InlineData(EmbeddingDistance.Euclidean)]
    [InlineData(EmbeddingDistance.UnitEuclidean)]
    public void First_and_second_derivatives_are_those_of_differences(EmbeddingDistance distance)
    {
        (Tensor rows, Tensor labels) = (MetricGolden.Normal(9, 3, 21), Labels(9, 3));
        (Tensor keys, Tensor keyLabels) = (MetricGolden.Normal(7, 3, 22), Labels(7, 3));
        foreach (Reduction reduction in (Reduction[])[Reduction.Mean, Reduction.Sum, Reduction.None])
        {
            LabeledRowsLoss loss = Make(distance, reduction);
            GradCheck.Check(x => loss.Forward(x[0], labels), [rows]);
            GradCheck.Check(x => loss.Forward(x[0], labels, x[1], keyLabels), [rows, keys]);
        }
    }

    [Theory]
    [InlineData(65, 5, EmbeddingDistance.Cosine)]
    [InlineData(33, 40, EmbeddingDistance.Euclidean)]
    [InlineData(300, 3, EmbeddingDistance.UnitEuclidean)]
    public void The_fused_gradient_is_that_of_tensors(int count, int d, EmbeddingDistance distance)
    {
        Tensor labels = Labels(count, 7);
        foreach (bool activeOnly in (bool[])[false, true])
        {
            LabeledRowsLoss loss = Make(distance, activeOnly: activeOnly);
            Tensor rows = Learned(MetricGolden.Normal(count, d, 23));
            Tensor value = loss.Forward(rows, labels, out TermCounts counts);
            double[] fused = Autograd.Grad(value, rows).ToArray<double>();
            Tensor again = loss.Forward(rows, labels);
            double[] composed = Autograd.Grad(again, rows, createGraph: true).Detach().ToArray<double>();
            Assert.Equal(composed, fused, static (a, b) => Math.Abs(a - b) < 1e-11);
            Assert.True(counts.Terms > 0 && counts.Active <= counts.Terms);
        }
    }

    [Theory]
    [InlineData(EmbeddingDistance.Cosine)]
    [InlineData(EmbeddingDistance.Euclidean)]
    public void Float32_is_near_Float64(EmbeddingDistance distance)
    {
        Tensor labels = Labels(90, 6);
        Tensor single = Learned(MetricGolden.Normal(90, 33, 24).To(DType.Float32));
        Tensor exact = Learned(single.Detach().To(DType.Float64));
        LabeledRowsLoss loss = Make(distance);
        (Tensor a, Tensor b) = (loss.Forward(single, labels), loss.Forward(exact, labels));
        Assert.Equal(DType.Float32, a.DType);
        Assert.Equal(b.Item(), a.Item(), 1e-5);
        Assert.Equal(
            Autograd.Grad(b, exact).ToArray<double>(),
            Autograd.Grad(a, single).To(DType.Float64).ToArray<double>(),
            static (x, y) => Math.Abs(x - y) < 1e-5);
    }

    [Fact]
    public void Close_rows_far_from_the_origin_keep_their_gradient()
    {
        // A product of rows of length 100 in Float32 has an error of 1e-3, and their distances are 0.1.
        Tensor labels = Labels(24, 3);
        Tensor single = Learned(((MetricGolden.Normal(24, 4, 25) * 0.05) + 50).To(DType.Float32));
        Tensor exact = Learned(single.Detach().To(DType.Float64));
        LabeledRowsLoss loss = Make(EmbeddingDistance.Euclidean);
        (Tensor a, Tensor b) = (loss.Forward(single, labels), loss.Forward(exact, labels));
        Assert.Equal(b.Item(), a.Item(), 1e-5);
        Assert.Equal(
            Autograd.Grad(b, exact).ToArray<double>(),
            Autograd.Grad(a, single).To(DType.Float64).ToArray<double>(),
            static (x, y) => Math.Abs(x - y) < 1e-4);
    }

    [Theory]
    [InlineData(EmbeddingDistance.Cosine)]
    [InlineData(EmbeddingDistance.Euclidean)]
    [InlineData(EmbeddingDistance.UnitEuclidean)]
    public void Equal_rows_and_rows_of_zeros_have_a_finite_gradient(EmbeddingDistance distance)
    {
        foreach (Tensor rows in (Tensor[])[Tensor.Ones([6, 2], DType.Float64), Tensor.Zeros([6, 2], DType.Float64)])
        {
            Tensor x = Learned(rows);
            Tensor value = Make(distance).Forward(x, Labels(6, 2));
            Assert.True(double.IsFinite(value.Item()));
            Assert.All(Autograd.Grad(value, x).ToArray<double>(), static g => Assert.True(double.IsFinite(g)));
        }
    }

    [Theory]
    [InlineData(EmbeddingDistance.Cosine)]
    [InlineData(EmbeddingDistance.Euclidean)]
    public void NaN_shows_in_value_and_gradient(EmbeddingDistance distance)
    {
        double[] values = MetricGolden.Normal(8, 3, 26).ToArray<double>();
        values[4] = double.NaN;
        Tensor x = Learned(Tensor.From(values, [8, 3]));
        Tensor value = Make(distance).Forward(x, Labels(8, 3));
        Assert.True(double.IsNaN(value.Item()));
        Assert.Contains(Autograd.Grad(value, x).ToArray<double>(), double.IsNaN);
    }

    [Fact]
    public void A_batch_without_terms_is_refused_or_zero()
    {
        LabeledRowsLoss loss = Make(EmbeddingDistance.Cosine);
        Tensor one = Learned(MetricGolden.Normal(1, 3, 27));
        LossException error = Assert.Throws<LossException>(() => loss.Forward(one, Labels(1, 1)));
        Assert.Contains("OnEmpty", error.Message, StringComparison.Ordinal);
        Assert.Throws<LossException>(() => loss.Forward(one[..0], Labels(0, 1)));
        Tensor zero = (loss with { OnEmpty = OnEmpty.Zero }).Forward(one, Labels(1, 1), out TermCounts counts);
        Assert.Equal((0, new TermCounts(0, 0)), (zero.Item(), counts));
        Assert.Equal([0.0, 0, 0], Autograd.Grad(zero, one).ToArray<double>());
        Assert.Equal(0, (loss with { OnEmpty = OnEmpty.Zero }).Forward(one[..0], Labels(0, 1)).Item());
        Assert.Equal([0.0], Make(EmbeddingDistance.Cosine, Reduction.None).Forward(one, Labels(1, 1)).ToArray<double>());
    }

    [Fact]
    public void Wrong_inputs_are_named()
    {
        LabeledRowsLoss loss = Make(EmbeddingDistance.Cosine);
        (Tensor rows, Tensor labels) = (MetricGolden.Normal(6, 3, 28), Labels(6, 2));
        Named<ShapeException>("embeddings must be [N, D]", () => loss.Forward(rows[0], labels));
        Named<ShapeException>("labels must be [6]", () => loss.Forward(rows, labels[..5]));
        Named<DTypeException>("labels must be Int64", () => loss.Forward(rows, labels.To(DType.Float32)));
        Named<DTypeException>("embeddings must be Float32", () => loss.Forward(rows.To(DType.Int64), labels));
        Named<ShapeException>("keyLabels must be [6]", () => loss.Forward(rows, labels, rows, labels[..5]));
        Named<ShapeException>("differ in their dimensions", () => loss.Forward(rows, labels, rows[.., ..2], labels));
        Named<ArgumentOutOfRangeException>("Distance must be", () => Make((EmbeddingDistance)9));
    }

    [Theory]
    [InlineData(EmbeddingDistance.Cosine)]
    [InlineData(EmbeddingDistance.Euclidean)]
    public void Results_have_the_same_bits_on_any_number_of_threads(EmbeddingDistance distance)
    {
        Tensor rows = MetricGolden.Normal(600, 17, 29).To(DType.Float32);
        Tensor labels = Labels(600, 7);
        int before = Compute.Threads;
        try
        {
            Compute.Threads = 1;
            (float value, float[] gradient) = Bits();
            Compute.Threads = 3;
            Assert.Equal(value, Bits().Value);
            Assert.Equal(gradient, Bits().Gradient);
        }
        finally
        {
            Compute.Threads = before;
        }

        (float Value, float[] Gradient) Bits()
        {
            Tensor x = Learned(rows.Clone());
            Tensor loss = Make(distance).Forward(x, labels);
            return ((float)loss.Item(), Autograd.Grad(loss, x).ToArray<float>());
        }
    }

    [Theory]
    [InlineData(EmbeddingDistance.Cosine)]
    [InlineData(EmbeddingDistance.Euclidean)]
    public void Keys_that_begin_with_the_queries_form_no_pair_with_themselves(EmbeddingDistance distance)
    {
        Tensor x = Learned(MetricGolden.Normal(20, 3, 35));
        Tensor labels = Labels(20, 4);
        foreach (Reduction reduction in (Reduction[])[Reduction.Mean, Reduction.None])
        {
            LabeledRowsLoss loss = Make(distance, reduction);
            Tensor expected = loss.Forward(x, labels, out TermCounts all);
            Tensor actual = loss.Forward(x, labels, Tensor.Cat([x]), labels, out TermCounts counts, keysBeginWithQueries: true);
            Assert.Equal(all, counts);
            Assert.Equal(expected.ToArray<double>(), actual.ToArray<double>(), static (a, b) => Math.Abs(a - b) < 1e-12);
            Assert.Equal(
                Autograd.Grad(expected.Sum(), x).ToArray<double>(),
                Autograd.Grad(actual.Sum(), x).ToArray<double>(),
                static (a, b) => Math.Abs(a - b) < 1e-12);
            Named<ShapeException>("cannot begin", () => loss.Forward(x, labels, x[..5], labels[..5], keysBeginWithQueries: true));
        }
    }

    [Fact]
    public void A_gradient_of_the_result_scales_the_fused_one()
    {
        Tensor x = Learned(MetricGolden.Normal(12, 3, 30));
        LabeledRowsLoss loss = Make(EmbeddingDistance.Cosine);
        double[] once = Autograd.Grad(loss.Forward(x, Labels(12, 3)), x).ToArray<double>();
        double[] twice = Autograd.Grad(loss.Forward(x, Labels(12, 3)) * 2, x).ToArray<double>();
        Assert.Equal(once.Select(static g => 2 * g), twice, static (a, b) => Math.Abs(a - b) < 1e-15);
    }

    protected static Tensor Learned(Tensor x)
    {
        x.RequiresGrad = true;
        return x;
    }

    protected static Tensor Labels(int count, int classes) =>
        Tensor.From([.. Enumerable.Range(0, count).Select(i => (long)(i * 7919 % 10_007 % classes))]);

    protected static void Named<TError>(string part, Func<object> call)
        where TError : Exception => Assert.Contains(part, Assert.Throws<TError>(call).Message, StringComparison.Ordinal);
}
