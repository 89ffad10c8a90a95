using Criterion.Losses;
using Criterion.TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TorchSharpLosses;

/// <summary>WGAN-GP on points of a plane.</summary>
public static class WganGp
{
    /// <returns>The distance between the mean of generated points and that of real ones.</returns>
    public static double Train(int steps)
    {
        using Sequential generator = Networks.Mlp(4, 2);
        using Sequential critic = Networks.Mlp(2, 1);
        var generatorOptimizer = optim.Adam(generator.parameters(), 1e-3, 0, 0.9);
        var criticOptimizer = optim.Adam(critic.parameters(), 1e-3, 0, 0.9);
        var gan = new WassersteinGanLoss();
        var penalty = new GradientPenalty(10);

        for (int step = 0; step < steps; step++)
        {
            for (int i = 0; i < 5; i++)
            {
                using var scope = NewDisposeScope();
                Tensor real = Networks.Points(64);
                Tensor fake = generator.call(randn(64, 4)).detach();
                criticOptimizer.zero_grad();
                Tensor loss = gan.Discriminator(critic.call(real), critic.call(fake)) + penalty.Forward(critic, real, fake);
                loss.backward();
                criticOptimizer.step();
            }

            using var generatorScope = NewDisposeScope();
            generatorOptimizer.zero_grad();
            gan.Generator(critic.call(generator.call(randn(64, 4)))).backward();
            generatorOptimizer.step();
        }

        return Networks.DistanceOfMeans(generator);
    }
}
