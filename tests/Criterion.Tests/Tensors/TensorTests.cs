namespace Criterion.Tests.Tensors;

/// <summary>Making tensors, looking into them, changing them in place, and the ways in and out.</summary>
public class TensorTests
{
    [Fact]
    public void Tensors_are_made_from_numbers()
    {
        Assert.Equal([0f, 0, 0], Tensor.Zeros([3]).ToArray<float>());
        Assert.Equal([1L, 1], Tensor.Ones([2], DType.Int64).ToArray<long>());
        Assert.Equal([true], Tensor.Full([1], 5, DType.Bool).ToArray<bool>());
        Assert.Equal([1.0, 0, 0, 1], Tensor.Eye(2, DType.Float64).ToArray<double>());
        Assert.Equal([0L, 1, 2], Tensor.Arange(3).ToArray<long>());
        Assert.Equal([5f, 3, 1], Tensor.Arange(5, 0, -2).ToArray<float>());
        Assert.Equal([1.0, 1.5, 2], Tensor.Linspace(1, 2, 3, DType.Float64).ToArray<double>());
        Assert.Equal([7f], Tensor.Linspace(7, 9, 1).ToArray<float>());
        Assert.Equal(new Shape(2, 2), Tensor.From(new[,] { { 1f, 2 }, { 3, 4 } }).Shape);
        Assert.Equal([1f, 2, 3, 4], Tensor.From(new float[1, 2, 2] { { { 1, 2 }, { 3, 4 } } }).ToArray<float>());
        Assert.Equal(new Shape(), Tensor.Scalar(3).Shape);
    }

    [Fact]
    public void Parts_are_views_by_position_and_range()
    {
        Tensor x = Tensor.Arange(0, 24).Reshape(2, 3, 4);
        Assert.Equal([20f, 21, 22, 23], x[1, ^1].ToArray<float>());
        Assert.Equal([5f, 6, 17, 18], x[.., 1, 1..3].ToArray<float>());
        Assert.Equal(23, x[-1, -1, -1].Item());
        Assert.Equal(new Shape(0, 3, 4), x[0..0].Shape);
        x[0, 0] = Tensor.Scalar(-1);
        x[.., 2, 3] = Tensor.From(-2f, -3f);
        Assert.Equal([-1f, -1, -1, -1, 4, 5, 6, 7, 8, 9, 10, -2], x[0].Flatten().ToArray<float>());
        Assert.Equal(-3, x[1, 2, 3].Item());
    }

    [Fact]
    public void Views_share_memory_and_copies_do_not()
    {
        Tensor x = Tensor.Zeros([2, 3]);
        Tensor[] views =
        [
            x.Reshape(3, 2), x.Transpose(), x[1], x[.., 1], x.Transpose().Unsqueeze(1).Squeeze(1), x.Slice(1, 0, 2).Reshape(2, 1, 2),
            x.Slice(1, 0, 3, 2), x.Detach(), x.Unsqueeze(0).Expand(2, 2, 3),
        ];
        Tensor[] copies =
        [
            x.Clone(), x.Transpose().Reshape(6), x.Transpose().Contiguous(), x.To(DType.Float64), x + 0, x.Sum([1], keepDim: true),
            x[0..1].Sum(0),
        ];
        x.Fill(1);
        Assert.All(views, static v => Assert.All(v.ToArray<float>(), static value => Assert.Equal(1, value)));
        Assert.All(copies, static c => Assert.All(c.To(DType.Float32).ToArray<float>(), static value => Assert.Equal(0, value)));
    }

    [Fact]
    public void A_strided_view_can_be_filled_and_copied_into()
    {
        Tensor x = Tensor.Zeros([2, 3]);
        x.Slice(1, 0, 3, 2).Fill(5);
        x.Transpose()[1].CopyFrom(Tensor.From(7.0, 8.0));
        Assert.Equal([5f, 7, 5, 5, 8, 5], x.ToArray<float>());
    }

    [Fact]
    public void Memory_is_wrapped_without_a_copy()
    {
        float[] array = [1, 2, 3, 4];
        Tensor x = Tensor.Wrap(array.AsMemory(), [2, 2]);
        array[3] = 9;
        x.AsSpan<float>()[0] = -1;
        Assert.Equal([-1f, 2, 3, 9], x.ToArray<float>());
        Assert.Equal(-1, array[0]);
    }

    [Fact]
    public void System_tensors_convert_in_and_out()
    {
        System.Numerics.Tensors.Tensor<float> dense = System.Numerics.Tensors.Tensor.Create([1f, 2, 3, 4, 5, 6], [2, 3]);
        Tensor x = Tensor.From(dense);
        Assert.Equal(new Shape(2, 3), x.Shape);
        x[0, 0] = Tensor.Scalar(9);
        Assert.Equal(9, dense[0, 0]);
        Assert.Equal([9f, 2, 3, 4, 5, 6], x.ToArray<float>());
        System.Numerics.Tensors.Tensor<float> back = (x * 2).ToSystemTensor<float>();
        Assert.Equal((2, 3, 12f), ((int)back.Lengths[0], (int)back.Lengths[1], back[1, 2]));
    }

    [Fact]
    public void Text_shows_the_values_and_shortens_long_rows()
    {
        Assert.Equal("[[1, 2.5],\n [-3, 4]] (Float32 [2, 2])", Tensor.From(new[,] { { 1f, 2.5f }, { -3, 4 } }).ToString());
        Assert.Equal("7 (Int64 [])", Tensor.Scalar(7, DType.Int64).ToString());
        Assert.Equal("[0, 1, 2, …, 97, 98, 99] (Int64 [100])", Tensor.Arange(100).ToString());
    }

    [Fact]
    public void Empty_tensors_go_through()
    {
        Tensor x = Tensor.Zeros([0, 3], DType.Float64);
        Assert.Equal(0, x.Sum().Item());
        Assert.Equal([0.0, 0, 0], x.Sum(0).ToArray<double>());
        Assert.True(double.IsNaN(x.Mean().Item()));
        Assert.Equal(new Shape(0, 3), (x.Exp() + x * 2).Transpose().Transpose().Shape);
        Assert.Equal(new Shape(0, 2), x.MatMul(Tensor.Ones([3, 2], DType.Float64)).Shape);
        Assert.Equal([0.0, 0, 0, 0], Tensor.Ones([2, 0], DType.Float64).MatMul(Tensor.Ones([0, 2], DType.Float64)).ToArray<double>());
        Assert.Equal(new Shape(2, 3), Tensor.Cat([x, Tensor.Ones([2, 3], DType.Float64)]).Shape);
        Assert.Equal(new Shape(0), x.ArgMax(1).Shape);
        Assert.Equal(new Shape(0, 3, 2), Tensor.Stack([x, x], -1).Shape);
        Assert.Equal(0, x[.., 1..2].Sum().Item());
    }

    [Fact]
    public void Extremes_take_NaN_and_the_first_of_equals()
    {
        Tensor x = Tensor.From(new[,] { { 1f, float.NaN, 3 }, { 2, 2, 1 } });
        Assert.Equal([float.NaN, 2f], x.Max(1).ToArray<float>());
        Assert.Equal([float.NaN, 1f], x.Min(1).ToArray<float>());
        Assert.Equal([1L, 0], x.ArgMax(1).ToArray<long>());
        Assert.Equal([1L, 2], x.ArgMin(1).ToArray<long>());
    }

    [Fact]
    public void A_sum_of_many_floats_keeps_its_digits()
    {
        // 0.1f added one by one, ten million times, is off by more than 8 %.
        Tensor x = Tensor.Full([10_000_000], 0.1);
        Assert.Equal(1_000_000, x.Sum().Item(), 10.0);
        Assert.Equal(10_000, x.Reshape(100_000, 100).Sum(0)[0].Item(), 0.1);
    }
}
