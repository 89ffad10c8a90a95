using Criterion;
using Criterion.Losses;
using Criterion.Nn;

namespace Article;

/// <summary>L1 distance of what every layer but the last of each discriminator gives.</summary>
public static class FeatureMatchingLoss
{
    public static void Run()
    {
        Sequential[] discriminators = [Discriminator(), Discriminator()];
        Tensor real = Tensor.Rand([4, 3, 16, 16]);
        Tensor fake = Tensor.Rand([4, 3, 16, 16]);
        Tensor[][] realPred = [.. discriminators.Select(disc => Outputs(disc, real.Detach()))];
        Tensor[][] fakePred = [.. discriminators.Select(disc => Outputs(disc, fake))];
        Console.WriteLine($"feature matching {FeatureMatching(realPred, fakePred).Item():0.0000}");
    }

    static Tensor FeatureMatching(Tensor[][] realPred, Tensor[][] fakePred)
    {
        var l1Loss = new L1Loss();
        List<Tensor> losses = [];
        for (int i = 0; i < fakePred.Length; i++)
        {
            for (int j = 0; j < fakePred[i].Length - 1; j++)
            {
                losses.Add(l1Loss.Forward(fakePred[i][j], realPred[i][j]));
            }
        }

        return Tensor.Stack([.. losses]).Mean();
    }

    /// <summary>What each layer gives.</summary>
    static Tensor[] Outputs(Sequential layers, Tensor x)
    {
        List<Tensor> outputs = [];
        foreach (Module layer in layers)
        {
            x = layer.Forward(x);
            outputs.Add(x);
        }

        return [.. outputs];
    }

    static Sequential Discriminator() => new(
        new Sequential(new Conv2d(3, 8, 4, stride: 2, padding: 1), new LeakyReLU(0.2)),
        new Sequential(new Conv2d(8, 16, 4, stride: 2, padding: 1), new LeakyReLU(0.2)),
        new Conv2d(16, 1, 4));
}
