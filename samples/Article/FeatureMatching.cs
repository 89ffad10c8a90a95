using Criterion;
using Criterion.Losses;
using Criterion.Nn;

namespace Article;

/// <summary>L1 distance of what every layer but the last of each discriminator gives.</summary>
public static class FeatureMatching
{
    public static void Run()
    {
        Sequential[] discriminators = [Discriminator(), Discriminator()];
        Tensor real = Tensor.Rand([4, 3, 16, 16]);
        Tensor fake = Tensor.Rand([4, 3, 16, 16]);
        Tensor[][] realPred = [.. discriminators.Select(disc => Layers(disc, real))]; // [discriminator][layer]
        Tensor[][] fakePred = [.. discriminators.Select(disc => Layers(disc, fake))];
        Tensor loss = new FeatureMatchingLoss().Forward(fakePred, realPred);
        Console.WriteLine($"feature matching {loss.Item():0.0000}");
    }

    /// <summary>What each layer gives.</summary>
    static Tensor[] Layers(Sequential layers, Tensor x) => [.. layers.Select(layer => x = layer.Forward(x))];

    static Sequential Discriminator() => new(
        new Sequential(new Conv2d(3, 8, 4, stride: 2, padding: 1), new LeakyReLU(0.2)),
        new Sequential(new Conv2d(8, 16, 4, stride: 2, padding: 1), new LeakyReLU(0.2)),
        new Conv2d(16, 1, 4));
}
