using Criterion.Losses;

namespace Criterion.Tests.Losses.Image;

public class GradientLossTests : ImageLossContract
{
    protected override Loss Default => new GradientLoss();

    protected override ImageRange? Range => null;

    protected override IEnumerable<int[]> Sizes => [[1, 1, 6, 5], [2, 3, 7, 9], [1, 2, 30, 40]];

    protected override IEnumerable<int[]> SmallSizes => [[2, 1, 3, 4], [1, 2, 2, 2]];

    [Fact]
    public void Brightness_does_not_count() => Assert.Equal(0, Loss([Pictures.X(8), Pictures.X(8) + 0.25]).Item(), 1e-13);

    [Fact]
    public void Ramp_has_the_slope_8()
    {
        Tensor ramp = Tensor.Arange(0, 5, 1, DType.Float64).Expand(1, 1, 5, 5);

        // In the middle (x₊₁ − x₋₁) · 4 = 8; half of it where the edge is repeated.
        Assert.Equal(((3 * 8) + (2 * 4)) / 5.0, Loss([ramp, Tensor.ZerosLike(ramp)]).Item(), 1e-12);
    }

    protected override double Reference(Plain[] images)
    {
        double Difference(int c, int i, int j)
        {
            (int row, int column) = (Math.Clamp(i, 0, images[0].Height - 1), Math.Clamp(j, 0, images[0].Width - 1));
            return images[0][c, row, column] - images[1][c, row, column];
        }

        double[] smooth = [1, 2, 1];
        double Across(int c, int i, int j) => Enumerable.Range(-1, 3).Sum(
            k => smooth[k + 1] * (Difference(c, i + k, j + 1) - Difference(c, i + k, j - 1)));
        double Down(int c, int i, int j) => Enumerable.Range(-1, 3).Sum(
            k => smooth[k + 1] * (Difference(c, i + 1, j + k) - Difference(c, i - 1, j + k)));
        return images[0].Mean((c, i, j) => Math.Abs(Across(c, i, j))) + images[0].Mean((c, i, j) => Math.Abs(Down(c, i, j)));
    }
}
