namespace Criterion.Tests.Shapes;

public class ShapeTests
{
    [Fact]
    public void A_shape_spreads_matches_and_indexes_by_its_dims()
    {
        Shape shape = [2, 3];
        Shape longer = [.. shape, 4];
        Shape vector = [.. default(Shape), 5];
        Assert.Equal("[2, 3, 4] [5]", $"{longer} {vector}");
        Assert.True(shape is [2, 3] and [.., 3] and not [_]);
        Assert.Equal((3, 2, 2, 6), (shape[^1], shape[-2], shape.Rank, shape.Count));
        Assert.Equal([2, 3], shape.ToList());
    }

    [Fact]
    public void Equality_is_by_sizes()
    {
        Shape a = [2, 3];
        Assert.True(a == new Shape(2, 3) && a != new Shape(3, 2) && a != new Shape(2, 3, 1) && default == new Shape());
        Assert.Equal(a.GetHashCode(), new Shape(2, 3).GetHashCode());
        Assert.Equal("[2, 3] [] [0]", $"{a} {default(Shape)} {new Shape(0)}");
    }

    [Fact]
    public void Parts_of_a_shape()
    {
        Shape shape = [2, 3, 4];
        Assert.Equal([2, 9, 4], shape.With(-2, 9));
        Assert.Equal([2, 4], shape.Without(1));
        Assert.Equal(2, shape.Dim(-1));
    }

    [Theory]
    [InlineData(new[] { -1 }, "-1")]
    [InlineData(new[] { 1 << 20, 1 << 20 }, "more than")]
    public void Sizes_that_no_tensor_has_are_refused(int[] dims, string said) =>
        Assert.Contains(said, Assert.Throws<ShapeException>(() => new Shape(dims)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(2)]
    [InlineData(-3)]
    public void A_dim_that_is_not_there_is_refused(int dim) => Assert.Contains(
        $"dim {dim} is out of range for [2, 3]",
        Assert.Throws<ShapeException>(() => new Shape(2, 3)[dim]).Message,
        StringComparison.Ordinal);
}
