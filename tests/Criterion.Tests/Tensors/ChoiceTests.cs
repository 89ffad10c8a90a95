namespace Criterion.Tests.Tensors;

/// <summary>Repetitions, diagonals, scattered and selected elements, grids and draws at their edges.</summary>
public class ChoiceTests
{
    [Fact]
    public void Repetitions_may_add_dimensions_or_leave_nothing()
    {
        Tensor x = Tensor.From(1, 2);
        Assert.Equal([1L, 2, 1, 2], x.Repeat(2).ToArray<long>());
        Assert.Equal(new Shape(3, 4), x.Repeat(3, 2).Shape);
        Assert.Equal(new Shape(2, 4), Tensor.Zeros(2, 2).Tile(2).Shape);
        Assert.Equal(new Shape(0), x.Repeat(0).Shape);
        Assert.Equal([1L, 1, 2, 2], x.RepeatInterleave(2, 0).ToArray<long>());
        Assert.Equal(new Shape(0), x.RepeatInterleave(0, -1).Shape);
        Assert.Equal([true, true], Tensor.From(true).Tile(2).ToArray<bool>());
        Assert.Throws<ShapeException>(static () => Tensor.Zeros(2).Tile(int.MaxValue));
    }

    [Fact]
    public void Diagonals_are_views_and_may_be_empty()
    {
        Tensor x = Tensor.Arange(0, 6).Reshape(2, 3);
        Assert.Equal([0f, 4], x.Diagonal().ToArray<float>());
        Assert.Equal([1f, 5], x.Diagonal(1).ToArray<float>());
        Assert.Equal([3f], x.Diagonal(-1).ToArray<float>());
        foreach (int outside in new[] { 3, -2, int.MaxValue, int.MinValue })
        {
            Assert.Empty(x.Diagonal(outside).ToArray<float>());
        }

        x.Diagonal().Fill(9);
        Assert.Equal([9f, 1, 2, 3, 9, 5], x.ToArray<float>());
        Assert.Equal([0f, 0, 1, 0], Tensor.Ones(1).DiagEmbed(-1).ToArray<float>());
        Assert.Equal([9f, 0, 0, 3, 9, 0], x.Tril().ToArray<float>());
        Assert.Equal([(byte)1, 1, 0, 1], Tensor.Ones([2, 2], DType.UInt8).Triu().ToArray<byte>());
        Assert.Equal([true, false, true, true], Tensor.Ones([2, 2], DType.Bool).Tril().ToArray<bool>());
        Assert.Equal([0f, double.NaN], Tensor.Full([2, 2], double.NaN).Tril()[0].ToArray<double>().Reverse());
    }

    [Fact]
    public void The_last_of_several_values_is_written_and_has_the_gradient()
    {
        Tensor x = Tensor.From([1.0, 2, 3], requiresGrad: true);
        Tensor source = Tensor.From([4.0, 5, 6], requiresGrad: true);
        Tensor y = x.Scatter(0, Tensor.From(0, 2, 0), source);
        Assert.Equal([6.0, 2, 5], y.ToArray<double>());
        (y * y).Sum().Backward();
        Assert.Equal([0.0, 4, 0], x.Grad!.ToArray<double>());
        Assert.Equal([0.0, 10, 12], source.Grad!.ToArray<double>());
        Assert.Equal([1.0, -1, 3], x.Scatter(0, Tensor.From([1L]), -1).ToArray<double>());
        Assert.Equal([true, true], Tensor.From(true, false).Scatter(0, Tensor.From([1L]), Tensor.From(true)).ToArray<bool>());
    }

    [Fact]
    public void Masks_and_classes_choose()
    {
        Tensor x = Tensor.From([[1f, 0f], [0f, 4f]]);
        Assert.Equal([1f, 4], x.MaskedSelect(x > 0).ToArray<float>());
        Assert.Equal([0f, 4], x.MaskedSelect(Tensor.From([[false], [true]])).ToArray<float>());
        Assert.Equal([0L, 0, 1, 1], x.NonZero().ToArray<long>());
        Assert.Equal(new Shape(2, 2), x.NonZero().Shape);
        Assert.Equal(new Shape(1, 0), Tensor.Scalar(3).NonZero().Shape);
        Assert.Equal(new Shape(0, 2), Tensor.Zeros(3, 2).NonZero().Shape);
        Assert.Equal([0f, 0, 1, 1, 0, 0], Tensor.From(2, 0).OneHot(3).ToArray<float>());
        Assert.Equal(DType.Int64, Tensor.From(2, 0).OneHot(3, DType.Int64).DType);
        Assert.Equal(new Shape(0, 3), Tensor.Zeros([0], DType.Int64).OneHot(3).Shape);
        Assert.Equal([1L, 2, 0], Tensor.From(3, 1, 2).ArgSort().ToArray<long>());
        Tensor[] grid = Tensor.MeshGrid(Tensor.From(1, 2), Tensor.From(3, 4, 5));
        Assert.Equal([1L, 1, 1, 2, 2, 2], grid[0].ToArray<long>());
        Assert.Equal([3L, 4, 5, 3, 4, 5], grid[1].ToArray<long>());
        Assert.Equal(2, x.Unbind().Length);
        Assert.Equal([0f, 4], x.Unbind(-1)[1].ToArray<float>());
    }

    [Fact]
    public void Draws_have_their_probabilities()
    {
        Tensor p = Tensor.From(0f, 0.25f, 1f);
        Tensor hits = Tensor.Bernoulli(p.Expand(20_000, 3), new RandomStream(1));
        Assert.Equal(DType.Float32, hits.DType);
        Assert.Equal(0, hits.Sum(0)[0].Item());
        Assert.Equal(0.25, hits.Mean(0)[1].Item(), 0.01);
        Assert.Equal(20_000, hits.Sum(0)[2].Item());

        Tensor drawn = Tensor.Multinomial(Tensor.From(0, 1f, 3, 0), 20_000, replacement: true, new RandomStream(2));
        Assert.Equal(0.25, drawn.EqualTo(1).Mean().Item(), 0.01);
        Assert.Equal(0.75, drawn.EqualTo(2).Mean().Item(), 0.01);
    }

    [Fact]
    public void Draws_without_replacement_are_distinct_and_weighted()
    {
        Tensor weights = Tensor.From(1.0, 0, 3, 4).Expand(20_000, 4);
        long[] drawn = Tensor.Multinomial(weights, 3, random: new RandomStream(3)).ToArray<long>();
        Assert.All(drawn.Chunk(3), static row => Assert.Equal([0L, 2, 3], row.Order()));
        double first = drawn.Chunk(3).Count(static row => row[0] == 3) / 20_000.0;
        Assert.Equal(0.5, first, 0.015);
        double second = drawn.Chunk(3).Count(static row => row[0] == 3 && row[1] == 2) / 20_000.0;
        Assert.Equal(0.5 * 0.75, second, 0.015);
    }
}
