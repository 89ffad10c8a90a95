using Criterion.Losses;
using Criterion.Tests.Golden;

namespace Criterion.Tests.Losses.Embedding;

public class UniformityLossTests : SpreadContract
{
    public static IEnumerable<TheoryDataRow<string, string>> Golden => GoldenFile.Rows("contrast", "Uniformity");

    protected override ICriterion Default => new UniformityLoss();

    [Theory]
    [MemberData(nameof(Golden))]
    public void Agrees_with_PyTorch(string op, string name) => LossGolden.Check(
        op, name, static (golden, x) => new UniformityLoss(golden.Args.Double("t")).Forward(x[0]), "contrast", slack: 16);

    [Fact]
    public void Equal_rows_are_0_and_opposite_ones_the_least()
    {
        Assert.Equal(0, new UniformityLoss().Forward(Tensor.Ones([5, 3], DType.Float64)).Item(), 1e-12);
        Assert.Equal(-8, new UniformityLoss().Forward(Tensor.From(new double[,] { { 1, 0 }, { -3, 0 } })).Item(), 1e-12);
        Assert.Equal(-40_000, new UniformityLoss(10_000).Forward(Tensor.From(new float[,] { { 1, 0 }, { -3, 0 } })).Item());
        Assert.Throws<ArgumentOutOfRangeException>(() => new UniformityLoss(0));
    }

    protected override Tensor Loss(Tensor embeddings, OnEmpty onEmpty = OnEmpty.Throw) =>
        new UniformityLoss { OnEmpty = onEmpty }.Forward(embeddings);

    protected override double Plain(double[][] rows)
    {
        double sum = 0;
        for (int i = 0; i < rows.Length; i++)
        {
            for (int j = 0; j < i; j++)
            {
                sum += 2 * Math.Exp(-2 * SquaredDistance(rows[i], rows[j]));
            }
        }

        return Math.Log(sum / rows.Length / (rows.Length - 1));
    }
}
