using Criterion.Losses;

namespace Criterion.Tests.Losses.Adversarial;

public class WassersteinTests : AdversarialContract
{
    protected override AdversarialObjective Objective => new Wasserstein();

    protected override (double Discriminator, double Generator) Oracle => (-1, 0.5);
}
