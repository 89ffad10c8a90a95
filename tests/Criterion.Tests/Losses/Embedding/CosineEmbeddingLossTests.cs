using Criterion.Losses;
using Criterion.Tests.Golden;

namespace Criterion.Tests.Losses.Embedding;

public class CosineEmbeddingLossTests : RowLossContract<CosineEmbeddingLoss.CosineMargin>
{
    public static IEnumerable<TheoryDataRow<string, string>> Golden => GoldenFile.Rows("losses", nameof(CosineEmbeddingLoss));

    // PyTorch keeps its ε of 10⁻¹² in single precision, 4·10⁻⁹ off.
    const double SingleEpsilon = 1e-8;

    // Below every similarity, so that random pairs do not meet the hinge.
    protected override RowLoss<CosineEmbeddingLoss.CosineMargin> Default => new CosineEmbeddingLoss(margin: -1);

    protected override IEnumerable<Tensor[]> Extremes =>
        [[Doubles(1, 2), Doubles(1, 2)], [Doubles(1, 2), Doubles(-1, -2)], [Doubles(1, 0), Doubles(0, 1)], [Doubles(1e4, 0), Doubles(1e4, 1)]];

    [Theory]
    [MemberData(nameof(Golden))]
    public void Agrees_with_PyTorch(string op, string name) => LossGolden.Check(
        op, name, (golden, x) => new CosineEmbeddingLoss(golden.Args.Double("margin", 0), golden.Reduction()).Forward(x[0], x[1], x[2]), SingleEpsilon);

    [Theory]
    [InlineData(1, 0, 0.025368153803)]
    [InlineData(-1, 0, 0.974631846197)]
    [InlineData(-1, 0.5, 0.474631846197)]
    public void Oracle(long target, double margin, double expected)
    {
        Tensor loss = new CosineEmbeddingLoss(margin).Forward(Doubles(1, 2, 3), Doubles(4, 5, 6), Tensor.From<long>([target]));
        Assert.Equal(expected, loss.Item(), 1e-12);
    }

    [Fact]
    public void Options_say_the_same_as_arguments()
    {
        var options = new CosineEmbeddingLossOptions(Margin: 0.25, Reduction.Sum, PositiveMargin: 0.9);
        Assert.Equal(new CosineEmbeddingLoss(0.25, Reduction.Sum, 0.9), new CosineEmbeddingLoss(options));
    }

    [Fact]
    public void Positive_margin_of_the_margin_is_the_formula_of_the_page()
    {
        Tensor cosine45 = new CosineEmbeddingLoss(margin: 0.9, positiveMargin: 0.9).Forward(Doubles(1, 0), Doubles(1, 1), Tensor.From<long>([1]));
        Assert.Equal(0.9 - Math.Sqrt(0.5), cosine45.Item(), 1e-12);
    }

    [Fact]
    public void Single_pair_takes_a_scalar_target()
    {
        Tensor loss = new CosineEmbeddingLoss(reduction: Reduction.None).Forward(
            Tensor.From<double>([1, 0]), Tensor.From<double>([0, 1]), Tensor.Scalar(1));
        Assert.Equal([], loss.Shape);
        Assert.Equal(1, loss.Item(), 1e-9);
    }

    [Fact]
    public void Zero_rows_have_similarity_0_and_finite_gradients()
    {
        Tensor[] x = Leaves([Doubles(0, 0), Doubles(3, 4)]);
        Tensor loss = new CosineEmbeddingLoss().Forward(x[0], x[1], Tensor.From<long>([1]));
        loss.Backward();
        Assert.Equal(1, loss.Item());
        Assert.Equal([-0.6e6, -0.8e6], x[0].Grad!.ToArray<double>().Select(g => Math.Round(g)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.5)]
    [InlineData(2)]
    public void Target_that_is_neither_1_nor_minus_1_is_an_error_that_names_it(double target)
    {
        string message = Assert.Throws<LossException>(
            () => new CosineEmbeddingLoss().Forward(Tensor.Ones([2, 3]), Tensor.Ones([2, 3]), Tensor.From<double>([1, target]))).Message;
        Assert.Contains("element 1", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Target_of_shape_N_1_is_an_error() => Assert.Throws<ShapeException>(
        () => new CosineEmbeddingLoss().Forward(Tensor.Ones([2, 3]), Tensor.Ones([2, 3]), Tensor.Ones([2, 1])));

    [Theory]
    [InlineData(1.1)]
    [InlineData(-1.1)]
    [InlineData(double.NaN)]
    public void Margin_that_is_no_cosine_is_an_error(double margin) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new CosineEmbeddingLoss(margin));

    // The targets alternate: turned round, an odd batch keeps them.
    protected override Tensor Order(int count) => Tensor.Arange(count - 1, -1, -1, DType.Int64);

    protected override double PerRow(int row) => row % 2 == 0 ? 1 : -1;

    protected override Tensor Loss(Tensor[] inputs, Reduction reduction = Reduction.Mean, OnEmpty onEmpty = OnEmpty.Throw)
    {
        Tensor[] rows = inputs[0].Rank == 2 ? inputs : [.. inputs.Select(x => x.Rank == 1 ? x.Unsqueeze(0) : x.Flatten(0, -2))];
        Tensor target = Tensor.From([.. Enumerable.Range(0, rows[0].Shape[0]).Select(PerRow)], [rows[0].Shape[0]]);
        return new CosineEmbeddingLoss(-1, reduction) { OnEmpty = onEmpty }.Forward(rows[0], rows[1], target);
    }

    protected override Tensor[] Draw(Shape shape, RandomStream random) =>
        [Tensor.Randn(shape, DType.Float64, random), Tensor.Randn(shape, DType.Float64, random)];
}
