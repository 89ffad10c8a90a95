namespace Criterion.Training.Tests;

public class ScatterPlotTests
{
    [Fact]
    public void Generated_points_are_coloured_real_ones_grey_and_up_is_up()
    {
        Tensor plot = ScatterPlot.Compose(Tensor.From([0, 1f], [1, 2]), Tensor.From([1f, 0, -1, 0, 0, 1], [3, 2]));
        int far = (int)(256 + (256 / 1.3));

        Assert.Equal((DType.UInt8, new Shape(3, 512, 512)), (plot.DType, plot.Shape));
        Assert.Equal([255, 255, 255], Pixel(plot, 256, 256));
        (double red, double green, double blue) = (Pixel(plot, 256, far)[0], Pixel(plot, 256, far)[1], Pixel(plot, 256, far)[2]);
        Assert.True(red == green && green == blue && red < 255);
        Assert.True(Pixel(plot, 511 - far, 256) is [var r, var g, var b] && r > g && g > b);
        Assert.Equal([255, 255, 255], Pixel(plot, far, 256));
    }

    [Fact]
    public void Points_beyond_the_frame_are_drawn_at_its_edge_and_those_without_numbers_are_not()
    {
        Tensor real = Tensor.From([1f, 0], [1, 2]);

        Assert.NotEqual(255, Pixel(ScatterPlot.Compose(Tensor.From([1e9f, 0], [1, 2]), real), 256, 509)[2]);
        Assert.Equal(ScatterPlot.Compose(Tensor.Zeros([0, 2]), real).ToArray<byte>(),
            ScatterPlot.Compose(Tensor.From([float.NaN, 0], [1, 2]), real).ToArray<byte>());
    }

    [Fact]
    public void Images_are_no_points() => Assert.Throws<ShapeException>(() => ScatterPlot.Compose(Tensor.Zeros([3, 1, 8, 8])));

    static double[] Pixel(Tensor plot, int row, int column) =>
        [.. Enumerable.Range(0, 3).Select(channel => plot[channel, row, column].Item())];
}
