using Criterion.Losses;

namespace Criterion.Tests.Losses.Adversarial;

public class NonSaturatingTests : AdversarialContract
{
    protected override AdversarialObjective Objective => new NonSaturating();

    protected override (double Discriminator, double Generator) Oracle => (1.276177788494, 1.138088894247);

    [Theory]
    [InlineData(0)]
    [InlineData(1.1)]
    [InlineData(double.NaN)]
    public void Target_outside_0_to_1_is_an_error(double target) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new NonSaturating(target));
}

public class SmoothedNonSaturatingTests : AdversarialContract
{
    protected override AdversarialObjective Objective => new NonSaturating(RealTarget: 0.9);

    protected override (double Discriminator, double Generator) Oracle => (1.326177788494, 1.138088894247);
}
