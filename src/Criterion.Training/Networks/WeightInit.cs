using Criterion.Nn;

namespace Criterion.Training;

/// <summary>How the networks of GANs begin.</summary>
internal static class WeightInit
{
    /// <summary>The deviation of their weights.</summary>
    public const double Deviation = 0.02;

    /// <summary>Gives a layer normal weights of deviation 0.02 and a bias of 0.</summary>
    /// <returns>The same layer.</returns>
    public static T Normal<T>(T layer, RandomStream random)
        where T : WeightedModule
    {
        Init.Normal(layer.Weight, 0, Deviation, random);
        return WithoutBias(layer);
    }

    /// <summary>Gives a layer that a rectifier follows, and no norm, weights that keep the deviation of what passes through, and a bias of 0.</summary>
    /// <returns>The same layer.</returns>
    public static T Kaiming<T>(T layer, RandomStream random)
        where T : WeightedModule
    {
        Init.KaimingNormal(layer.Weight, random: random);
        return WithoutBias(layer);
    }

    static T WithoutBias<T>(T layer)
        where T : WeightedModule
    {
        if (layer.Bias is { } bias)
        {
            Init.Constant(bias, 0);
        }

        return layer;
    }
}
