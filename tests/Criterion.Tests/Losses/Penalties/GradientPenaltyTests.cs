using Criterion.Losses;

namespace Criterion.Tests.Losses.Penalties;

/// <summary>The penalty of critics whose slopes are known, and of one that is not so simple against central differences.</summary>
public class GradientPenaltyTests
{
    static readonly GradientPenalty Unit = new(Weight: 1);

    static RandomStream Random => new(3);

    [Fact]
    public void Linear_critic_has_the_penalty_of_its_weights()
    {
        Tensor w = Leaf(3.0, 4.0);
        Tensor penalty = Unit.Forward(x => x.MatMul(w), Draw(5, 2), Draw(5, 2), Random);
        penalty.Backward();
        Assert.Equal(16, penalty.Item(), 1e-8);
        Assert.Equal(2 * 4 * 0.6, w.Grad!.ToArray<double>()[0], 1e-8);
        Assert.Equal(2 * 4 * 0.8, w.Grad!.ToArray<double>()[1], 1e-8);
    }

    [Fact]
    public void Flat_critic_has_the_penalty_1_and_a_finite_gradient()
    {
        Tensor w = Leaf(0.0, 0.0);
        Tensor penalty = Unit.Forward(x => x.MatMul(w), Draw(5, 2), Draw(5, 2), Random);
        penalty.Backward();
        Assert.Equal(1, penalty.Item(), 1e-4);
        Assert.Equal([0.0, 0.0], w.Grad!.ToArray<double>());
    }

    [Fact]
    public void Quadratic_critic_is_the_oracle()
    {
        Tensor a = Leaf(1.0, 2.0);
        Tensor x = Tensor.From(new double[,] { { 1, 1 }, { 0, 0.25 } });
        Tensor penalty = Unit.Of(GradientPenalty.Slope(x => (x * x * a).Sum() * 0.5, x));
        penalty.Backward();
        Assert.Equal(0.8889320225, penalty.Item(), 1e-9);
        Assert.Equal(0.5527864045, a.Grad!.ToArray<double>()[0], 1e-8);
        Assert.Equal(0.9805728090, a.Grad!.ToArray<double>()[1], 1e-8);
    }

    [Fact]
    public void Penalty_of_a_convolutional_critic_is_differentiated_by_its_weights()
    {
        Tensor images = Tensor.Randn([2, 1, 5, 5], DType.Float64, Random);
        Tensor kernel = Tensor.Randn([3, 1, 3, 3], DType.Float64, Random);
        Tensor linear = Tensor.Randn([27, 1], DType.Float64, Random) * 0.3;
        Tensor Penalty(Tensor[] w) => new GradientPenalty().Of(GradientPenalty.Slope(
            x => x.Conv2d(w[0]).LeakyRelu(0.2).Flatten(1).MatMul(w[1]), images));

        GradCheck.Check(Penalty, [kernel, linear], order: 1);
    }

    [Fact]
    public void Every_image_has_its_own_place_and_norm()
    {
        // The slope of image i of this critic is i: its penalties average over images, not over the batch as one vector.
        Tensor factor = Tensor.From<double>([0, 1, 2, 3]);
        Tensor real = Draw(4, 3);
        double penalty = Unit.Forward(x => x.Narrow(1, 0, 1).Squeeze(1) * factor, real, Draw(4, 3), Random).Item();
        Assert.Equal((1 + 0 + 1 + 4) / 4.0, penalty, 1e-4);
        Tensor between = GradientPenalty.Interpolate(Tensor.Zeros([4, 3]), Tensor.Ones([4, 3]), Random);
        Assert.Equal(0, between.Var([1]).Max().Item());
        Assert.NotEqual(0, between.Var([0]).Min().Item());
    }

    [Fact]
    public void Generator_is_not_reached()
    {
        Tensor fake = Draw(2, 3);
        fake.RequiresGrad = true;
        Tensor w = Leaf(1.0, 2.0, 3.0);
        Unit.Forward(x => x.MatMul(w), Draw(2, 3), fake * 2, Random).Backward();
        Assert.Null(fake.Grad);
    }

    [Fact]
    public void Differing_batches_and_bad_targets_are_errors()
    {
        Assert.Throws<ShapeException>(() => Unit.Forward(x => x.Sum(), Draw(4, 3), Draw(2, 3)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new GradientPenalty(Target: 0));
    }

    static Tensor Draw(int rows, int columns) => Tensor.Randn([rows, columns], DType.Float64, Random);

    static Tensor Leaf(params double[] values)
    {
        Tensor leaf = Tensor.From(values, [values.Length]);
        leaf.RequiresGrad = true;
        return leaf;
    }
}
