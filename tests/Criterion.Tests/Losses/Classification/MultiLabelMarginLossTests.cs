using Criterion.Losses;
using Criterion.Tests.Golden;

namespace Criterion.Tests.Losses.Classification;

public class MultiLabelMarginLossTests : LossContract
{
    public static IEnumerable<TheoryDataRow<string, string>> Golden => GoldenFile.Rows("softmax", nameof(MultiLabelMarginLoss));

    protected override IEnumerable<Tensor[]> Extremes => [[Doubles(1e4, -1e4, 0)], [Doubles(5)], [Doubles(3, 3, 3)], [Doubles(2, 1, 1)]];

    [Theory]
    [MemberData(nameof(Golden))]
    public void Agrees_with_PyTorch(string op, string name) => LossGolden.Check(
        op, name, static (golden, x) => new MultiLabelMarginLoss(golden.Reduction()).Forward(x[0], x[1]), file: "softmax");

    [Fact]
    public void Value_is_the_definition_in_plain_doubles()
    {
        double[] x = [0.5, -1, 2, 0.25, 1];
        int[] right = [3, 1];
        double expected = right.Sum(k => Enumerable.Range(0, 5).Except(right).Sum(j => Math.Max(0, 1 - x[k] + x[j]))) / 5;
        Assert.Equal(expected, new MultiLabelMarginLoss().Forward(Tensor.From(x), Tensor.From<long>(3, 1, -1, 4, 99)).Item(), 1e-14);
    }

    [Theory]
    [InlineData(-2)]
    [InlineData(3)]
    public void Class_out_of_range_is_an_error_that_names_it(long wrong)
    {
        string message = Assert.Throws<LossException>(
            () => new MultiLabelMarginLoss().Forward(Tensor.Ones([2, 3]), Tensor.From([0, -1, 9, 1, wrong, -1], [2, 3]))).Message;
        Assert.Contains($"element 4 is {wrong}", message, StringComparison.Ordinal);
    }

    [Fact]
    public void More_dimensions_are_an_error() =>
        Assert.Throws<ShapeException>(
            () => new MultiLabelMarginLoss().Forward(Tensor.Ones([2, 3, 4]), Tensor.Zeros([2, 3, 4], DType.Int64)));

    [Fact]
    public override void Other_shapes_are_an_error_that_names_them()
    {
        string message =
            Assert.Throws<ShapeException>(
                () => new MultiLabelMarginLoss().Forward(Tensor.Ones([4, 5]), Tensor.Zeros([4, 1], DType.Int64))).Message;
        Assert.Contains("[4, 5]", message, StringComparison.Ordinal);
        Assert.Contains("[4, 1]", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Formula_writes_itself() =>
        Assert.StartsWith(@"\frac{1}{C} \sum", new MultiLabelMarginLoss().ToLatex(), StringComparison.Ordinal);

    [Fact]
    public void Curve_can_be_drawn() =>
        Assert.Equal([9], new MultiLabelMarginLoss().Curves().Single().Value(Tensor.Linspace(-3, 3, 9)).Shape);

    // The right classes of every row are the last and, if there are more than two, the first.
    protected override Tensor Loss(Tensor[] inputs, Reduction reduction = Reduction.Mean, OnEmpty onEmpty = OnEmpty.Throw)
    {
        Tensor x = inputs[0].Rank > 2 ? inputs[0].Flatten(1) : inputs[0];
        int count = x.Shape[-1];
        Tensor target = Tensor.From([.. Enumerable.Range(0, count).Select(k => k == 0 ? count - 1L : k == 1 && count > 2 ? 0 : -1)]);
        return new MultiLabelMarginLoss(reduction) { OnEmpty = onEmpty }.Forward(x, target.Expand(x.Shape));
    }

    protected override Tensor[] Draw(Shape shape, RandomStream random) => [Tensor.Randn(shape, DType.Float64, random)];
}
