using Criterion.Losses;
using Criterion.TorchSharp;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TorchSharpLosses;

/// <summary>CycleGAN between two sets of points, of which one is the other moved and turned.</summary>
public static class CycleGan
{
    /// <returns>The mean distance between a point and what both translations make of it.</returns>
    public static double Train(int steps)
    {
        using Sequential toB = Networks.Mlp(2, 2), toA = Networks.Mlp(2, 2);
        using Sequential discriminatorA = Networks.Mlp(2, 1), discriminatorB = Networks.Mlp(2, 1);
        var generators = optim.Adam([.. toB.parameters(), .. toA.parameters()], 1e-3, 0.5);
        var discriminators = optim.Adam([.. discriminatorA.parameters(), .. discriminatorB.parameters()], 1e-3, 0.5);
        var gan = new LeastSquaresGanLoss();
        var cycle = new CycleConsistencyLoss();
        var identity = new IdentityLoss();

        for (int step = 0; step < steps; step++)
        {
            using var scope = NewDisposeScope();
            Tensor realA = Networks.Points(64);
            Tensor realB = Networks.Points(64).flip(1) + 1;
            Tensor fakeB = toB.call(realA);
            Tensor fakeA = toA.call(realB);

            generators.zero_grad();
            Tensor loss = gan.Generator(discriminatorB.call(fakeB)) + gan.Generator(discriminatorA.call(fakeA))
                + cycle.Forward(toA.call(fakeB), realA, toB.call(fakeA), realB)
                + identity.Forward(toA.call(realA), realA, toB.call(realB), realB);
            loss.backward();
            generators.step();

            discriminators.zero_grad();
            Tensor judged = gan.Discriminator(discriminatorA.call(realA), discriminatorA.call(fakeA.detach()))
                + gan.Discriminator(discriminatorB.call(realB), discriminatorB.call(fakeB.detach()));
            judged.backward();
            discriminators.step();
        }

        using var last = NewDisposeScope();
        Tensor points = Networks.Points(256);
        return (toA.call(toB.call(points)) - points).square().sum(1).sqrt().mean().ToDouble();
    }
}
