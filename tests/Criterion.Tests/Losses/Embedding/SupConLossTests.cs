using Criterion.Losses;
using Criterion.Tests.Golden;
using Criterion.Tests.Metrics;

namespace Criterion.Tests.Losses.Embedding;

public class SupConLossTests : ContrastLossContract
{
    // A loss much below the similarities is the difference of two larger numbers in single precision.
    const double Cancelling = 4096;

    public static IEnumerable<TheoryDataRow<string, string>> Golden => GoldenFile.Rows("contrast", "SupCon");

    // A batch of one class has a loss of 0 there, since it has no negatives.
    public static IEnumerable<TheoryDataRow<string, string>> Library => GoldenFile.Rows("metric_learning", "SupConLoss").Where(
        static row => row.Data.Item2 != "one_class"
            && !row.Data.Item2.StartsWith("views", StringComparison.Ordinal));

    protected override int Views => 2;

    [Theory]
    [MemberData(nameof(Golden))]
    public void Agrees_with_PyTorch(string op, string name) => LossGolden.Check(
        op, name, static (golden, x) => new SupConLoss().Forward(x[0], x[1], x[2]), "contrast", slack: Cancelling);

    [Theory]
    [MemberData(nameof(Library))]
    public void Agrees_with_pytorch_metric_learning(string op, string name) => LossGolden.Check(
        op,
        name,
        static (golden, x) =>
        {
            // Its mean counts a row without a positive as 0.
            bool isOfAll = golden.Args.Text("reducer", "avg_non_zero") == "mean";
            SupConLoss loss = new(
                LabeledGolden.Temperature(golden),
                LabeledGolden.IsNormalized(golden),
                isOfAll ? Reduction.Sum : golden.Reducer())
            { OnEmpty = OnEmpty.Zero };
            Tensor value = x.Length == 4 ? loss.Forward(x[0], x[1], x[2], x[3]) : loss.Forward(x[0], x[1]);
            return isOfAll ? value / x[0].Shape[0] : value;
        },
        "metric_learning",
        slack: Cancelling);

    [Theory]
    [InlineData(7, 2)]
    [InlineData(33, 5)]
    [InlineData(65, 40)]
    [InlineData(8, 1)]
    public void Value_is_that_of_plain_loops_for_any_sizes_of_labels(int n, int classes)
    {
        Tensor x = MetricGolden.Normal(n, 3, 72);
        long[] labels = [.. Enumerable.Range(0, n).Select(i => (long)(i * i % classes) - 3)];
        double[] expected = ContrastReference.SupCon(ContrastReference.Rows(x), labels, 0.1);
        Tensor y = Tensor.From(labels);
        double[] actual = new SupConLoss(reduction: Reduction.None).Forward(x, y).ToArray<double>();
        Assert.Equal(expected, actual, static (a, b) => Math.Abs(a - b) <= 1e-11 * (1 + a));
        double mean = expected.Where((_, i) => labels.Count(label => label == labels[i]) > 1).Average();
        Assert.Equal(mean, new SupConLoss().Forward(x, y).Item(), 1e-11 * (1 + mean));
        Tensor few = Tensor.From([4L, 2, 4, 4, 2, 9]);
        GradCheck.Check(inputs => new SupConLoss(0.4).Forward(inputs[0], few), [x[..6]]);
    }

    [Fact]
    public void Keys_that_begin_with_the_queries_are_a_batch_with_a_memory()
    {
        (Tensor x, Tensor older) = (MetricGolden.Normal(7, 3, 74), MetricGolden.Normal(6, 3, 75));
        (Tensor y, Tensor olderLabels) = (Tensor.From([0L, 0, 1, 1, 2, 8, 9]), Tensor.From([5L, 1, 1, 8, 0, 7]));
        (Tensor keys, Tensor keyLabels) = (Tensor.Cat([x, older]), Tensor.Cat([y, olderLabels]));
        SupConLoss loss = new(0.3, reduction: Reduction.None);
        double[] all = ContrastReference.SupCon(ContrastReference.Rows(keys), keyLabels.ToArray<long>(), 0.3);
        double[] actual = loss.Forward(x, y, keys, keyLabels, keysBeginWithQueries: true).ToArray<double>();
        Assert.Equal(all[..7], actual, static (a, b) => Math.Abs(a - b) <= 1e-12);
        Assert.Equal(loss.Forward(x, y).ToArray<double>(), loss.Forward(x, y, x, y, keysBeginWithQueries: true).ToArray<double>());
        GradCheck.Check(
            inputs => new SupConLoss(0.4).Forward(inputs[0], y, Tensor.Cat([inputs[0], inputs[1]]), keyLabels, keysBeginWithQueries: true),
            [x, older]);
        GradCheck.Check(inputs => new SupConLoss(0.4).Forward(inputs[0], y, inputs[1], olderLabels), [x, older]);
        Assert.Throws<LossException>(() => new SupConLoss().Forward(x, y, older, olderLabels + 20));
        Assert.Throws<ShapeException>(() => new SupConLoss().Forward(x, y, older, olderLabels, keysBeginWithQueries: true));
        Assert.Throws<ShapeException>(() => new SupConLoss().Forward(x, y, MetricGolden.Normal(6, 4, 76), olderLabels));
    }

    [Fact]
    public void Labels_of_one_row_each_are_refused_or_zero()
    {
        (Tensor x, Tensor y) = (MetricGolden.Normal(3, 2, 73), Tensor.From([5L, 6, 7]));
        LossException error = Assert.Throws<LossException>(() => new SupConLoss().Forward(x, y));
        Assert.Contains("OnEmpty", error.Message, StringComparison.Ordinal);
        x.RequiresGrad = true;
        Tensor zero = new SupConLoss { OnEmpty = OnEmpty.Zero }.Forward(x, y);
        Assert.Equal(0, zero.Item());
        Assert.All(Autograd.Grad(zero, x).ToArray<double>(), static g => Assert.Equal(0, g));
        Assert.Equal([0.0, 0, 0], new SupConLoss(reduction: Reduction.None).Forward(x, y).ToArray<double>());
        Assert.Throws<ShapeException>(() => new SupConLoss().Forward(x, y[..2]));
        Assert.Throws<DTypeException>(() => new SupConLoss().Forward(x, y.To(DType.Float32)));
    }

    protected override double DefaultTemperature => 0.1;

    protected override Tensor Evaluate(Tensor x1, Tensor x2, Tensor? temperature, Reduction reduction = Reduction.Mean)
    {
        Tensor index = Tensor.Arange(x1.Rank > 0 ? x1.Shape[0] : 0);
        return new SupConLoss(reduction: reduction).Forward(Tensor.Cat([x1, x2]), Tensor.Cat([index, index]), temperature);
    }

    protected override double[] Reference(double[][] x1, double[][] x2, double temperature)
    {
        long[] labels = [.. Enumerable.Range(0, 2 * x1.Length).Select(i => (long)(i % x1.Length))];
        return ContrastReference.SupCon([.. x1, .. x2], labels, temperature);
    }
}
