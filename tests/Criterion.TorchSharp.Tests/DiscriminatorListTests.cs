using Criterion.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace Criterion.TorchSharp.Tests;

/// <summary>GAN losses of several discriminators are the mean of those of each.</summary>
public class DiscriminatorListTests
{
    static torch.Tensor[] Scores(int seed) =>
        [tensor([0.3 + seed, -1.2, 0.7]).requires_grad_(), tensor([2.0, -0.4 * seed]).requires_grad_()];

    [TorchFact]
    public void Losses_are_means_and_have_gradients()
    {
        (torch.Tensor[] real, torch.Tensor[] fake) = (Scores(1), Scores(2));
        HingeGanLoss hinge = new();
        torch.Tensor loss = hinge.Discriminator(real, fake);
        double expected = (hinge.Discriminator(real[0], fake[0]).ToDouble() + hinge.Discriminator(real[1], fake[1]).ToDouble()) / 2;
        Assert.Equal(expected, loss.ToDouble(), 1e-12);
        loss.backward();
        Assert.All(real.Concat(fake), static x => Assert.NotNull(x.grad));

        RelativisticPairedHingeGanLoss paired = new();
        expected = (paired.Generator(fake[0], real[0]).ToDouble() + paired.Generator(fake[1], real[1]).ToDouble()) / 2;
        Assert.Equal(expected, paired.Generator(fake, real).ToDouble(), 1e-12);
        Assert.Equal(hinge.Generator(fake, null).ToDouble(), hinge.Generator(fake).ToDouble(), 1e-12);
    }

    [TorchFact]
    public void Lists_of_other_lengths_are_refused() =>
        Assert.ThrowsAny<CriterionException>(static () => new HingeGanLoss().Discriminator(Scores(1), [Scores(2)[0]]));
}
