using Criterion.Losses;
using Criterion.Tests.Golden;

namespace Criterion.Tests.Losses.Embedding;

public class NtXentLossTests : ContrastLossContract
{
    public static IEnumerable<TheoryDataRow<string, string>> Golden => GoldenFile.Rows("contrast", "NTXent");

    // Of two views each row has one positive, so that contrasting it with the negatives alone leaves nothing out.
    public static IEnumerable<TheoryDataRow<string, string>> Library =>
        GoldenFile.Rows("metric_learning", "NTXentLoss", "SupConLoss").Where(static row => LabeledGolden.IsOfViews(row, isOneWay: false));

    protected override int Views => 2;

    [Theory]
    [MemberData(nameof(Golden))]
    public void Agrees_with_PyTorch(string op, string name) => LossGolden.Check(
        op, name, static (golden, x) => new NtXentLoss().Forward(x[0], x[1], x[2]), "contrast", slack: Slack);

    [Theory]
    [MemberData(nameof(Library))]
    public void Agrees_with_pytorch_metric_learning(string op, string name) => LossGolden.Check(
        op,
        name,
        static (golden, x) => new NtXentLoss(golden.Args.Double("temperature")).Forward(x[0], x[1]),
        "metric_learning",
        slack: Slack);

    [Fact]
    public void A_single_example_has_no_loss() =>
        Assert.Equal(0, new NtXentLoss().Forward(Tensor.From([3.0, 1], [1, 2]), Tensor.From([-1.0, 2], [1, 2])).Item(), 1e-14);

    protected override double DefaultTemperature => 0.5;

    protected override Tensor Evaluate(Tensor x1, Tensor x2, Tensor? temperature, Reduction reduction = Reduction.Mean) =>
        new NtXentLoss(reduction: reduction).Forward(x1, x2, temperature);

    protected override double[] Reference(double[][] x1, double[][] x2, double temperature)
    {
        long[] labels = [.. Enumerable.Range(0, 2 * x1.Length).Select(i => (long)(i % x1.Length))];
        return ContrastReference.SupCon([.. x1, .. x2], labels, temperature);
    }
}
