using Criterion.Tests.Golden;

namespace Criterion.Tests.Kernels;

/// <summary>Each algorithm of a convolution adds the bias on its own way out.</summary>
public class ConvolutionBiasTests
{
    /// <summary>In channels, out channels, size, kernel, stride, padding, groups.</summary>
    public static TheoryData<int, int, int, int, int, int, int> Convolutions => new()
    {
        { 32, 40, 9, 3, 1, 1, 1 },
        { 32, 24, 8, 4, 2, 1, 1 },
        { 5, 7, 9, 3, 2, 0, 1 },
        { 6, 4, 9, 3, 1, 1, 2 },
        { 6, 3, 40, 3, 1, 1, 1 },
        { 4, 9, 5, 5, 1, 0, 1 },
        { 8, 20, 6, 1, 1, 0, 1 },
        { 3, 5, 7, 1, 2, 0, 1 },
    };

    [Theory]
    [MemberData(nameof(Convolutions))]
    public void A_convolution_adds_its_bias(int input, int output, int size, int kernel, int stride, int padding, int groups)
    {
        RandomStream random = new(4);
        Tensor x = Tensor.Randn([3, input, size, size], random: random);
        Tensor weight = Tensor.Randn([output, input / groups, kernel, kernel], random: random);
        Check(output, bias => x.Conv2d(weight, bias, stride, padding, groups: groups));
    }

    [Theory]
    [MemberData(nameof(Convolutions))]
    public void A_transposed_convolution_adds_its_bias(int input, int output, int size, int kernel, int stride, int padding, int groups)
    {
        RandomStream random = new(5);
        Tensor y = Tensor.Randn([3, output, size, size], random: random);
        Tensor weight = Tensor.Randn([output, input / groups, kernel, kernel], random: random);
        Check(input, bias => y.ConvTranspose2d(weight, bias, stride, padding, groups: groups));
    }

    static void Check(int channels, Func<Tensor?, Tensor> convolve)
    {
        Tensor bias = Tensor.Randn([channels], random: new RandomStream(6));
        bias.RequiresGrad = true;
        Tensor expected = convolve(null) + bias.Detach().Reshape(1, channels, 1, 1);
        Tensor actual = convolve(bias);
        Golden.GoldenAssert.Close(expected, actual, "with its bias", 1e-5);
        Tensor upstream = Tensor.Randn(actual.Shape, random: new RandomStream(7));
        Tensor gradient = Autograd.Grad([actual], [bias], gradients: [upstream])[0];
        Golden.GoldenAssert.Close(upstream.Sum([0, 2, 3]), gradient, "gradient of the bias", 1e-5);
    }
}
