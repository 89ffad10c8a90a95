using Criterion.Losses;
using Criterion.TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TorchSharpLosses;

/// <summary>A GAN on points of a plane, with any GAN loss.</summary>
public static class Gan
{
    /// <returns>The distance between the mean of generated points and that of real ones.</returns>
    public static double Train(int steps)
    {
        using Sequential generator = Networks.Mlp(4, 2);
        using Sequential discriminator = Networks.Mlp(2, 1);
        var generatorOptimizer = optim.Adam(generator.parameters(), 1e-3, 0.5);
        var discriminatorOptimizer = optim.Adam(discriminator.parameters(), 1e-3, 0.5);
        GanLoss gan = new NonSaturatingGanLoss();

        for (int step = 0; step < steps; step++)
        {
            using var scope = NewDisposeScope();
            Tensor real = Networks.Points(64);
            Tensor fake = generator.call(randn(64, 4));

            discriminatorOptimizer.zero_grad();
            gan.Discriminator(discriminator.call(real), discriminator.call(fake.detach())).backward();
            discriminatorOptimizer.step();

            generatorOptimizer.zero_grad();
            gan.Generator(discriminator.call(fake)).backward();
            generatorOptimizer.step();
        }

        return Networks.DistanceOfMeans(generator);
    }
}
