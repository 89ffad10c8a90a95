using Criterion;
using Criterion.Losses;
using Criterion.Nn;
using Criterion.TorchSharp;
using TorchSharp;
using static TorchSharp.torch;

namespace TorchSharpLosses;

/// <summary>The loss of a generator with several terms: pixels, features of a network of Criterion, and a balanced critic.</summary>
public static class SuperResolution
{
    /// <returns>The weight of the adversarial term.</returns>
    public static double Balanced()
    {
        using var generator = nn.Conv2d(3, 3, 3, padding: 1);
        using var discriminator = nn.Sequential(nn.Flatten(), nn.Linear(3 * 16 * 16, 1));
        torch.Tensor real = rand(2, 3, 16, 16);
        torch.Tensor fake = generator.call(real + 0.1 * randn(2, 3, 16, 16));
        Sequential features = [new Conv2d(3, 8, 3), new ReLU()];
        var gan = new NonSaturatingGanLoss();

        torch.Tensor perceptual = TorchFunction.Apply(
            (x, y) => new PerceptualLoss().Forward(features.Forward(x), features.Forward(y)), fake, real);
        var (total, terms) = new GradientBalance(ratio: 0.1).Combine(
            LossReport.From(("pixels", new L1Loss().Forward(fake, real), 1), ("features", perceptual, 0.1)),
            gan.Generator(discriminator.call(fake)),
            [fake]);
        total.backward();
        return terms[^1].Weight;
    }
}
