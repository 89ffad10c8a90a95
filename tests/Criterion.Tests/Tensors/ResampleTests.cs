namespace Criterion.Tests.Tensors;

/// <summary>
/// Pooling by means and bilinear resizing: one element that is NaN, infinite or huge reaches exactly the outputs, and upstream exactly the
/// gradients, of the windows that hold it. Their values elsewhere are compared with PyTorch's.
/// </summary>
public class ResampleTests
{
    static readonly Dictionary<string, (Func<Tensor, Tensor> Call, Size2 Image)> Maps = new()
    {
        ["means of 2×2"] = (static x => x.AvgPool2d(2), (4, 6)),
        ["overlapping means with padding"] = (static x => x.AvgPool2d(3, 2, 1), (7, 37)),
        ["means without padding"] = (static x => x.AvgPool2d((2, 3), 1, 1, countPadding: false), (4, 5)),
        ["means with gaps"] = (static x => x.AvgPool2d(1, 2), (5, 4)),
        ["one mean"] = (static x => x.AdaptiveAvgPool2d(1), (5, 19)),
        ["areas that overlap"] = (static x => x.AdaptiveAvgPool2d((3, 4)), (5, 7)),
        ["more areas than pixels"] = (static x => x.AdaptiveAvgPool2d((5, 7)), (3, 4)),
        ["twice as large"] = (static x => x.UpsampleBilinear2d((8, 36)), (4, 18)),
        ["corners in place"] = (static x => x.UpsampleBilinear2d((7, 5), alignCorners: true), (4, 3)),
        ["smaller"] = (static x => x.UpsampleBilinear2d((3, 4)), (8, 9)),
        ["the same size"] = (static x => x.UpsampleBilinear2d((4, 5)), (4, 5)),
        ["one pixel"] = (static x => x.UpsampleBilinear2d((3, 2)), (1, 1)),
        ["smaller, antialiased"] = (static x => x.UpsampleBilinear2d((3, 4), antialias: true), (8, 11)),
        ["larger, antialiased"] = (static x => x.UpsampleBilinear2d((9, 7), antialias: true), (4, 3)),
    };

    public static IEnumerable<TheoryDataRow<string, DType, double>> Spoilt()
    {
        double[] values = [double.NaN, double.PositiveInfinity, double.NegativeInfinity, 1e30];
        return
            from name in Maps.Keys
            from type in (DType[])[DType.Float32, DType.Float64]
            from value in values
            select new TheoryDataRow<string, DType, double>(name, type, value);
    }

    [Theory]
    [MemberData(nameof(Spoilt))]
    public void One_element_reaches_exactly_its_windows(string name, DType type, double value)
    {
        (Func<Tensor, Tensor> call, Size2 image) = Maps[name];
        double[,] weights = Matrix(call, image);
        Spoil(call, type, value, weights, image.Height * image.Width, [1, 2, image.Height, image.Width]);
    }

    [Theory]
    [MemberData(nameof(Spoilt))]
    public void One_upstream_gradient_reaches_exactly_its_window(string name, DType type, double value)
    {
        (Func<Tensor, Tensor> call, Size2 image) = Maps[name];
        double[,] weights = Transposed(Matrix(call, image));
        Tensor x = Tensor.Zeros([1, 2, image.Height, image.Width], type);
        x.RequiresGrad = true;
        Tensor y = call(x);
        Spoil(g => Autograd.Grad([y], [x], gradients: [g], retainGraph: true)[0], type, value, weights, y.Shape.Count / 2, y.Shape);
    }

    [Theory]
    [Trait("Case", "pool-nan-spread")]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_corner_of_sixteen_pixels_reaches_the_first_window_alone(double corner)
    {
        Tensor x = Tensor.Arange(0, 16).Reshape(1, 1, 4, 4);
        x.AsSpan<float>()[0] = (float)corner;

        Assert.Equal([(float)corner, 4.5f, 10.5f, 12.5f], x.AvgPool2d(2).ToArray<float>());
        Assert.Equal([(float)corner, 4.5f, 10.5f, 12.5f], x.AdaptiveAvgPool2d(2).ToArray<float>());
        Assert.Equal(9, x.UpsampleBilinear2d(8).ToArray<float>().Count(v => v.Equals((float)corner)));
        Assert.Equal(55, x.UpsampleBilinear2d(8).ToArray<float>().Count(float.IsFinite));
    }

    [Theory]
    [InlineData(float.MaxValue)]
    [InlineData(1e-45f)]
    public void Means_of_equal_values_are_that_value(float value)
    {
        Tensor x = Tensor.Full([1, 1, 15, 15], value);
        Assert.All(x.AvgPool2d(3).ToArray<float>(), mean => Assert.Equal(value, mean));
        Assert.Equal(value, x.AdaptiveAvgPool2d(1).Item());
        Assert.All(x.UpsampleBilinear2d(7, antialias: true).ToArray<float>(), mean => Assert.Equal(value, mean));
    }

    [Fact]
    public void A_checkerboard_shrinks_to_grey_when_antialiased()
    {
        float[] squares = [.. Enumerable.Range(0, 1024).Select(static i => (float)(((i / 32) + i) % 2))];
        Tensor board = Tensor.From(squares, [1, 1, 32, 32]);
        Assert.All(board.UpsampleBilinear2d(8, antialias: true).ToArray<float>(), static grey => Assert.InRange(grey, 0.495f, 0.505f));
    }

    [Fact]
    public void Views_are_resampled_like_their_copies()
    {
        Tensor x = Tensor.Randn([2, 5, 7, 3], random: new(1)).Permute(0, 3, 1, 2);
        Assert.Equal(x.Clone().AvgPool2d(2, 1).ToArray<float>(), x.AvgPool2d(2, 1).ToArray<float>());
        Assert.Equal(x.Clone().UpsampleBilinear2d(9).ToArray<float>(), x.UpsampleBilinear2d(9).ToArray<float>());
    }

    [Fact]
    public void No_images_give_no_images()
    {
        Assert.Equal([0, 3, 2, 2], Tensor.Zeros([0, 3, 4, 4]).AvgPool2d(2).Shape);
        Assert.Equal([2, 0, 8, 8], Tensor.Zeros([2, 0, 4, 4]).UpsampleBilinear2d(8).Shape);
    }

    [Fact]
    public void Images_without_pixels_are_refused()
    {
        Tensor none = Tensor.Zeros([1, 2, 0, 3]);
        Action[] calls =
        [
            () => none.AdaptiveAvgPool2d(1), () => none.UpsampleBilinear2d(2), () => none.UpsampleNearest2d(2),
            () => none.UpsampleBilinear2d(2, antialias: true),
        ];
        Assert.All(
            calls, static call => Assert.Contains("no pixels", Assert.Throws<ShapeException>(call).Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Antialiasing_with_corners_in_place_is_refused() =>
        Assert.Throws<ArgumentException>(
            static () => Tensor.Zeros([1, 1, 4, 4]).UpsampleBilinear2d(2, alignCorners: true, antialias: true));

    /// <summary>
    /// The second plane of two gets the value at each place in turn, and both are compared with the direct sum over what has a weight.
    /// </summary>
    static void Spoil(Func<Tensor, Tensor> call, DType type, double value, double[,] weights, int pixels, Shape shape)
    {
        for (int place = 0; place < pixels; place++)
        {
            Tensor x = Tensor.Ones(shape, type);
            Set(x, pixels + place, value);
            double[] actual = call(x).To(DType.Float64).ToArray<double>();
            int outputs = weights.GetLength(0);
            for (int i = 0; i < outputs; i++)
            {
                Assert.Equal(Sum(weights, i, -1, value), actual[i], 1e-6);
                double expected = Sum(weights, i, place, value);
                Assert.Equal(expected, actual[outputs + i], double.IsFinite(expected) ? 1e-6 * Math.Max(1, Math.Abs(expected)) : 0);
            }
        }
    }

    static void Set(Tensor x, int place, double value)
    {
        if (x.DType == DType.Float32)
        {
            x.AsSpan<float>()[place] = (float)value;
        }
        else
        {
            x.AsSpan<double>()[place] = value;
        }
    }

    static double Sum(double[,] weights, int output, int place, double value)
    {
        double sum = 0;
        for (int i = 0; i < weights.GetLength(1); i++)
        {
            sum += weights[output, i] == 0 ? 0 : weights[output, i] * (i == place ? value : 1);
        }

        return sum;
    }

    /// <summary>The map's weights, one column from each image that is 1 in one place.</summary>
    static double[,] Matrix(Func<Tensor, Tensor> call, Size2 image)
    {
        int pixels = image.Height * image.Width;
        double[,] matrix = new double[call(Tensor.Zeros([1, 1, image.Height, image.Width])).Shape.Count, pixels];
        for (int place = 0; place < pixels; place++)
        {
            Tensor x = Tensor.Zeros([1, 1, image.Height, image.Width], DType.Float64);
            x.AsSpan<double>()[place] = 1;
            foreach ((int i, double weight) in call(x).ToArray<double>().Index())
            {
                matrix[i, place] = weight;
            }
        }

        return matrix;
    }

    static double[,] Transposed(double[,] matrix)
    {
        double[,] result = new double[matrix.GetLength(1), matrix.GetLength(0)];
        for (int i = 0; i < result.GetLength(0); i++)
        {
            for (int j = 0; j < result.GetLength(1); j++)
            {
                result[i, j] = matrix[j, i];
            }
        }

        return result;
    }
}
