namespace Criterion.Tests.Tensors;

/// <summary>
/// Max pooling where values are equal, infinite or no numbers; what it does elsewhere is compared with PyTorch's numbers.
/// </summary>
public class MaxPoolTests
{
    [Fact]
    public void The_first_of_equal_values_gets_the_gradient()
    {
        Tensor image = Variable(new float[,] { { 1, 2, 0, 0 }, { 2, 2, 0, 0 } });
        Tensor largest = image.MaxPool2d(2);

        Assert.Equal([2f, 0f], largest.ToArray<float>());
        Assert.Equal([0f, 1f, 1f, 0f, 0f, 0f, 0f, 0f], Gradient(largest, image));
    }

    [Fact]
    public void A_pixel_in_several_windows_gets_all_their_gradients()
    {
        Tensor image = Variable(new float[,] { { 0, 0, 0 }, { 0, 9, 0 }, { 0, 0, 0 } });
        Assert.Equal([0f, 0f, 0f, 0f, 4f, 0f, 0f, 0f, 0f], Gradient(image.MaxPool2d(2, stride: 1), image));
    }

    [Fact]
    public void The_border_is_never_the_largest()
    {
        const float Least = float.NegativeInfinity;
        Tensor image = Variable(new float[,] { { Least, Least }, { Least, Least } });
        Tensor largest = image.MaxPool2d(2, padding: 1);

        Assert.All(largest.ToArray<float>(), static value => Assert.Equal(Least, value));
        Assert.Equal([1f, 1f, 1f, 1f], Gradient(largest, image));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public void NaN_goes_through_wherever_it_is(int place)
    {
        Tensor image = Tensor.From(new float[] { 1, 5, -2, float.PositiveInfinity }, [1, 1, 2, 2]);
        image.AsSpan<float>()[place] = float.NaN;
        Assert.Equal(float.NaN, image.MaxPool2d(2).Item());
        Assert.Equal(float.NaN, image.AdaptiveMaxPool2d(1).Item());
    }

    [Fact]
    public void Images_without_pixels_have_no_largest_value()
    {
        Exception error = Assert.Throws<ShapeException>(static () => Tensor.Zeros([1, 2, 0, 3]).AdaptiveMaxPool2d(1));
        Assert.Contains("no pixels", error.Message, StringComparison.Ordinal);
    }

    static Tensor Variable(float[,] image)
    {
        Tensor result = Tensor.From(image).Reshape(1, 1, image.GetLength(0), image.GetLength(1));
        result.RequiresGrad = true;
        return result;
    }

    static float[] Gradient(Tensor output, Tensor image) => Autograd.Grad(output.Sum(), image).ToArray<float>();
}
