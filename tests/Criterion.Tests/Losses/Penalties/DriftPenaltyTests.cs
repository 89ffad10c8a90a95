using Criterion.Losses;

namespace Criterion.Tests.Losses.Penalties;

public class DriftPenaltyTests
{
    [Fact]
    public void Value_is_the_weighted_mean_square()
    {
        Tensor r = Tensor.From<double>([2, -1, 0.5]);
        Assert.Equal(0.00175, new DriftPenalty().Forward(r).Item(), 1e-15);
        Assert.Equal(1.75, new DriftPenalty(1).Forward(r.Reshape(1, 1, 3, 1)).Item(), 1e-12);
        GradCheck.Check(x => new DriftPenalty(0.3).Forward(x[0]), [r]);
    }

    [Fact]
    public void Errors_and_NaN_show()
    {
        Assert.Throws<LossException>(() => new DriftPenalty().Forward(Tensor.Zeros([0, 1])));
        Assert.True(double.IsNaN(new DriftPenalty().Forward(Tensor.From<double>([1, double.NaN])).Item()));
        Assert.Throws<ArgumentOutOfRangeException>(() => new DriftPenalty(-1));
    }

    [Fact]
    public void It_is_shown_and_stored()
    {
        CriterionAssert.IsShown(new DriftPenalty());
        CriterionAssert.IsStored(new DriftPenalty(0.1));
    }
}
