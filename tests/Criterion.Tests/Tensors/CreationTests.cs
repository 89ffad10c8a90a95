namespace Criterion.Tests.Tensors;

/// <summary>Tensors from values of .NET, and values of .NET from tensors.</summary>
public class CreationTests
{
    [Fact]
    public void Elements_keep_their_type()
    {
        Assert.Equal(DType.Float32, Tensor.From([1f, 2]).DType);
        Assert.Equal(DType.Float64, Tensor.From([1.0, 2]).DType);
        Assert.Equal(DType.Int64, Tensor.From([1L, 2]).DType);
        Assert.Equal(DType.UInt8, Tensor.From((byte[])[1, 2]).DType);
        Assert.Equal(DType.Bool, Tensor.From([true, false]).DType);
        Assert.Equal([true, false], Tensor.From([true, false]).ToArray<bool>());
    }

    [Fact]
    public void Other_integers_become_int64()
    {
        Assert.Equal([1, -2], Tensor.From([1, -2]).ToArray<long>());
        Assert.Equal([1, -2], Tensor.From((short[])[1, -2]).ToArray<long>());
        Assert.Equal([1, -2], Tensor.From((sbyte[])[1, -2]).ToArray<long>());
        Assert.Equal([1, 65535], Tensor.From((ushort[])[1, 65535]).ToArray<long>());
        Assert.Equal([1, uint.MaxValue], Tensor.From((uint[])[1, uint.MaxValue]).ToArray<long>());
        Assert.Equal([1, long.MaxValue], Tensor.From((ulong[])[1, long.MaxValue]).ToArray<long>());
    }

    [Fact]
    public void Other_fractions_become_floats()
    {
        Assert.Equal([0.5f, -2], Tensor.From([(Half)0.5, (Half)(-2)]).ToArray<float>());
        Assert.Equal([0.1, -2], Tensor.From([0.1m, -2m]).ToArray<double>());
    }

    [Fact]
    public void Jagged_arrays_are_matrices()
    {
        Tensor matrix = Tensor.From((int[][])[[1, 2, 3], [4, 5, 6]]);
        Assert.Equal([2, 3], matrix.Shape);
        Assert.Equal([1, 2, 3, 4, 5, 6], matrix.ToArray<long>());
        Tensor cube = Tensor.From((float[][][])[[[1], [2]], [[3], [4]], [[5], [6]]]);
        Assert.Equal([3, 2, 1], cube.Shape);
        Assert.Equal([1, 2, 3, 4, 5, 6], cube.ToArray<float>());
        Assert.Equal([0, 0], Tensor.From((float[][])[]).Shape);
        Assert.Equal([2, 0], Tensor.From((float[][])[[], []]).Shape);
    }

    [Fact]
    public void Sequences_are_vectors_or_fill_a_shape()
    {
        IEnumerable<int> numbers = Enumerable.Range(1, 6);
        Assert.Equal([1, 2, 3, 4, 5, 6], Tensor.From(numbers).ToArray<long>());
        Assert.Equal([2, 3], Tensor.From(numbers, [2, 3]).Shape);
        Assert.Equal([0.5f, 1], Tensor.From(new List<float> { 0.5f, 1 }).ToArray<float>());
        Assert.Equal([false, true], Tensor.From(numbers.Take(2).Select(static n => n > 1)).ToArray<bool>());
        Assert.Throws<ShapeException>(() => Tensor.From(numbers, [2, 2]));
    }

    [Fact]
    public void Arrays_of_dimensions_keep_them()
    {
        Assert.Equal([2, 2], Tensor.From(new[,] { { 1, 2 }, { 3, 4 } }).Shape);
        Assert.Equal([1, 2, 2], Tensor.From(new[,,] { { { 1f, 2 }, { 3, 4 } } }).Shape);
    }

    [Fact]
    public void A_gradient_may_be_required_at_once()
    {
        Assert.All(
            (Tensor[])
            [
                Tensor.From([1f, 2], requiresGrad: true), Tensor.From([1.0, 2], [2, 1], requiresGrad: true),
                Tensor.From((float[][])[[1]], requiresGrad: true), Tensor.Zeros([2], requiresGrad: true),
                Tensor.Ones([2], requiresGrad: true), Tensor.Randn([2], requiresGrad: true), Tensor.Rand([2], requiresGrad: true),
            ],
            static x => Assert.True(x.RequiresGrad && x.IsLeaf));
        Assert.False(Tensor.From([1f]).RequiresGrad);
    }

    [Fact]
    public void Sizes_may_be_given_one_by_one()
    {
        Assert.Equal([2, 3], Tensor.Zeros(2, 3).Shape);
        Assert.Equal([4], Tensor.Ones(4).Shape);
        Assert.Equal([2, 1, 3], Tensor.Randn(2, 1, 3).Shape);
        Assert.Equal([2, 2], Tensor.Rand(2, 2).Shape);
        Assert.Equal([5], Tensor.Empty(5).Shape);
    }

    [Fact]
    public void An_item_has_the_digits_of_its_type()
    {
        Assert.Equal("0.6575", FormattableString.Invariant($"{Tensor.From(0.6575f).Item<float>()}"));
        Assert.Equal(3, Tensor.From([3]).Item<int>());
        Assert.Equal(long.MaxValue, Tensor.From([long.MaxValue]).Item<long>());
        Assert.Equal(2, Tensor.Scalar(2).Item<int>());
        Assert.True(float.IsNaN(Tensor.Scalar(double.NaN).Item<float>()));
        Assert.Throws<DTypeException>(() => Tensor.Scalar(double.NaN).Item<int>());
        Assert.Throws<DTypeException>(() => Tensor.Scalar(300).Item<byte>());
    }

    [Fact]
    public void Parts_are_overwritten()
    {
        Tensor x = Tensor.Zeros(2, 3);
        x[0, 1].Fill(5);
        x[1] = Tensor.From([1f, 2, 3]);
        x[.., 2] = Tensor.Scalar(9);
        Assert.Equal([0, 5, 9, 1, 2, 9], x.ToArray<float>());
    }
}
