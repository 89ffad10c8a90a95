using System.Text.Json;

namespace Criterion.Tests.Tensors;

public class TensorJsonTests
{
    public static TheoryData<DType> Types => [.. Enum.GetValues<DType>()];

    [Theory]
    [MemberData(nameof(Types))]
    public void A_tensor_goes_through_JSON(DType type)
    {
        Tensor x = Tensor.Arange(6).Reshape(2, 3).Transpose().To(type);
        Tensor y = JsonSerializer.Deserialize<Tensor>(JsonSerializer.Serialize(x))!;
        Assert.Equal((x.DType, x.Shape), (y.DType, y.Shape));
        Assert.Equal(x.To(DType.Float64).ToArray<double>(), y.To(DType.Float64).ToArray<double>());
    }

    [Fact]
    public void Numbers_that_are_not_finite_do_too()
    {
        double[] odd = [double.NaN, double.PositiveInfinity, double.NegativeInfinity, 0.1];
        Assert.Equal(odd, JsonSerializer.Deserialize<Tensor>(JsonSerializer.Serialize(Tensor.From(odd)))!.ToArray<double>());
    }

    [Theory]
    [InlineData("[1, 2]")]
    [InlineData("""{"shape": [2], "data": [1, 2]}""")]
    [InlineData("""{"dtype": "Float16", "shape": [2], "data": [1, 2]}""")]
    [InlineData("""{"dtype": "Float32", "shape": [3], "data": [1, 2]}""")]
    [InlineData("""{"dtype": "Float32", "shape": [-2], "data": [1, 2]}""")]
    [InlineData("""{"dtype": "Float32", "shape": [2], "data": [1, "two"]}""")]
    public void What_is_no_tensor_is_an_error(string json) => Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Tensor>(json));
}
