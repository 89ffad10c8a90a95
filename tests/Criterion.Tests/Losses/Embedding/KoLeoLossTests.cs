using Criterion.Losses;
using Criterion.Tests.Golden;

namespace Criterion.Tests.Losses.Embedding;

public class KoLeoLossTests : SpreadContract
{
    public static IEnumerable<TheoryDataRow<string, string>> Golden => GoldenFile.Rows("contrast", "KoLeo");

    protected override ICriterion Default => new KoLeoLoss();

    // The golden numbers have no ε.
    [Theory]
    [MemberData(nameof(Golden))]
    public void Agrees_with_PyTorch(string op, string name) => LossGolden.Check(
        op, name, static (golden, x) => new KoLeoLoss(golden.Args.Flag("normalize"), 1e-300).Forward(x[0]), "contrast", slack: 16);

    [Fact]
    public void Equal_rows_have_the_logarithm_of_epsilon_and_no_gradient()
    {
        Tensor x = Tensor.Ones([3, 2], DType.Float64, requiresGrad: true);
        Tensor loss = new KoLeoLoss(epsilon: 1e-4).Forward(x);
        loss.Backward();
        Assert.Equal(-Math.Log(1e-4), loss.Item(), 1e-12);
        Assert.Equal(0, x.Grad!.Abs().Max().Item());
        Assert.Throws<ArgumentOutOfRangeException>(() => new KoLeoLoss(epsilon: 0));
    }

    [Fact]
    public void Rows_push_their_nearest_neighbour_away()
    {
        Tensor x = Tensor.From(new double[,] { { 0, 0 }, { 1, 0 }, { 5, 0 } });
        x.RequiresGrad = true;
        Tensor losses = new KoLeoLoss(normalized: false, epsilon: 1e-12, reduction: Reduction.None).Forward(x);
        GoldenAssert.Close(Tensor.From<double>([0, 0, -Math.Log(4)]), losses, "losses");
        losses.Sum().Backward();
        double[] slope = x.Grad!.ToArray<double>();
        Assert.Equal(2, slope[0], 1e-9);
        Assert.Equal(-2 + 0.25, slope[2], 1e-9);
        Assert.Equal(-0.25, slope[4], 1e-9);
    }

    protected override Tensor Loss(Tensor embeddings, OnEmpty onEmpty = OnEmpty.Throw) =>
        new KoLeoLoss { OnEmpty = onEmpty }.Forward(embeddings);

    protected override double Plain(double[][] rows) => rows.Select((row, i) =>
        -Math.Log(Math.Sqrt(rows.Where((_, j) => j != i).Min(other => SquaredDistance(row, other))) + 1e-8)).Average();
}
