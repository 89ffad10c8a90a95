using Criterion.Losses;
using Criterion.Tests.Golden;
using Criterion.Tests.Metrics;
using static Criterion.Tests.Losses.Embedding.AnchorReference;

namespace Criterion.Tests.Losses.Embedding;

public class LiftedStructureLossTests : AnchorLossContract
{
    public static IEnumerable<TheoryDataRow<string, string>> Golden => Cases("GeneralizedLiftedStructureLoss", IsHere);

    [Theory]
    [MemberData(nameof(Golden))]
    public void Agrees_with_pytorch_metric_learning(string op, string name)
    {
        GoldenCase golden = GoldenFile.Find("metric_learning", op, name);
        EmbeddingDistance distance = golden.Args.Text("distance", "euclidean_normalized") == "euclidean"
            ? EmbeddingDistance.Euclidean
            : EmbeddingDistance.UnitEuclidean;
        Matches(golden, (reduction, activeOnly) => new LiftedStructureLoss(
            golden.Args.Double("neg_margin"), golden.Args.Double("pos_margin"), distance, activeOnly, reduction));
    }

    // pytorch-metric-learning sets the logarithm of a missing sum to 0, and has squared distances.
    static bool IsHere(GoldenCase golden)
    {
        long[] labels = golden.Inputs()[1].ToArray<long>();
        return golden.Args.Text("distance", "") != "squared"
            && labels.All(label => labels.Count(other => other == label) is int count && count > 1 && count < labels.Length);
    }


    [Fact]
    public void An_anchor_beyond_the_hinge_has_no_loss_and_no_gradient()
    {
        Tensor x = Learned(Tensor.From([0.0, 0.1, 5, 5.1], [4, 1]));
        Tensor value = new LiftedStructureLoss().Forward(x, Tensor.From([0L, 0, 1, 1]), out TermCounts counts);
        Assert.Equal((0, new TermCounts(4, 0)), (value.Item(), counts));
        Assert.Equal([0.0, 0, 0, 0], Autograd.Grad(value, x).ToArray<double>());
    }

    [Fact]
    public void Options_are_checked()
    {
        Named<ArgumentOutOfRangeException>("NegativeMargin must be", static () => new LiftedStructureLoss(-1));
        Named<ArgumentOutOfRangeException>("PositiveMargin must be", static () => new LiftedStructureLoss(1, -1));
    }

    protected override LabeledRowsLoss Make(
        EmbeddingDistance distance, Reduction reduction = Reduction.Mean, bool activeOnly = false) =>
        new LiftedStructureLoss(0.9, 0.2, distance, activeOnly, reduction);

    protected override double? Reference(string distance, double[] positives, double[] negatives)
    {
        return positives.Length == 0 || negatives.Length == 0
            ? null
            : Math.Max(0, LogSum(positives.Select(static d => d - 0.2)) + LogSum(negatives.Select(static d => 0.9 - d)));
    }
}
