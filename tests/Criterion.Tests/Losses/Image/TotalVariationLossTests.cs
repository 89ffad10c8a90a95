using Criterion.Losses;

namespace Criterion.Tests.Losses.Image;

public class TotalVariationLossTests : ImageLossContract
{
    protected override Loss Default => new TotalVariationLoss();

    protected override int Inputs => 1;

    protected override ImageRange? Range => null;

    protected override IEnumerable<int[]> Sizes => [[1, 1, 6, 5], [2, 3, 7, 9], [1, 1, 130, 140], [1, 1, 6, 5]];

    protected override IEnumerable<int[]> SmallSizes => [[2, 1, 3, 4], [1, 2, 2, 2]];

    [Fact]
    public void Oracle() => Assert.Equal(844.000000000009, new TotalVariationLoss().Forward(Pictures.X(32)).Item(), 1e-9);

    [Fact]
    public void A_row_and_a_pixel_have_variation_too()
    {
        Assert.Equal(3, new TotalVariationLoss().Forward(Tensor.From([0.0, 1, -1], [1, 1, 1, 3])).Item());
        Assert.Equal(3, new TotalVariationLoss(isotropic: true).Forward(Tensor.From([0.0, 1, -1], [1, 1, 3, 1])).Item());
        Assert.Equal(0, new TotalVariationLoss().Forward(Tensor.Ones([1, 1, 1, 1])).Item());
        Assert.Equal(1, new TotalVariationLoss(perPixel: true).Forward(Tensor.From([0.0, 1, -1], [1, 1, 1, 3])).Item());
    }

    protected override double Reference(Plain[] images)
    {
        Plain x = images[0];
        double sum = 0;
        for (int c = 0; c < x.Channels; c++)
        {
            for (int i = 0; i < x.Height; i++)
            {
                for (int j = 0; j < x.Width; j++)
                {
                    double down = i + 1 < x.Height ? x[c, i + 1, j] - x[c, i, j] : 0;
                    double across = j + 1 < x.Width ? x[c, i, j + 1] - x[c, i, j] : 0;
                    sum += Of(down, across);
                }
            }
        }

        return sum;
    }

    [Fact]
    public void Bytes_give_the_loss_of_the_same_floats()
    {
        Tensor bytes = Tensor.From([3, 250, 0, 7, 255, 9], [1, 1, 2, 3]).To(DType.UInt8);
        Assert.Equal(
            ((TotalVariationLoss)Default).Forward(bytes.To(DType.Float32)).Item(), ((TotalVariationLoss)Default).Forward(bytes).Item());
    }

    protected virtual double Of(double down, double across) => Math.Abs(down) + Math.Abs(across);
}

public class IsotropicTotalVariationLossTests : TotalVariationLossTests
{
    protected override Loss Default => new TotalVariationLoss(isotropic: true);

    protected override double Of(double down, double across) => Math.Sqrt((down * down) + (across * across));
}
