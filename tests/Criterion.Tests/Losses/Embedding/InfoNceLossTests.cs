using Criterion.Losses;
using Criterion.Tests.Golden;
using Criterion.Tests.Metrics;

namespace Criterion.Tests.Losses.Embedding;

public class InfoNceLossTests : ContrastLossContract
{
    public static IEnumerable<TheoryDataRow<string, string>> Golden => GoldenFile.Rows("contrast", "InfoNCE").Where(static row =>
        GoldenFile.Find("contrast", row.Data.Item1, row.Data.Item2).Args.Text("similarity", "cosine") != "squared");

    public static IEnumerable<TheoryDataRow<string, string>> GoldenNegatives => GoldenFile.Rows("contrast", "InfoNCENegatives");

    public static IEnumerable<TheoryDataRow<string, string>> LibraryViews =>
        GoldenFile.Rows("metric_learning", "NTXentLoss", "SupConLoss").Where(static row => LabeledGolden.IsOfViews(row, isOneWay: true));

    // A batch of one class, or of all different ones, has no pair with negatives.
    public static IEnumerable<TheoryDataRow<string, string>> LibraryLabels => GoldenFile.Rows("metric_learning", "NTXentLoss").Where(
        static row => row.Data.Item2 is not ("one_class" or "all_different")
            && !row.Data.Item2.StartsWith("views", StringComparison.Ordinal));

    [Theory]
    [MemberData(nameof(Golden))]
    public void Agrees_with_PyTorch(string op, string name) => LossGolden.Check(
        op,
        name,
        static (golden, x) =>
        {
            string direction = golden.Args.Text("direction", "both");
            InfoNceLoss loss = new(
                symmetric: direction == "both",
                normalize: golden.Args.Text("similarity", "cosine") == "cosine",
                reduction: golden.Reduction());
            Tensor temperature = golden.Named("log_scale", x) is { } scale ? (-scale).Exp() : x[2];
            return direction == "keys"
                ? loss.Forward(x[1], x[0], temperature: temperature)
                : loss.Forward(x[0], x[1], temperature: temperature);
        },
        "contrast", slack: Slack);

    [Theory]
    [MemberData(nameof(GoldenNegatives))]
    public void Agrees_with_PyTorch_on_further_negatives(string op, string name) => LossGolden.Check(
        op,
        name,
        static (golden, x) => new InfoNceLoss(inBatch: golden.Args.Text("negatives", "shared") != "only").Forward(x[0], x[1], x[2], x[3]),
        "contrast",
        slack: Slack);

    [Theory]
    [MemberData(nameof(LibraryViews))]
    public void Agrees_with_pytorch_metric_learning_on_views(string op, string name) => LossGolden.Check(
        op,
        name,
        static (golden, x) => new InfoNceLoss(golden.Args.Double("temperature")).Forward(x[0], x[1]),
        "metric_learning",
        slack: Slack);

    // Each pair of one label against the rows of other labels.
    [Theory]
    [MemberData(nameof(LibraryLabels))]
    public void Agrees_with_pytorch_metric_learning_on_labels(string op, string name) => LossGolden.Check(
        op,
        name,
        static (golden, x) =>
        {
            InfoNceLoss loss = new(
                LabeledGolden.Temperature(golden),
                normalize: LabeledGolden.IsNormalized(golden),
                inBatch: false,
                reduction: Reduction.None);
            bool isOneBatch = x.Length == 2;
            (Tensor queries, Tensor keys) = (x[0], x[isOneBatch ? 0 : 2]);
            (long[] own, long[] others) = (x[1].ToArray<long>(), x[^1].ToArray<long>());
            List<Tensor> anchors = [];
            for (int i = 0; i < own.Length; i++)
            {
                Tensor Where(bool isSame) => Tensor.From([.. Enumerable.Range(0, others.Length)
                    .Where(j => others[j] == own[i] == isSame && !(isOneBatch && i == j)).Select(static j => (long)j)]);
                Tensor positives = keys.IndexSelect(0, Where(isSame: true));
                Tensor negatives = keys.IndexSelect(0, Where(isSame: false)).Unsqueeze(0);
                int count = positives.Shape[0];
                anchors.Add(count == 0 ? positives.Sum(1) : loss.Forward(
                    queries[i].Unsqueeze(0).Expand([count, queries.Shape[1]]),
                    positives,
                    negatives.Expand([count, negatives.Shape[1], negatives.Shape[2]])));
            }

            return golden.Args.Text("reducer", "mean") switch
            {
                "none" => Tensor.Cat([.. anchors]),
                "sum" => Tensor.Cat([.. anchors]).Sum(),
                "per_anchor" => Tensor.Stack([.. anchors.Select(static each => each.Sum() / Math.Max(1, each.Shape[0]))]).Mean(),
                _ => Tensor.Cat([.. anchors]).Mean(),
            };
        },
        "metric_learning",
        slack: Slack);

    [Fact]
    public void Negatives_of_each_query_are_checked()
    {
        Tensor x = MetricGolden.Normal(3, 2, 1);
        Assert.Throws<LossException>(() => new InfoNceLoss(inBatch: false).Forward(x, x));
        Assert.Throws<LossException>(() => new InfoNceLoss(inBatch: false, symmetric: true).Forward(x, x, Tensor.Ones([3, 4, 2])));
        Assert.Throws<ShapeException>(() => new InfoNceLoss().Forward(x, x, Tensor.Ones([2, 4, 2])));
        Assert.Throws<ShapeException>(() => new InfoNceLoss().Forward(x, x, Tensor.Ones([3, 0, 2])));
        Assert.Throws<ShapeException>(() => new InfoNceLoss().Forward(x, x, Tensor.Ones([3, 4, 3])));
        GradCheck.Check(
            static inputs => new InfoNceLoss(0.5).Forward(inputs[0], inputs[1], inputs[2]),
            [x, MetricGolden.Normal(3, 2, 2), Tensor.Randn([3, 2, 2], DType.Float64, new RandomStream(3))]);
    }

    [Fact]
    public void A_number_and_a_tensor_are_one_temperature()
    {
        (Tensor q, Tensor k) = (MetricGolden.Normal(7, 3, 1), MetricGolden.Normal(7, 3, 2));
        Assert.Equal(
            new InfoNceLoss(0.3).Forward(q, k).Item(), new InfoNceLoss().Forward(q, k, null, Tensor.Scalar(0.3, DType.Float64)).Item());
        Assert.Throws<ArgumentOutOfRangeException>(static () => new InfoNceLoss(0));
    }

    [Fact]
    public void Negatives_of_another_width_are_refused()
    {
        Tensor x = MetricGolden.Normal(3, 2, 1);
        Assert.Throws<ShapeException>(() => new InfoNceLoss().Forward(x, x, MetricGolden.Normal(3, 4, 1)));
        Assert.Throws<ShapeException>(() => new InfoNceLoss().Forward(x, x[..2]));
    }

    protected override double DefaultTemperature => 0.07;

    protected override Tensor Evaluate(Tensor x1, Tensor x2, Tensor? temperature, Reduction reduction = Reduction.Mean) =>
        new InfoNceLoss(symmetric: true, reduction: reduction).Forward(x1, x2, temperature: temperature);

    protected override double[] Reference(double[][] x1, double[][] x2, double temperature) =>
    [
        .. ContrastReference.InfoNce(x1, x2, temperature)
            .Zip(ContrastReference.InfoNce(x2, x1, temperature), static (a, b) => (a + b) / 2),
    ];
}
