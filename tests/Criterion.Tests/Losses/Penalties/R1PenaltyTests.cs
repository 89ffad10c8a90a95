using Criterion.Losses;

namespace Criterion.Tests.Losses.Penalties;

public class R1PenaltyTests : InputGradientPenaltyContract
{
    protected override InputGradientPenalty Penalty => new R1Penalty(10);

    protected override double Cost(double n) => 5 * n * n;

    protected override double Marginal(double n) => 10 * n;

    [Fact]
    public void Quadratic_critic_is_the_oracle()
    {
        Tensor a = Leaf(1.0, 2.0);
        Tensor x = Tensor.From(new double[,] { { 1, 1 }, { 0, 0.25 } });
        Tensor penalty = new R1Penalty(10).Forward(x => (x * x * a).Sum() * 0.5, x);
        penalty.Backward();
        Assert.Equal(13.125, penalty.Item(), 1e-12);
        Assert.Equal([5.0, 10.625], a.Grad!.ToArray<double>());
    }

    [Fact]
    public void Generated_images_do_not_matter()
    {
        Tensor real = Draw(4, 2);
        Assert.Equal(
            new R1Penalty().Forward(x => x * x, real).Item(), new R1Penalty().Forward(x => x * x, real, Draw(3, 2) * 100).Item());
    }
}

public class R2Tests : InputGradientPenaltyContract
{
    protected override InputGradientPenalty Penalty => new R2Penalty(4);

    protected override double Cost(double n) => 2 * n * n;

    protected override double Marginal(double n) => 4 * n;

    [Fact]
    public void Real_images_do_not_matter()
    {
        Tensor fake = Draw(4, 2);
        Assert.Equal(
            new R2Penalty().Forward(x => x * x, fake).Item(), new R2Penalty().Forward(x => x * x, Draw(3, 2) * 100, fake).Item());
    }
}

public class R1R2Tests : InputGradientPenaltyContract
{
    protected override InputGradientPenalty Penalty => new R1R2Penalty(10);

    protected override double Cost(double n) => 10 * n * n;

    protected override double Marginal(double n) => 20 * n;

    [Fact]
    public void Is_the_sum_of_both_over_batches_of_any_size()
    {
        Tensor real = Draw(4, 2);
        Tensor fake = Draw(3, 2);
        double both = new R1Penalty(3).Forward(x => x * x, real).Item() + new R2Penalty(3).Forward(x => x * x, fake).Item();
        Assert.Equal(both, new R1R2Penalty(3).Forward(x => x * x, real, fake).Item(), 1e-12);
    }
}
