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
        if (layer.Bias is { } bias)
        {
            Init.Constant(bias, 0);
        }

        return layer;
    }
}
