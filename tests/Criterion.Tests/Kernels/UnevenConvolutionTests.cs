using Criterion.Kernels;

namespace Criterion.Tests.Kernels;

/// <summary>Fast convolution of values that are not finite or very large: they reach exactly the sums whose windows hold them.</summary>
public class UnevenConvolutionTests
{
    static readonly ConvolutionGeometry[] Geometries =
    [
        WinogradTests.Geometry(2, 32, 10, 11, 32, 3, 3, 1, 1, 1, 1, 1, 1, 1),
        WinogradTests.Geometry(2, 32, 12, 9, 48, 4, 4, 2, 2, 1, 1, 1, 1, 1),
        WinogradTests.Geometry(2, 17, 9, 7, 40, 5, 5, 1, 1, 2, 2, 1, 1, 1),
        WinogradTests.Geometry(2, 64, 8, 8, 64, 3, 3, 2, 2, 0, 0, 1, 1, 1), // the last pixels lie in no window
        WinogradTests.Geometry(2, 64, 9, 8, 64, 3, 3, 1, 1, 1, 1, 1, 1, 2), // groups, dilation and whole images are always direct
        WinogradTests.Geometry(2, 32, 12, 12, 32, 3, 3, 1, 1, 2, 2, 2, 2, 1),
        WinogradTests.Geometry(2, 32, 5, 5, 33, 5, 5, 1, 1, 0, 0, 1, 1, 1),
    ];

    public static IEnumerable<TheoryDataRow<int, double, bool>> Cases() =>
        from geometry in Enumerable.Range(0, Geometries.Length)
        from value in (double[])[double.NaN, double.PositiveInfinity, double.NegativeInfinity, 1e8, 1e30]
        from isDouble in (bool[])[false, true]
        select new TheoryDataRow<int, double, bool>(geometry, value, isDouble);

    [Theory]
    [MemberData(nameof(Cases))]
    public void One_element_reaches_exactly_its_windows(int geometry, double value, bool isDouble)
    {
        ConvolutionGeometry g = Geometries[geometry];
        for (int round = 0; round < 3; round++)
        {
            if (isDouble)
            {
                Check<double>(g, value, round);
            }
            else
            {
                Check<float>(g, value, round);
            }
        }
    }

    [Fact]
    [Trait("Case", "conv-large-neighbour")]
    public void A_large_pixel_with_weight_zero_leaves_its_neighbours_alone()
    {
        (Tensor image, Tensor weight) = Ring(1e8f, 0);
        Assert.Equal(8, image.Conv2d(weight)[0, 0, 2, 2].Item());
    }

    [Fact]
    [Trait("Case", "conv-large-neighbour")]
    public void An_infinite_pixel_makes_nine_outputs_infinite_and_none_NaN()
    {
        (Tensor image, Tensor weight) = Ring(float.PositiveInfinity, 1);
        float[] first = image.Conv2d(weight)[0, 0].ToArray<float>();
        Assert.Equal(9, first.Count(float.IsPositiveInfinity));
        Assert.Equal(14 * 14, first.Count(static v => v == 9 || float.IsPositiveInfinity(v)));
    }

    /// <summary>
    /// As in PyTorch: an element of a padded window is 0, and 0 · ∞ is NaN; a transposed convolution has no such elements.
    /// </summary>
    [Fact]
    public void Padding_counts_as_zeros_forwards_and_not_at_all_backwards()
    {
        Tensor image = Tensor.Ones([1, 1, 5, 5]);
        Tensor weight = Tensor.Ones([1, 1, 3, 3]);
        weight.AsSpan<float>()[0] = float.PositiveInfinity;
        image.RequiresGrad = true;
        Tensor output = image.Conv2d(weight, padding: 1);
        float[] gradient = Autograd.Grad(output.Sum(), image).ToArray<float>();

        Assert.Equal(9, output.ToArray<float>().Count(float.IsNaN));
        Assert.Equal(16, output.ToArray<float>().Count(float.IsPositiveInfinity));
        Assert.Equal(0, gradient.Count(float.IsNaN));
        Assert.Equal(16, gradient.Count(float.IsPositiveInfinity));
        Assert.Equal(0, image.Detach().ConvTranspose2d(weight, stride: 2, padding: 1).ToArray<float>().Count(float.IsNaN));
    }

    /// <summary>What the other images of a batch hold changes no bit of an image's result.</summary>
    [Fact]
    public void Images_do_not_depend_on_their_batch()
    {
        Tensor images = Tensor.Randn([4, 32, 10, 10], random: new(1));
        Tensor weight = Tensor.Randn([32, 32, 3, 3], random: new(2));
        float[] before = images.Conv2d(weight).ToArray<float>();
        images.AsSpan<float>()[(2 * 32 * 100) + 55] = float.NaN;
        float[] after = images.Conv2d(weight).ToArray<float>();

        int image = before.Length / 4;
        Assert.Equal(before[..(2 * image)], after[..(2 * image)]);
        Assert.Equal(before[(3 * image)..], after[(3 * image)..]);
        Assert.Equal(9 * 32, after.Count(float.IsNaN));
    }

    [Fact]
    public void The_algorithm_can_be_chosen()
    {
        Tensor images = Tensor.Randn([2, 32, 10, 10], random: new(1));
        Tensor weight = Tensor.Randn([32, 32, 3, 3], random: new(2));
        float[] fast = images.Conv2d(weight).ToArray<float>();
        try
        {
            Compute.Convolution = ConvolutionAlgorithm.Direct;
            ConvolutionGeometry g = WinogradTests.Geometry(2, 32, 10, 10, 32, 3, 3, 1, 1, 0, 0, 1, 1, 1);
            float[] direct = new float[fast.Length];
            DirectConvolution.Forward<float>(g, images.ToArray<float>(), weight.ToArray<float>(), default, direct);
            Assert.Equal(direct, images.Conv2d(weight).ToArray<float>());
            Assert.NotEqual(fast, direct);
        }
        finally
        {
            Compute.Convolution = ConvolutionAlgorithm.Fast;
        }

        Assert.Throws<ArgumentOutOfRangeException>(static () => Compute.Convolution = (ConvolutionAlgorithm)7);
    }

    /// <summary>
    /// Ordinary values never take the slow way: normal ones, those behind a ReLU, few among zeros, and channels of very different sizes.
    /// </summary>
    [Fact]
    public void Ordinary_values_are_even()
    {
        Random random = new(3);
        Assert.False(IsUneven(static (r, _) => r.NextDouble() - 0.5, random));
        Assert.False(IsUneven(static (r, _) => Math.Max(0, r.NextDouble() - 0.9), random));
        Assert.False(IsUneven(static (_, i) => i == 777 ? 1 : 0, random));
        Assert.False(IsUneven(static (_, _) => 0, random));
        Assert.False(IsUneven(static (r, i) => r.NextDouble() * Math.Pow(10, -i / 100.0 % 6), random));
        Assert.True(IsUneven(static (r, i) => i == 777 ? 1e6 : r.NextDouble(), random));
        Assert.True(IsUneven(static (r, i) => i == 777 ? double.NaN : r.NextDouble(), random));
    }

    static bool IsUneven(Func<Random, int, double> value, Random random)
    {
        float[] image = [.. Enumerable.Range(0, 32 * 64).Select(i => (float)value(random, i))];
        ChannelsLast<float> copy = ChannelsLast<float>.Of(image, 1, 32, 8, 1, 10);
        bool isUneven = copy.IsUneven(0);
        copy.Return();
        return isUneven;
    }

    static (Tensor Image, Tensor Weight) Ring(float pixel, float middle)
    {
        Tensor image = Tensor.Zeros([1, 32, 16, 16]);
        image.AsSpan<float>()[..256].Fill(1);
        image.AsSpan<float>()[(3 * 16) + 3] = pixel;
        Tensor weight = Tensor.Zeros([32, 32, 3, 3]);
        weight.AsSpan<float>()[..9].Fill(1);
        weight.AsSpan<float>()[4] = middle;
        return (image, weight);
    }

    /// <summary>
    /// One element of one of the three sides is the value, the others small whole numbers, of which some are 0. The sums of windows
    /// without that element must be exact, and those with it what plain addition gives.
    /// </summary>
    static void Check<S>(ConvolutionGeometry g, double value, int seed)
        where S : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<S>
    {
        Random random = new(seed);
        S[] input = Numbers<S>(g.Batch * g.InChannels * g.InPixels, random);
        S[] weight = Numbers<S>(g.OutChannels * g.GroupInChannels * g.Taps, random);
        S[] output = Numbers<S>(g.Batch * g.OutChannels * g.OutPixels, random);
        S[] spoilt = (seed % 3) switch { 0 => input, 1 => output, _ => weight };
        spoilt[random.Next(spoilt.Length)] = S.CreateTruncating(value);
        (S[] x, S[] w, S[] y) = (new S[input.Length], new S[weight.Length], new S[output.Length]);
        Convolution.Forward<S>(g, input, weight, default, y);
        Convolution.InputGradient<S>(g, output, weight, default, x);
        Convolution.WeightGradient<S>(g, input, output, w);
        (double[] exactX, double[] exactW, double[] exactY) = Sums(g, Doubles(input), Doubles(weight), Doubles(output));
        Same(exactY, y, value);
        Same(exactX, x, value);
        Same(exactW, w, value);
    }

    static void Same<S>(double[] expected, S[] actual, double value)
        where S : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<S>
    {
        for (int i = 0; i < expected.Length; i++)
        {
            double result = double.CreateTruncating(actual[i]);
            bool isLarge = Math.Abs(expected[i]) > 1e6 && double.IsFinite(value);
            if (isLarge)
            {
                Assert.Equal(1, result / expected[i], 1e-5);
            }
            else
            {
                Assert.Equal(expected[i], result);
            }
        }
    }

    static S[] Numbers<S>(int count, Random random)
        where S : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<S> =>
        [.. Enumerable.Range(0, count).Select(_ => S.CreateTruncating(random.Next(-2, 3)))];

    static double[] Doubles<S>(S[] values)
        where S : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<S> => Array.ConvertAll(values, double.CreateTruncating);

    /// <summary>The three sums, padding included: an element of a padded window is 0, and 0 times ∞ is NaN.</summary>
    static (double[] X, double[] W, double[] Y) Sums(ConvolutionGeometry g, double[] input, double[] weight, double[] output)
    {
        (double[] x, double[] w, double[] y) = (new double[input.Length], new double[weight.Length], new double[output.Length]);
        foreach ((int o, int i, int t) in WinogradTests.Meetings(g))
        {
            y[o] += (i < 0 ? 0 : input[i]) * weight[t];
            w[t] += (i < 0 ? 0 : input[i]) * output[o];
            if (i >= 0)
            {
                x[i] += output[o] * weight[t];
            }
        }

        return (x, w, y);
    }
}
