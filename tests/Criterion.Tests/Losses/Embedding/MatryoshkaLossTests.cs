using Criterion.Losses;
using Criterion.Tests.Golden;

namespace Criterion.Tests.Losses.Embedding;

public class MatryoshkaLossTests
{
    static RandomStream Random => new(9);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void It_is_the_weighted_sum_over_widths(bool normalized)
    {
        Tensor x = Tensor.Randn([5, 8], DType.Float64, Random);
        int[] widths = [8, 3, 1];
        double[] weights = [1, 0.5, 2];
        double expected = 0;
        for (int k = 0; k < 3; k++)
        {
            double[][] rows = [.. x.ToArray<double>().Chunk(8).Select(row => row[..widths[k]])];
            expected += weights[k] * rows.Sum(row => row.Sum(v => Math.Pow(v / (normalized ? Math.Sqrt(row.Sum(u => u * u)) : 1), 3)));
        }

        MatryoshkaLoss loss = new(widths, weights) { Normalized = normalized };
        Assert.Equal(expected, loss.Forward(static v => v.Pow(3).Sum(), x).Item(), 1e-10);
        GradCheck.Check(inputs => loss.Forward(static v => v.Pow(3).Sum(), inputs[0]), [x]);
    }

    [Fact]
    public void Levels_halve_the_width()
    {
        Tensor x = Tensor.Randn([5, 12], DType.Float64, Random);
        LossReport report = new MatryoshkaLoss(levels: 3).Evaluate(static v => v.Sum(), x);
        Assert.Equal(["12", "6", "3"], report.Terms.Select(static term => term.Name));
        Assert.Equal(report.Terms.Sum(static term => term.Value), report.Total.Item(), 1e-12);
    }

    [Fact]
    public void It_goes_around_losses_of_two_matrices_and_of_class_weights()
    {
        Tensor x = Tensor.Randn([5, 8], DType.Float64, Random);
        Tensor y = Tensor.Randn([5, 8], DType.Float64, new RandomStream(2));
        CosineSimilarityLoss cosine = new();
        Assert.Equal(
            cosine.Forward(x, y).Item() + cosine.Forward(x.Narrow(1, 0, 4), y.Narrow(1, 0, 4)).Item(),
            new MatryoshkaLoss(levels: 2).Forward(cosine.Forward, x, y).Item(),
            1e-12);
        Tensor labels = Tensor.From<long>([0, 1, 2, 1, 0]);
        Tensor w = y.Narrow(0, 0, 3);
        CosFaceLoss face = new();
        Assert.Equal(
            face.Forward(x, labels, w).Item() + face.Forward(x.Narrow(1, 0, 4), labels, w.Narrow(1, 0, 4)).Item(),
            new MatryoshkaLoss(levels: 2).Forward(v => face.Forward(v, labels, w.Narrow(1, 0, v.Shape[1])), x).Item(),
            1e-9);
    }

    [Fact]
    public void Rows_of_zeros_stay_zeros_with_a_finite_gradient()
    {
        Tensor x = Tensor.From<float>([0, 0, 3, 4]).Reshape(1, 4);
        x.RequiresGrad = true;
        LossReport report = new MatryoshkaLoss(levels: 2).Evaluate(static v => (v * 2).Sum(), x);
        report.Total.Backward();
        Assert.Equal(0, report["2"]);
        Assert.Equal(2 * 1.4, report["4"], 1e-6);
        Assert.Equal(1, x.Grad!.IsFinite().To(DType.Int64).Min().Item());
    }

    [Fact]
    public void Widths_that_cannot_be_cut_are_errors()
    {
        Tensor x = Tensor.Ones([2, 4]);
        Assert.Contains(
            "[2, 4]",
            Assert.Throws<ShapeException>(() => new MatryoshkaLoss(levels: 4).Forward(static v => v.Sum(), x)).Message,
            StringComparison.Ordinal);
        Assert.Throws<ShapeException>(() => new MatryoshkaLoss([5]).Forward(static v => v.Sum(), x));
        Assert.Throws<ShapeException>(() => new MatryoshkaLoss(levels: 1).Forward(static (a, b) => a.Sum(), x, Tensor.Ones([2, 3])));
        Assert.Throws<ArgumentException>(() => new MatryoshkaLoss([]));
        Assert.Throws<ArgumentException>(() => new MatryoshkaLoss([4, 4]));
        Assert.Throws<ArgumentException>(() => new MatryoshkaLoss([4, 2], [1.0]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MatryoshkaLoss([0]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MatryoshkaLoss([4], [-1.0]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MatryoshkaLoss(levels: 0));
        Assert.Throws<ArgumentNullException>(() => new MatryoshkaLoss().Forward((Func<Tensor, Tensor>)null!, x));
    }

    [Fact]
    public void It_is_compared_by_value_and_printed()
    {
        Assert.Equal(new MatryoshkaLoss([4, 2], [1.0, 0.5]), new MatryoshkaLoss([4, 2], [1.0, 0.5]));
        Assert.NotEqual(new MatryoshkaLoss([4, 2], [1.0, 0.5]), new MatryoshkaLoss([4, 2], [1.0, 0.6]));
        Assert.NotEqual(new MatryoshkaLoss(3), new MatryoshkaLoss(3, normalized: false));
        Assert.Contains(@"\frac", new MatryoshkaLoss().ToLatex(), StringComparison.Ordinal);
        CriterionAssert.IsStored(new MatryoshkaLoss(3, false));
        CriterionAssert.IsStored(new MatryoshkaLoss([4, 2], [1.0, 0.5]) { Normalized = false });
    }
}
