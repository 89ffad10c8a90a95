using Criterion.Losses;

namespace Criterion.Tests.Losses.Penalties;

public class LazyPenaltyTests
{
    [Fact]
    public void Every_interval_it_counts_that_many_times()
    {
        LazyPenalty lazy = new(4);
        Assert.Equal([0, 4, 8], Enumerable.Range(0, 12).Where(step => lazy.IsDue(step)));
        Assert.Equal(12, Enumerable.Range(0, 12).Where(step => lazy.IsDue(step)).Sum(_ => lazy.Scale(Tensor.Scalar(1)).Item()));
    }

    [Fact]
    public void Adam_is_rescaled()
    {
        (double rate, double beta1, double beta2) = new LazyPenalty(16).Rescale(0.002, 0, 0.99);
        Assert.Equal(0.002 * 16 / 17, rate, 1e-15);
        Assert.Equal(0, beta1);
        Assert.Equal(Math.Pow(0.99, 16 / 17.0), beta2, 1e-15);
    }

    [Fact]
    public void Interval_below_1_is_an_error() => Assert.Throws<ArgumentOutOfRangeException>(() => new LazyPenalty(0));

    [Fact]
    public void It_is_stored() => CriterionAssert.IsStored(new LazyPenalty(4));
}
