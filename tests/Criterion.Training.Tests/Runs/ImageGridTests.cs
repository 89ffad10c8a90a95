namespace Criterion.Training.Tests;

public class ImageGridTests
{
    [Fact]
    public void Images_stand_row_by_row_with_lines_between()
    {
        Tensor images = Tensor.Stack([Tensor.Full([1, 64, 64], -1), Tensor.Full([1, 64, 64], 0), Tensor.Full([1, 64, 64], 1)]);

        Tensor grid = ImageGrid.Compose(images, columns: 2);

        Assert.Equal((DType.UInt8, new Shape(1, 134, 134)), (grid.DType, grid.Shape));
        Assert.Equal(0, grid[0, 10, 10].Item());
        Assert.Equal(128, grid[0, 10, 100].Item());
        Assert.Equal(255, grid[0, 100, 10].Item());
        Assert.Equal(0, grid[0, 100, 100].Item());
        Assert.Equal(0, grid[0, 67, 10].Item());
    }

    [Fact]
    public void Small_images_are_enlarged() =>
        Assert.Equal(
            new Shape(3, (66 * 2) + 2, (66 * 2) + 2),
            ImageGrid.Compose(Tensor.Zeros([3, 3, 16, 16]), range: ImageRange.ZeroOne).Shape);

    [Fact]
    public void Nothing_is_no_grid() => Assert.Throws<ShapeException>(() => ImageGrid.Compose(Tensor.Zeros([0, 1, 8, 8])));
}
