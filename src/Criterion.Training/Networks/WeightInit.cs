using Criterion.Nn;

namespace Criterion.Training;

/// <summary>Initialises the weights of the networks of GANs.</summary>
internal static class WeightInit
{
    /// <summary>The standard deviation of the weights.</summary>
    public const double Deviation = 0.02;

    /// <summary>Sets the weights of a layer to normal numbers of deviation 0.02 and its bias to 0.</summary>
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
