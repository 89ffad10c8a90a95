using Criterion.Losses;

namespace Criterion.Tests.Losses.Penalties;

/// <summary>The penalty of Wasserstein critics: two-sided, on interpolates.</summary>
public class GradientPenaltyTests : InputGradientPenaltyContract
{
    static readonly GradientPenalty Unit = new(weight: 1);

    protected override InputGradientPenalty Penalty => new GradientPenalty(10);

    protected override double Cost(double n) => 10 * (n - 1) * (n - 1);

    protected override double Marginal(double n) => 20 * (n - 1);

    [Fact]
    public void Quadratic_critic_is_the_oracle()
    {
        Tensor a = Leaf(1.0, 2.0);
        Tensor x = Tensor.From(new double[,] { { 1, 1 }, { 0, 0.25 } });
        Tensor gradient = InputGradientPenalty.InputGradient(x => (x * x * a).Sum() * 0.5, x);
        Tensor penalty = Unit.FromGradient(gradient);
        penalty.Backward();
        Assert.Equal(0.8889320225, penalty.Item(), 1e-9);
        Assert.Equal(0.5527864045, a.Grad!.ToArray<double>()[0], 1e-8);
        Assert.Equal(0.9805728090, a.Grad!.ToArray<double>()[1], 1e-8);
        Assert.Equal(Math.Sqrt(5), InputGradientPenalty.Norms(gradient).ToArray<double>()[0], 1e-9);
        Tensor steep = InputGradientPenalty.InputGradient(x => (x * x * a).Sum() * 0.5, x);
        Assert.Equal(0.763932022500, (Unit with { Sided = GradientPenaltyForm.OneSided }).FromGradient(steep).Item(), 1e-9);
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
        Assert.True(between.Min().Item() >= 0 && between.Max().Item() <= 1);
    }

    [Fact]
    public void Places_are_where_they_are_said_to_be()
    {
        // The slope of ½x² at x is x: the penalty centred at zero is the mean square of the place.
        Tensor real = Tensor.Full([400, 1], 3, DType.Float64);
        Tensor fake = Tensor.Full([400, 1], -1, DType.Float64);
        double At(GradientPenaltyPoint place, double noise = 0.5) =>
            new GradientPenalty(1, sided: GradientPenaltyForm.ZeroCentred, at: place, noise: noise)
                .Forward(x => x * x * 0.5, real, fake, Random).Item();

        Assert.Equal(9, At(GradientPenaltyPoint.Real), 1e-12);
        Assert.Equal(1, At(GradientPenaltyPoint.Fake), 1e-12);
        Assert.Equal(7.0 / 3, At(GradientPenaltyPoint.Interpolates), 0.3);
        Assert.Equal(9 + 0.25, At(GradientPenaltyPoint.DraganNoise), 0.3);
        Assert.Equal(9, At(GradientPenaltyPoint.DraganNoise, 0), 1e-12);

        // All real images alike: the deviation of the batch is 0.
        Assert.Equal(9, At(GradientPenaltyPoint.DraganCodeNoise), 1e-12);
    }

    [Fact]
    public void Noise_of_the_authors_code_goes_by_the_deviation_of_the_batch()
    {
        Tensor real = Tensor.Randn([2000, 3], DType.Float64, Random) * 4;
        List<Tensor> seen = [];
        Tensor Watched(Tensor x)
        {
            seen.Add(x.Detach());
            return (x * x).Sum(1);
        }

        new GradientPenalty(at: GradientPenaltyPoint.DraganCodeNoise, noise: 0.5).Forward(Watched, real, real, Random);
        Tensor moved = (seen[0] - real) / real.Std();
        Assert.True(moved.Min().Item() >= 0 && moved.Max().Item() <= 0.5);

        // E[α u] = ¼, u for each element on its own.
        Assert.Equal(0.125, moved.Mean().Item(), 0.005);
        Assert.True(moved.Var([1]).Min().Item() > 0);
    }

    [Fact]
    public void Batches_may_differ_unless_images_are_paired()
    {
        Assert.Contains(
            "[2, 3]",
            Assert.Throws<ShapeException>(() => Unit.Forward(x => x.Sum(), Draw(4, 3), Draw(2, 3))).Message, StringComparison.Ordinal);
        Assert.Equal(
            0, (Unit with { At = GradientPenaltyPoint.Real }).Forward(x => x.Narrow(1, 0, 1), Draw(4, 3), Draw(2, 3)).Item(), 1e-8);
    }

    [Fact]
    public void Options_out_of_range_are_errors()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new GradientPenalty(target: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new GradientPenalty(noise: -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new GradientPenalty(weight: -1));
    }
}

public class OneSidedGradientPenaltyTests : InputGradientPenaltyContract
{
    protected override InputGradientPenalty Penalty => new GradientPenalty(2, sided: GradientPenaltyForm.OneSided);

    protected override double Cost(double n) => n > 1 ? 2 * (n - 1) * (n - 1) : 0;

    protected override double Marginal(double n) => n > 1 ? 4 * (n - 1) : 0;
}

public class ZeroCentredGradientPenaltyTests : InputGradientPenaltyContract
{
    protected override InputGradientPenalty Penalty => new GradientPenalty(3, sided: GradientPenaltyForm.ZeroCentred);

    protected override double Cost(double n) => 3 * n * n;

    protected override double Marginal(double n) => 6 * n;
}

public class WideTargetGradientPenaltyTests : InputGradientPenaltyContract
{
    protected override InputGradientPenalty Penalty => new GradientPenalty(1, target: 4, at: GradientPenaltyPoint.Fake);

    protected override double Cost(double n) => Math.Pow((n / 4) - 1, 2);

    protected override double Marginal(double n) => 2 * ((n / 4) - 1) / 4;
}

public class DraganTests : InputGradientPenaltyContract
{
    // Without noise, so that the slope is that at the image.
    protected override InputGradientPenalty Penalty => new GradientPenalty(10, at: GradientPenaltyPoint.DraganNoise, noise: 0);

    protected override double Cost(double n) => 10 * (n - 1) * (n - 1);

    protected override double Marginal(double n) => 20 * (n - 1);
}
