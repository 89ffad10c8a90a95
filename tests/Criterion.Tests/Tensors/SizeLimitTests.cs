using Criterion.Nn;

namespace Criterion.Tests.Tensors;

/// <summary>Sizes, widths and steps up to the largest integers give results, or errors that name the shape: nothing wraps.</summary>
public class SizeLimitTests
{
    const int Most = int.MaxValue;

    static Tensor Image => Tensor.Ones([1, 1, 2, 3]);

    public static TheoryData<string, Func<Tensor>> Refused => new()
    {
        { "[65536, 65536]", static () => Tensor.Ones([65536, 65536]) },
        { "[0, 65536, 65536]", static () => Tensor.Ones([0, 65536, 65536]) },
        { "[65536, 65536, 0]", static () => Tensor.Ones([65536, 65536, 0]) },
        { "65 dims", static () => Tensor.Ones(new int[65]) },
        { "3000000 dims", static () => Tensor.Ones([1]).Expand(new int[3_000_000]) },
        { "3000000 dims", static () => Tensor.Ones([1]).Reshape(new int[3_000_000]) },
        { "65536, 65536, 65536", static () => Image.Reshape(65536, 65536, 65536, -1) },
        { "[2147483647, 2147483647, 2, 3]", static () => Image.Reshape(Most, Most, 2, 3) },
        { "[1, 1, 2, 3]", static () => Image.Pad([Most, Most]) },
        { "[1, 1, 2, 3]", static () => Image.Pad([int.MinValue, int.MinValue]) },
        { "[1, 1, 2, 3]", static () => Image.Pad([-2, -2]) },
        { "[1, 1, 2, 3]", static () => Image.PadReplicate(Most, Most) },
        { "[1, 1, 2, 3]", static () => Image.Unfold((Most, 1)) },
        { "[1, 1, 2, 3]", static () => Image.Unfold(2, dilation: Most) },
        { "[1, 1, 2, 3]", static () => Image.Unfold(2, padding: 1 << 30) },
        { "1073741824×1073741824", static () => Image.AvgPool2d(2, padding: 1 << 30) },
        { "[1, 1, 2, 3]", static () => Image.MaxPool2d(Most, padding: Most / 4) },
        { "[1, 1, 2147483647, 1]", static () => Image.AdaptiveAvgPool2d((Most, 1)) },
        { "[1, 1, 2147483647, 1]", static () => Image.AdaptiveMaxPool2d((Most, 1)) },
        { "[1, 1, 2147483647, 3]", static () => Image.UpsampleNearest2d((Most, 3)) },
        { "[1, 1, 2147483647, 1]", static () => Image.UpsampleBilinear2d((Most, 1)) },
        { "[1, 1, 0, 3]", static () => Tensor.Ones([1, 1, 0, 3]).UpsampleNearest2d(4) },
        { "[1, 1, 0, 3]", static () => Tensor.Ones([1, 1, 0, 3]).UpsampleBilinear2d(4) },
        { "[1, 1, 0, 3]", static () => Tensor.Ones([1, 1, 0, 3]).AdaptiveAvgPool2d(2) },
        { "NaN", static () => Tensor.Arange(0, double.NaN) },
        { "[1, 1, 0, 3]", static () => Tensor.Ones([1, 1, 0, 3]).ConvTranspose2d(Tensor.Ones([1, 1, 2, 2])) },
        { "[1, 1, 0, 2]", static () => Image.Conv2d(Tensor.Ones([1, 1, 0, 2])) },
    };

    [Theory]
    [MemberData(nameof(Refused), DisableDiscoveryEnumeration = true)]
    public void What_cannot_be_held_is_refused_by_name(string named, Func<Tensor> call) =>
        Assert.Contains(named, Assert.Throws<ShapeException>(call).Message, StringComparison.Ordinal);

    [Fact]
    public void A_step_beyond_the_end_takes_one_element()
    {
        Assert.Equal([1f], Tensor.From<float>([1, 2, 3]).Slice(0, 0, 3, Most).ToArray<float>());
        Assert.Empty(Tensor.From<float>([1, 2, 3]).Slice(0, 2, 2, Most).ToArray<float>());
    }

    [Theory]
    [InlineData(1e30, DType.Int64)]
    [InlineData(9223372036854775808.0, DType.Int64)]
    [InlineData(256, DType.UInt8)]
    [InlineData(-1, DType.UInt8)]
    [InlineData(0.5, DType.Int64)]
    [InlineData(double.NaN, DType.UInt8)]
    public void A_number_outside_of_an_integer_type_is_refused(double value, DType type) =>
        Assert.Contains(
            "is not an integer of type", Assert.Throws<DTypeException>(() => Tensor.Scalar(value, type)).Message, StringComparison.Ordinal);

    [Fact]
    public void The_ends_of_integer_types_are_held()
    {
        Assert.Equal(long.MinValue, Tensor.Scalar(-9223372036854775808.0, DType.Int64).ToArray<long>()[0]);
        Assert.Equal(255, Tensor.Scalar(255, DType.UInt8).ToArray<byte>()[0]);
    }

    [Fact]
    public void A_stretched_view_is_not_written_to()
    {
        Tensor stretched = Tensor.Zeros([1, 3]).Expand(2, 3);
        foreach (Action write in new Action[]
        {
            () => stretched.CopyFrom(Tensor.Ones([2, 3])), () => stretched.Fill(1), () => stretched[0] = Tensor.Ones([3]),
            () => Init.Normal(stretched),
        })
        {
            Assert.Contains("share memory", Assert.Throws<TensorException>(write).Message, StringComparison.Ordinal);
        }

        Assert.All(stretched.ToArray<float>(), static value => Assert.Equal(0, value));
    }

    [Fact]
    public void Gradients_are_given_for_each_output_or_none()
    {
        Tensor x = Tensor.Ones([2]);
        x.RequiresGrad = true;
        Assert.Throws<ArgumentException>(() => Autograd.Grad([x * 2, x * 3], [x], gradients: [Tensor.Ones([2])]));
        Assert.Throws<ArgumentNullException>(() => Autograd.Grad(null!, x));
    }
}
