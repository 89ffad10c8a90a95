using Criterion.Losses;

namespace Criterion.Tests.Losses.Classification;

public class CategoricalHingeLossTests : LossContract
{
    protected override IEnumerable<Tensor[]> Extremes =>
        [[Doubles(0, 0, 0)], [Doubles(1e4, -1e4, 0)], [Doubles(-1e4, 1e4, 0)], [Doubles(5)], [Doubles(1, 1)]];

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Value_is_the_definition_in_plain_doubles(int[] shape)
    {
        Tensor x = Draw(shape, Random)[0];
        double[][] rows =
            [.. x.Permute([0, .. Enumerable.Range(2, x.Rank - 2), 1]).Reshape(-1, shape[1]).ToArray<double>().Chunk(shape[1])];
        long[] classes = Classes(x).ToArray<long>();
        double[] expected = [.. rows.Zip(classes, static (row, own) => Math.Max(
            0, 1 + row.Where((_, j) => j != own).Append(0).Max() - row[own]))];
        Near(Tensor.From(expected), Loss([x], Reduction.None).Flatten());
    }

    [Fact]
    public override void Other_shapes_are_an_error_that_names_them()
    {
        string message = Assert.Throws<ShapeException>(
            () => new CategoricalHingeLoss().Forward(Draw([4, 5], Random)[0], Tensor.Zeros([4, 1], DType.Int64))).Message;
        Assert.Contains("[4, 5]", message, StringComparison.Ordinal);
        Assert.Contains("[4, 1]", message, StringComparison.Ordinal);
    }

    [Fact]
    public void It_is_shown_and_stored()
    {
        CriterionAssert.IsShown(new CategoricalHingeLoss());
        CriterionAssert.IsStored(new CategoricalHingeLoss(Reduction.Sum));
    }

    protected override Tensor Loss(Tensor[] inputs, Reduction reduction = Reduction.Mean, OnEmpty onEmpty = OnEmpty.Throw) =>
        new CategoricalHingeLoss(reduction) { OnEmpty = onEmpty }.Forward(inputs[0], Classes(inputs[0]));

    protected override Tensor[] Draw(Shape shape, RandomStream random) => [Tensor.Randn(shape, DType.Float64, random) * 2];

    // The classes read the same from both ends: turned round, a batch keeps them.
    protected override Tensor Order(int count) => Tensor.Arange(count - 1, -1, -1, DType.Int64);

    static Tensor Classes(Tensor scores)
    {
        int dim = scores.Rank == 1 ? 0 : 1;
        Shape shape = scores.Shape.Without(dim);
        int count = shape.Count;
        return Tensor.From(
            [.. Enumerable.Range(0, count).Select(i => (long)((Math.Min(i, count - 1 - i) + 1) % scores.Shape[dim]))], shape);
    }
}
