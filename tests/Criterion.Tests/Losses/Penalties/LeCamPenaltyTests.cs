using Criterion.Losses;

namespace Criterion.Tests.Losses.Penalties;

public class LeCamPenaltyTests
{
    static Tensor Real => Tensor.From<double>([2, -1, 0.5]);
    static Tensor Fake => Tensor.From<double>([-0.5, 1, -2]);
    static readonly LeCamState State = new(real: 1, fake: -0.5, steps: 7);

    // r + ½ = (2½, −½, 1) and f − 1 = (−1½, 0, −3).
    [Fact]
    public void Value_is_the_distance_from_the_other_anchor()
    {
        double r = (6.25 + 0.25 + 1) / 3;
        double f = (2.25 + 0 + 9) / 3;
        Assert.Equal(r + f, new LeCamPenalty(1).Forward(Real, Fake, State).Item(), 1e-12);
        Assert.Equal(0.3 * (r + f), new LeCamPenalty().Forward(Real.Reshape(3, 1), Fake.Reshape(1, 1, 3), State).Item(), 1e-12);
    }

    [Fact]
    public void Rectified_form_leaves_one_side_alone()
    {
        double r = (6.25 + 0 + 1) / 3;
        double f = (2.25 + 0 + 9) / 3;
        LeCamPenalty penalty = new(1, rectified: true);
        Assert.Equal(r + f, penalty.Forward(Real, Fake, State).Item(), 1e-12);
        Assert.Equal(0, penalty.Forward(Fake, Real, new LeCamState(-5, 5, 1)).Item());
        CriterionAssert.IsShown(penalty);
    }

    [Fact]
    public void Derivatives_are_those_of_central_differences()
    {
        GradCheck.Check(x => new LeCamPenalty().Forward(x[0], x[1], State), [Real, Fake]);
        GradCheck.Check(x => new LeCamPenalty(rectified: true).Forward(x[0], x[1], State), [Real, Fake + 0.1]);
    }

    [Fact]
    public void State_begins_at_the_first_means_and_follows()
    {
        LeCamPenalty penalty = new(decay: 0.9);
        LeCamState first = penalty.Update(new LeCamState(), Real, Fake);
        Assert.Equal(new LeCamState(0.5, -0.5, 1), first);
        LeCamState second = penalty.Update(first, Real + 1, Fake - 1);
        Assert.Equal(0.6, second.Real, 1e-12);
        Assert.Equal(-0.6, second.Fake, 1e-12);
        Assert.Equal(2, second.Steps);
        CriterionAssert.IsStored(second);
    }

    [Fact]
    public void Errors_and_NaN_show()
    {
        Assert.Contains(
            "Update",
            Assert.Throws<LossException>(() => new LeCamPenalty().Forward(Real, Fake, new LeCamState())).Message,
            StringComparison.Ordinal);
        Assert.Throws<LossException>(() => new LeCamPenalty().Forward(Real.Narrow(0, 0, 0), Fake, State));
        Assert.Throws<LossException>(() => new LeCamPenalty().Update(State, Real, Fake.Narrow(0, 0, 0)));
        Assert.True(double.IsNaN(new LeCamPenalty(rectified: true).Forward(Real * double.NaN, Fake, State).Item()));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LeCamPenalty(decay: 1.1));
    }

    [Fact]
    public void It_is_shown_and_stored()
    {
        CriterionAssert.IsShown(new LeCamPenalty());
        CriterionAssert.IsStored(new LeCamPenalty(1, 0.5, true));
    }
}
