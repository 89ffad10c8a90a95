using Criterion.Kernels;

namespace Criterion.Tests.Kernels;

/// <summary>Convolution with fewer products against sums written out, and against the direct one where it rounds.</summary>
public class WinogradTests
{
    /// <summary>Kernels, strides, paddings and sizes that leave half tiles, phases of several lengths and lanes to fill up.</summary>
    public static TheoryData<int, int, int, int, int, int, int> Shapes => new()
    {
        // height, width, kernel height and width, stride height and width, padding
        { 8, 8, 3, 3, 1, 1, 1 },
        { 9, 7, 3, 3, 1, 1, 0 },
        { 9, 7, 4, 4, 2, 2, 1 },
        { 8, 16, 4, 4, 2, 2, 1 },
        { 13, 6, 7, 7, 1, 1, 3 },
        { 5, 12, 5, 2, 1, 1, 2 },
        { 13, 9, 5, 3, 3, 2, 1 },
        { 7, 5, 6, 4, 2, 3, 3 },
        { 6, 6, 1, 3, 1, 1, 1 },
        { 1, 1, 3, 3, 1, 1, 1 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Outputs_and_both_gradients_are_sums_of_products(
        int height, int width, int kernelHeight, int kernelWidth, int strideHeight, int strideWidth, int padding)
    {
        ConvolutionGeometry g = Geometry(
            2, 17, height, width, 40, kernelHeight, kernelWidth, strideHeight, strideWidth, padding, padding, 1, 1, 1);
        Assert.True(Winograd.CanRun(g));
        Sides<double> given = Sides<double>.Random(g, 1);
        Sides<double> expected = Sums(g, given);
        Sides<double> actual = Sides<double>.Of(g, double.NaN);

        Winograd.Forward<double>(g, given.Input, given.Weight, default, actual.Output);
        Winograd.InputGradient<double>(g, given.Output, given.Weight, default, actual.Input);
        Winograd.WeightGradient<double>(g, given.Input, given.Output, actual.Weight);

        Close(expected.Output, actual.Output);
        Close(expected.Input, actual.Input);
        Close(expected.Weight, actual.Weight);
    }

    /// <summary>
    /// Speed must not cost digits: in single precision the error is below the direct convolution's, for values of either sign and of one.
    /// </summary>
    [Theory]
    [InlineData(2, 3, 1, 1, -1)]
    [InlineData(2, 3, 1, 1, 0)]
    [InlineData(8, 4, 2, 1, -1)]
    [InlineData(2, 7, 1, 3, -1)]
    public void It_is_no_further_from_double_precision_than_the_direct_convolution(
        int batch, int kernel, int stride, int padding, double low)
    {
        ConvolutionGeometry fast = Geometry(batch, 64, 12, 12, 64, kernel, kernel, stride, stride, padding, padding, 1, 1, 1);
        Assert.True(Winograd.SuitsOutputs(fast) && Winograd.SuitsInputs(fast) && Winograd.SuitsWeights(fast));
        Sides<float> given = Sides<float>.Random(fast, 2, low);
        Sides<double> exact = Sums(fast, given.ToDouble());
        Sides<float> winograd = Sides<float>.Of(fast, 0);
        Sides<float> direct = Sides<float>.Of(fast, 0);

        Winograd.Forward<float>(fast, given.Input, given.Weight, default, winograd.Output);
        Winograd.InputGradient<float>(fast, given.Output, given.Weight, default, winograd.Input);
        Winograd.WeightGradient<float>(fast, given.Input, given.Output, winograd.Weight);
        DirectConvolution.Forward<float>(fast, given.Input, given.Weight, default, direct.Output);
        DirectConvolution.InputGradient<float>(fast, given.Output, given.Weight, default, direct.Input);
        DirectConvolution.WeightGradient<float>(fast, given.Input, given.Output, direct.Weight);

        Assert.InRange(Error(exact.Output, winograd.Output), 0, Error(exact.Output, direct.Output));
        Assert.InRange(Error(exact.Input, winograd.Input), 0, Error(exact.Input, direct.Input));
        Assert.InRange(Error(exact.Weight, winograd.Weight), 0, Error(exact.Weight, direct.Weight));
    }

    [Theory]
    [InlineData(3, 1)]
    [InlineData(4, 2)]
    [InlineData(7, 1)]
    public void Few_channels_short_sums_and_kernels_of_one_tap_stay_direct(int kernel, int stride)
    {
        ConvolutionGeometry many = Geometry(4, 64, 16, 16, 64, kernel, kernel, stride, stride, (kernel - 1) / 2, (kernel - 1) / 2, 1, 1, 1);
        Assert.True(Winograd.SuitsOutputs(many));
        Assert.True(Winograd.SuitsInputs(many));
        Assert.True(Winograd.SuitsWeights(many));
        Assert.False(Winograd.SuitsOutputs(many with { InChannels = 3 }));
        Assert.False(Winograd.SuitsInputs(many with { OutChannels = 3 }));
        int padding = (kernel - 1) / 2;
        Assert.False(Winograd.SuitsWeights(Geometry(1, 64, 8, 8, 64, kernel, kernel, stride, stride, padding, padding, 1, 1, 1)));
        Assert.False(Winograd.SuitsOutputs(many with { Groups = 2 }));
        Assert.False(Winograd.SuitsOutputs(many with { DilationWidth = 2 }));
        Assert.False(Winograd.SuitsOutputs(many with { KernelHeight = 1, KernelWidth = 1, StrideHeight = 1, StrideWidth = 1 }));
    }

    internal static ConvolutionGeometry Geometry(
        int batch, int inChannels, int height, int width, int outChannels, int kernelHeight, int kernelWidth,
        int strideHeight, int strideWidth, int paddingHeight, int paddingWidth, int dilationHeight, int dilationWidth, int groups) => new(
        batch, inChannels, height, width, outChannels,
        (int)ConvolutionGeometry.Windows(height, kernelHeight, strideHeight, paddingHeight, dilationHeight),
        (int)ConvolutionGeometry.Windows(width, kernelWidth, strideWidth, paddingWidth, dilationWidth),
        kernelHeight, kernelWidth, strideHeight, strideWidth, paddingHeight, paddingWidth, dilationHeight, dilationWidth, groups);

    static void Close(double[] expected, double[] actual)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], actual[i], 1e-10);
        }
    }

    static double Error(double[] exact, float[] rounded) => Math.Sqrt(exact.Zip(rounded, static (e, r) => (e - r) * (e - r)).Average());

    /// <summary>Every window of the input times every value of the output, added up three ways.</summary>
    static Sides<double> Sums(ConvolutionGeometry g, Sides<double> given)
    {
        Sides<double> sums = Sides<double>.Of(g, 0);
        foreach ((int y, int x, int w) in Meetings(g).Where(static meeting => meeting.Input >= 0))
        {
            sums.Output[y] += given.Input[x] * given.Weight[w];
            sums.Input[x] += given.Output[y] * given.Weight[w];
            sums.Weight[w] += given.Input[x] * given.Output[y];
        }

        return sums;
    }

    /// <summary>Every product of a convolution by the places of its sides; −1 for the padding of the input.</summary>
    internal static IEnumerable<(int Output, int Input, int Weight)> Meetings(ConvolutionGeometry g)
    {
        for (int output = 0; output < g.Batch * g.OutChannels * g.OutPixels; output++)
        {
            (int plane, int pixel) = Math.DivRem(output, g.OutPixels);
            (int image, int k) = Math.DivRem(plane, g.OutChannels);
            (int row, int column) = Math.DivRem(pixel, g.OutWidth);
            for (int tap = 0; tap < g.GroupInChannels * g.Taps; tap++)
            {
                (int c, int inKernel) = Math.DivRem(tap, g.Taps);
                int y = (row * g.StrideHeight) + (inKernel / g.KernelWidth * g.DilationHeight) - g.PaddingHeight;
                int x = (column * g.StrideWidth) + (inKernel % g.KernelWidth * g.DilationWidth) - g.PaddingWidth;
                bool inside = y >= 0 && y < g.InHeight && x >= 0 && x < g.InWidth;
                int channel = (image * g.InChannels) + (k / g.GroupOutChannels * g.GroupInChannels) + c;
                yield return (output, inside ? (channel * g.InPixels) + (y * g.InWidth) + x : -1, (k * g.GroupInChannels * g.Taps) + tap);
            }
        }
    }

    /// <summary>The three sides of a convolution's product.</summary>
    sealed record Sides<S>(S[] Input, S[] Weight, S[] Output)
        where S : unmanaged, System.Numerics.IFloatingPoint<S>
    {
        public static Sides<S> Of(ConvolutionGeometry g, S value) => new(
            Filled(g.Batch * g.InChannels * g.InPixels, value), Filled(g.OutChannels * g.InChannels * g.Taps, value),
            Filled(g.Batch * g.OutChannels * g.OutPixels, value));

        public static Sides<S> Random(ConvolutionGeometry g, int seed, double low = -1)
        {
            Random random = new(seed);
            Sides<S> sides = Of(g, S.Zero);
            foreach (S[] side in new[] { sides.Input, sides.Weight, sides.Output })
            {
                for (int i = 0; i < side.Length; i++)
                {
                    side[i] = S.CreateTruncating(low + (random.NextDouble() * (1 - low)));
                }
            }

            return sides;
        }

        public Sides<double> ToDouble() => new(Doubles(Input), Doubles(Weight), Doubles(Output));

        static double[] Doubles(S[] values) => Array.ConvertAll(values, double.CreateTruncating);

        static S[] Filled(int count, S value)
        {
            S[] values = new S[count];
            Array.Fill(values, value);
            return values;
        }
    }
}
