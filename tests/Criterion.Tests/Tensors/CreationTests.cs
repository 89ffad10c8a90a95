namespace Criterion.Tests.Tensors;

/// <summary>Tensors from the numbers of .NET, and numbers from tensors.</summary>
public class CreationTests
{
    [Fact]
    public void Integers_of_every_width_are_converted()
    {
        Is(DType.Int64, [-1, 2], Tensor.From(new[] { -1, 2 }));
        Is(DType.Int64, [-1, 2], Tensor.From<short>([-1, 2]));
        Is(DType.Int64, [-1, 2], Tensor.From<sbyte>([-1, 2]));
        Is(DType.Int64, [1, 65535], Tensor.From<ushort>([1, 65535]));
        Is(DType.Int64, [1, 4294967295], Tensor.From<uint>([1, uint.MaxValue]));
        Is(DType.Int64, [1, long.MaxValue], Tensor.From<ulong>([1, long.MaxValue]));
        Is(DType.Int64, [1, 2], Tensor.From(1, 2));
        Is(DType.Int64, [-1, 2], Tensor.From<Int128>([-1, 2]));
        Is(DType.UInt8, [1, 255], Tensor.From<byte>([1, 255]));
        Is(DType.Bool, [1, 0], Tensor.From(true, false));
        Is(DType.Bool, [1, 0], Tensor.From(new[] { true, false }));
    }

    [Fact]
    public void Fractions_of_every_width_are_converted()
    {
        Is(DType.Float32, [1.5, -2], Tensor.From<Half>([(Half)1.5, (Half)(-2)]));
        Is(DType.Float64, [1.5, -2], Tensor.From(1.5m, -2m));
        Is(DType.Float64, [1.0, 2], Tensor.From([1.0, 2.0]));
        Is(DType.Float32, [1.0, 2], Tensor.From([1f, 2f]));
    }

    [Fact]
    public void Sequences_lists_and_spans_are_copied()
    {
        List<float> list = [1, 2, 3, 4];
        Is(DType.Float32, [1, 2, 3, 4], Tensor.From(list));
        Assert.Equal(new Shape(2, 2), Tensor.From(list, [2, 2]).Shape);
        Is(DType.Int64, [0, 1, 4], Tensor.From(Enumerable.Range(0, 3).Select(static i => i * i)));
        Is(DType.Bool, [1, 0], Tensor.From(list.Take(2).Select(static v => v < 2)));
        Is(DType.Bool, [1, 0], Tensor.From(new List<bool> { true, false }, [2, 1]));
        Is(DType.Float32, [2, 3], Tensor.From<float>(list.ToArray().AsSpan(1, 2)));
        Is(DType.Float32, [], Tensor.From(new List<float>()));
        float[] array = [1, 2];
        Tensor copy = Tensor.From(array);
        array[0] = 9;
        Is(DType.Float32, [1, 2], copy);
    }

    [Fact]
    public void Arrays_of_arrays_and_of_several_dimensions_have_their_shape()
    {
        Assert.Equal(new Shape(2, 3), Tensor.From(new float[][] { [1, 2, 3], [4, 5, 6] }).Shape);
        Assert.Equal([1.0, 2, 3, 4], Tensor.From([[1.0, 2.0], [3.0, 4.0]]).ToArray<double>());
        Assert.Equal(new Shape(1, 2, 3), Tensor.From(new int[][][] { [[1, 2, 3], [4, 5, 6]] }).Shape);
        Assert.Equal(new Shape(0, 0), Tensor.From(Array.Empty<float[]>()).Shape);
        Assert.Equal(new Shape(2, 0), Tensor.From(new float[][] { [], [] }).Shape);
        Assert.Equal([true, false], Tensor.From(new bool[][] { [true], [false] }).ToArray<bool>());
        Assert.Equal(new Shape(1, 2), Tensor.From(new[,] { { 1, 2 } }).Shape);
        Assert.Equal(new Shape(1, 1, 2), Tensor.From(new[, ,] { { { true, false } } }).Shape);
        Assert.Equal(new Shape(1, 2, 1, 1), Tensor.From(new[, , ,] { { { { 1f } }, { { 2f } } } }).Shape);
    }

    [Fact]
    public void A_gradient_may_be_required_at_once()
    {
        Assert.True(Tensor.From([1f, 2f], requiresGrad: true).RequiresGrad);
        Assert.True(Tensor.From([1f, 2f], [2, 1], requiresGrad: true).RequiresGrad);
        Assert.True(Tensor.From(new List<double> { 1 }, requiresGrad: true).RequiresGrad);
        Assert.True(Tensor.From(new double[1, 1], requiresGrad: true).RequiresGrad);
        Assert.True(Tensor.Zeros([2], requiresGrad: true).RequiresGrad);
        Assert.True(Tensor.Ones([2], DType.Float64, requiresGrad: true).RequiresGrad);
        Assert.True(Tensor.Full([2], 3, requiresGrad: true).RequiresGrad);
        Assert.True(Tensor.Scalar(3, requiresGrad: true).RequiresGrad);
        Assert.True(Tensor.Randn([2], requiresGrad: true).RequiresGrad);
        Assert.True(Tensor.Rand([2], requiresGrad: true).RequiresGrad);
        Assert.False(Tensor.From([1f, 2f]).RequiresGrad);
        Assert.Throws<DTypeException>(static () => Tensor.Zeros([2], DType.Int64, requiresGrad: true));
        Tensor x = Tensor.From([3f], requiresGrad: true);
        (x * x).Sum().Backward();
        Assert.Equal(6, x.Grad!.Item<float>());
    }

    [Fact]
    public void Sizes_may_be_given_one_by_one()
    {
        Assert.Equal(new Shape(2, 3), Tensor.Zeros(2, 3).Shape);
        Assert.Equal(new Shape(2, 3), Tensor.Ones(2, 3).Shape);
        Assert.Equal(new Shape(2, 3), Tensor.Randn(2, 3).Shape);
        Assert.Equal(new Shape(2, 3), Tensor.Rand(2, 3).Shape);
        Assert.Equal(new Shape(2, 3), Tensor.Empty(2, 3).Shape);
        Assert.Equal(new Shape(5), Tensor.Zeros(5).Shape);
        Assert.Equal(new Shape(), Tensor.Zeros().Shape);
        Assert.Equal(new Shape(2, 3), Tensor.Zeros([2, 3]).Shape);
        Assert.Equal(new Shape(2, 3), Tensor.Zeros(Tensor.Ones(2, 3).Shape).Shape);
        Assert.Equal(DType.Int64, Tensor.Zeros([2, 3], DType.Int64).DType);
    }

    [Fact]
    public void A_scalar_is_read_in_the_type_that_is_asked_for()
    {
        Tensor loss = Tensor.Scalar(0.6575);
        Assert.Equal(0.6575f, loss.Item<float>());
        Assert.Equal("0.6575", loss.Item<float>().ToString(System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(0.6575f, (float)loss.Item<double>());
        Assert.Equal((Half)0.6575, loss.Item<Half>());
        Assert.Equal(3, Tensor.Scalar(3).Item<int>());
        Assert.Equal(3m, Tensor.From(3L).Item<decimal>());
        Assert.True((loss > 0.5).Item<bool>());
        Assert.Equal(1, (loss > 0.5).Item<int>());
        Assert.Throws<ShapeException>(static () => Tensor.Zeros(2).Item<float>());
    }

    [Fact]
    public void Arrays_are_read_in_the_type_that_is_asked_for()
    {
        Tensor x = Tensor.From(1.5, double.NaN, -1e300);
        Assert.Equal([1.5f, float.NaN, float.NegativeInfinity], x.ToArray<float>());
        Assert.Equal([1, 2], Tensor.From(1f, 2f).ToArray<int>());
        Assert.Equal([1.0, 0], Tensor.From(true, false).ToArray<double>());
        Assert.Equal([true, false], Tensor.From(1L, 0L).ToArray<bool>());
        Assert.Equal([(sbyte)-1, (sbyte)2], Tensor.From(-1, 2).ToArray<sbyte>());
        Assert.Equal([(byte)1], Tensor.From(1).ToArray<byte>());
        Assert.Equal([(short)1], Tensor.From(1).ToArray<short>());
        Assert.Equal([(ushort)1], Tensor.From(1).ToArray<ushort>());
        Assert.Equal([1u], Tensor.From(1).ToArray<uint>());
        Assert.Equal([1ul], Tensor.From(1).ToArray<ulong>());
        Assert.Equal([4f, 2], Tensor.From([[1.0, 2.0], [4.0, 2.0]]).Transpose()[.., 1].ToArray<float>());
        Assert.Throws<DTypeException>(static () => Tensor.From(-1).ToArray<uint>());
        Assert.Equal("0.66", FormattableString.Invariant($"{Tensor.From([0.6575f])[0]:0.00}"));
        Assert.Equal("[1.0, 2.5]", FormattableString.Invariant($"{Tensor.From(1f, 2.5f):0.0}"));
        Assert.Equal(Tensor.From(1f).ToString(), FormattableString.Invariant($"{Tensor.From(1f)}"));
        Assert.Throws<DTypeException>(static () => Tensor.From(-1).ToArray<ulong>());
        Assert.Equal([10_000_000_000_000_000_000ul], Tensor.From(1e19).ToArray<ulong>());
    }

    static void Is(DType type, double[] values, Tensor actual)
    {
        Assert.Equal(type, actual.DType);
        Assert.Equal(values, actual.ToArray<double>());
    }
}
