using Criterion.Losses;

namespace Criterion.Tests.Losses.Penalties;

public class ConsistencyPenaltyTests
{
    static RandomStream Random => new(4);

    [Fact]
    public void Value_is_the_squared_distance_for_each_image()
    {
        Tensor plain = Tensor.From(new double[,] { { 1, 2 }, { 0, -1 } });
        Tensor augmented = Tensor.From(new double[,] { { 0, 4 }, { 0, 2 } });
        Assert.Equal(10 * (1 + 4 + 9) / 2.0, new ConsistencyPenalty().Forward(plain, augmented).Item(), 1e-12);
        Assert.Equal(7, new ConsistencyPenalty(1).Forward(plain.Reshape(2, 1, 1, 2), augmented.Reshape(2, 1, 1, 2)).Item(), 1e-12);
    }

    [Fact]
    public void Augmentation_goes_before_the_discriminator()
    {
        Tensor images = Tensor.Randn([3, 1, 4, 4], DType.Float64, Random);
        Tensor kernel = Tensor.Randn([1, 1, 2, 2], DType.Float64, Random);
        Tensor D(Tensor x) => x.Conv2d(kernel).Tanh();
        double expected = (D(images) - D(images.Flip(3))).Pow(2).Sum().Item() / 3;
        Assert.Equal(expected, new ConsistencyPenalty(1).Forward(D, images, static x => x.Flip(3)).Item(), 1e-12);
        Assert.Equal(0, new ConsistencyPenalty().Forward(D, images, static x => x).Item());
        GradCheck.Check(w => new ConsistencyPenalty().Forward(x => x.Conv2d(w[0]).Tanh(), images, static x => x.Flip(3)), [kernel]);
    }

    [Fact]
    public void Errors_and_NaN_show()
    {
        Tensor x = Tensor.Ones([2, 3]);
        Assert.Contains(
            "[2, 1]",
            Assert.Throws<ShapeException>(() => new ConsistencyPenalty().Forward(x, x.Narrow(1, 0, 1))).Message,
            StringComparison.Ordinal);
        Assert.Throws<ShapeException>(() => new ConsistencyPenalty().Forward(Tensor.Scalar(1), Tensor.Scalar(1)));
        Assert.Throws<LossException>(() => new ConsistencyPenalty().Forward(x.Narrow(0, 0, 0), x.Narrow(0, 0, 0)));
        Assert.True(double.IsNaN(new ConsistencyPenalty().Forward(x * double.NaN, x).Item()));
    }

    [Fact]
    public void It_is_shown_and_stored()
    {
        CriterionAssert.IsShown(new ConsistencyPenalty());
        CriterionAssert.IsStored(new ConsistencyPenalty(1));
    }
}
