using Criterion.Losses;
using Criterion.Tests.Golden;
using Criterion.Tests.Metrics;

namespace Criterion.Tests.Losses.Embedding;

public class NPairLossTests
{
    public static IEnumerable<TheoryDataRow<string, string>> Golden => GoldenFile.Rows("metric_learning", "NPairsLoss").Where(static row =>
        GoldenFile.Find("metric_learning", row.Data.Item1, row.Data.Item2).Args.Text("distance", "cosine") != "squared");

    [Theory]
    [MemberData(nameof(Golden))]
    public void Agrees_with_pytorch_metric_learning(string op, string name) => LossGolden.Check(
        op,
        name,
        static (golden, x) => new NPairLoss(golden.Args.Text("distance", "cosine") == "cosine", golden.Reducer())
        {
            OnEmpty = OnEmpty.Zero,
        }.Forward(x[0], x[1]),
        "metric_learning");

    [Theory]
    [InlineData(2, 1, 1)]
    [InlineData(7, 3, 2)]
    [InlineData(33, 5, 7)]
    [InlineData(65, 4, 40)]
    public void Agrees_with_plain_loops_and_differences(int n, int d, int classes)
    {
        Tensor x = MetricGolden.Normal(n, d, 51);
        long[] labels = [.. Enumerable.Range(0, n).Select(i => (long)(i * 31 % classes))];
        double[] rows = x.ToArray<double>();
        int[][] pairs =
        [
            .. Enumerable.Range(0, classes).Select(label => Enumerable.Range(0, n).Where(i => labels[i] == label).ToArray())
                .Where(static all => all.Length > 1),
        ];
        double Dot(int i, int j) => Enumerable.Range(0, d).Sum(k => rows[(i * d) + k] * rows[(j * d) + k]);
        double[] expected =
        [
            .. pairs.Select(own => Math.Log(pairs.Sum(other => Math.Exp(Dot(own[0], other[1]) - Dot(own[0], own[1]))))),
        ];
        Tensor tensor = Tensor.From(labels);
        double[] each = new NPairLoss(reduction: Reduction.None).Forward(x, tensor).ToArray<double>();
        Assert.Equal(expected, each, static (a, b) => Math.Abs(a - b) < 1e-11);
        Assert.Equal(expected.Average(), new NPairLoss().Forward(x, tensor).Item(), 1e-11);
        Assert.Equal(expected.Sum(), new NPairLoss(reduction: Reduction.Sum).Forward(x, tensor).Item(), 1e-10);
        GradCheck.Check(inputs => new NPairLoss().Forward(inputs[0], tensor), [x]);
    }

    [Fact]
    public void Rows_that_form_no_pair_have_no_gradient_and_large_products_do_not_overflow()
    {
        Tensor x = Tensor.From([100f, 0, 0, 100, 100, 1, 7, 7, 5, 5, 3, 100], [6, 2]);
        x.RequiresGrad = true;
        Tensor loss = new NPairLoss(reduction: Reduction.Sum).Forward(x, Tensor.From([4L, 9, 4, 4, 1, 9]));
        float[] gradient = Autograd.Grad(loss, x).ToArray<float>();
        Assert.True(double.IsFinite(loss.Item()));
        Assert.Equal([0f, 0, 0, 0], gradient[6..10]);
        Assert.All(gradient, static g => Assert.True(float.IsFinite(g)));
    }

    [Fact]
    public void A_batch_without_pairs_is_refused_zero_or_empty()
    {
        (Tensor x, Tensor labels) = (MetricGolden.Normal(3, 2, 52), Tensor.From([0L, 1, 2]));
        LossException error = Assert.Throws<LossException>(() => new NPairLoss().Forward(x, labels));
        Assert.Contains("OnEmpty", error.Message, StringComparison.Ordinal);
        Assert.Throws<LossException>(() => new NPairLoss().Forward(x[..0], labels[..0]));
        Assert.Equal(0, new NPairLoss { OnEmpty = OnEmpty.Zero }.Forward(x, labels).Item());
        Assert.Empty(new NPairLoss(reduction: Reduction.None).Forward(x, labels).ToArray<double>());
    }

    [Fact]
    public void NaN_shows_and_wrong_inputs_are_named()
    {
        Tensor x = Tensor.From([double.NaN, 1, 2, 3], [2, 2]);
        Tensor labels = Tensor.From([5L, 5]);
        Assert.True(double.IsNaN(new NPairLoss().Forward(x, labels).Item()));
        Assert.Throws<ShapeException>(() => new NPairLoss().Forward(x[0], labels));
        Assert.Throws<ShapeException>(() => new NPairLoss().Forward(x, labels[..1]));
        Assert.Throws<DTypeException>(() => new NPairLoss().Forward(x, labels.To(DType.Float32)));
    }
}
