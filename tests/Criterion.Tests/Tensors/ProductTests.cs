using Criterion.Tests.Golden;

namespace Criterion.Tests.Tensors;

/// <summary>Products with zeros, of nothing, of integers, and beyond the range of single precision on the way.</summary>
public class ProductTests
{
    [Theory]
    [InlineData(2, 3, 4)]
    [InlineData(2, 0, 4)]
    [InlineData(0, 3, 0)]
    [InlineData(0, 0, 0)]
    public void Gradients_are_products_of_the_others(double a, double b, double c)
    {
        Tensor x = Tensor.From([a, b, c], requiresGrad: true);
        Tensor gradient = Autograd.Grad(x.Prod(), x, createGraph: true);
        Assert.Equal([b * c, a * c, a * b], gradient.ToArray<double>());
        Assert.Equal([b + c, a + c, a + b], Autograd.Grad(gradient.Sum(), x, createGraph: true).ToArray<double>());
        GradCheck.Check(static v => v[0].CumProd(0) * v[0].Prod(), [Tensor.From([a, b, c], requiresGrad: true)]);
    }

    [Fact]
    public void A_third_derivative_exists()
    {
        Tensor x = Tensor.From([2.0, 3, 5], requiresGrad: true);
        Tensor first = Autograd.Grad(x.Prod(), x, createGraph: true);
        Tensor second = Autograd.Grad(first[0], x, createGraph: true);
        Assert.Equal([0.0, 0, 1], Autograd.Grad(second[1], x).ToArray<double>());
    }

    [Fact]
    public void Single_precision_is_accumulated_in_double()
    {
        Assert.Equal(1e-10f, Tensor.From(1e30f, 1e30f, 1e-35f, 1e-35f).Prod().Item<float>(), 1e-15f);
        Assert.Equal(float.PositiveInfinity, Tensor.From(1e30f, 1e30f).Prod().Item<float>());
        Assert.True(double.IsNaN(Tensor.From(0, double.PositiveInfinity).Prod().Item()));
        GoldenAssert.Close(Tensor.From(double.PositiveInfinity, 1).Prod(0), Tensor.From(1, double.PositiveInfinity).CumProd(0)[1], "∞", 0);
    }

    [Fact]
    public void Integers_are_multiplied_exactly()
    {
        Assert.Equal(120L, Tensor.Arange(1, 6, 1, DType.Int64).Prod().Item<long>());
        Assert.Equal([1L, 2, 6, 24], Tensor.Arange(1, 5, 1, DType.Int64).CumProd(0).ToArray<long>());
        Assert.Equal(65025L, Tensor.From((byte)255, (byte)255).Prod().Item<long>());
        Assert.Equal(0L, Tensor.From(true, false).Prod().Item<long>());
        Assert.Equal(9L, Tensor.From(3, -3).Square()[1].Item<long>());
    }

    [Fact]
    public void A_product_of_nothing_is_one()
    {
        Assert.Equal(1, Tensor.Zeros(0).Prod().Item());
        Assert.Equal([1f, 1], Tensor.Zeros(2, 0).Prod(1).ToArray<float>());
        Assert.Empty(Tensor.Zeros(0).CumProd(0).ToArray<float>());
        Assert.Equal(7, Tensor.Scalar(7).Prod().Item());
    }
}
