namespace Criterion.Tests.Tensors;

public class GridSampleTests
{
    public static TheoryData<GridPadding, bool> Modes => [.. from padding in Enum.GetValues<GridPadding>()
                                                           from corners in (bool[])[false, true]
                                                           select (padding, corners)];

    // No point is within a step of central differences of a pixel's centre or of the edge of a reflection.
    static readonly double[] Points = [-1.83, -1.21, -0.87, -0.55, -0.13, 0.31, 0.62, 0.94, 1.17, 1.71, 0.07, -0.41];

    static Tensor Images => Tensor.Rand([2, 2, 4, 5], DType.Float64, new RandomStream(1), low: -1, high: 1);

    static Tensor Grid => Tensor.From([.. Points, .. Points.Reverse()], [2, 3, 2, 2]);

    [Theory]
    [MemberData(nameof(Modes))]
    public void First_and_second_derivatives_are_those_of_central_differences(GridPadding padding, bool corners) =>
        GradCheck.Check(x => x[0].GridSample(x[1], padding, corners).Pow(3), [Images, Grid]);

    [Fact]
    public void A_penalty_on_the_slope_by_an_image_passes_through_the_sampling()
    {
        Tensor images = Images.Detach();
        images.RequiresGrad = true;
        Tensor scores = images.GridSample(Grid).Pow(2).Sum();
        Tensor slope = Autograd.Grad(scores, images, createGraph: true);

        slope.Pow(2).Sum().Backward();

        Assert.True(images.Grad!.Abs().Sum().Item() > 0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_grid_of_the_identity_returns_the_image(bool corners)
    {
        Tensor identity = Tensor.From([1.0, 0, 0, 0, 1, 0], [1, 2, 3]).Expand(2, 2, 3);

        Tensor same = Images.GridSample(Tensor.AffineGrid(identity, (4, 5), corners), alignCorners: corners);

        Assert.All(Images.ToArray<double>().Zip(same.ToArray<double>()), static pair => Assert.Equal(pair.First, pair.Second, 12));
    }

    [Fact]
    public void A_quarter_turn_moves_every_pixel()
    {
        Tensor image = Tensor.Arange(9).To(DType.Float64).Reshape(1, 1, 3, 3);
        Tensor turn = Tensor.From([0.0, -1, 0, 1, 0, 0], [1, 2, 3]);

        Tensor turned = image.GridSample(Tensor.AffineGrid(turn, 3));

        Assert.Equal([2, 5, 8, 1, 4, 7, 0, 3, 6], turned.ToArray<double>().Select(static value => Math.Round(value, 9)));
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public void A_point_that_is_NaN_gives_NaN_and_leaves_the_others(GridPadding padding, bool corners)
    {
        double[] points = [.. Points, .. Points];
        points[0] = double.NaN;

        double[] samples = Images.GridSample(Tensor.From(points, [2, 3, 2, 2]), padding, corners).ToArray<double>();

        Assert.Equal([0, 6], Enumerable.Range(0, samples.Length).Where(i => double.IsNaN(samples[i])));
    }

    [Fact]
    public void Points_far_outside_are_the_padding()
    {
        Tensor far = Tensor.From([1e9, -1e9, 1e300, 0.0], [1, 1, 2, 2]);
        Tensor image = Images[..1];

        Assert.All(image.GridSample(far).ToArray<double>(), static value => Assert.Equal(0, value));
        Assert.Equal(image[0, 0, 0, 4].Item(), image.GridSample(far, GridPadding.Border)[0, 0, 0, 0].Item());
        Assert.All(image.GridSample(far, GridPadding.Reflection).ToArray<double>(), static value => Assert.InRange(value, -1, 1));
    }

    [Fact]
    public void Misuse_is_an_error_that_names_the_shapes()
    {
        Assert.Contains("[2, h, w, 2]", Assert.Throws<ShapeException>(() => Images.GridSample(Grid[..1])).Message);
        Assert.Contains(
            "[2, h, w, 2]", Assert.Throws<ShapeException>(() => Images.GridSample(Tensor.Zeros([2, 3, 2, 3], DType.Float64))).Message);
        Assert.Contains("one floating-point type", Assert.Throws<DTypeException>(() => Images.GridSample(Grid.To(DType.Float32))).Message);
        Assert.Contains("[N, C, H, W]", Assert.Throws<ShapeException>(() => Images[0].GridSample(Grid)).Message);
        Assert.Contains("no pixels", Assert.Throws<ShapeException>(() => Images[.., .., ..0].GridSample(Grid)).Message);
        Assert.Contains("[N, 2, 3]", Assert.Throws<ShapeException>(() => Tensor.AffineGrid(Tensor.Zeros([2, 3, 2]), 4)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => Tensor.AffineGrid(Tensor.Zeros([1, 2, 3]), 0));
    }
}
