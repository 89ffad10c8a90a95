using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TorchSharpLosses;

/// <summary>The networks and the data of the examples.</summary>
internal static class Networks
{
    public static Sequential Mlp(long inputs, long outputs) =>
        nn.Sequential(nn.Linear(inputs, 32), nn.LeakyReLU(0.2), nn.Linear(32, 32), nn.LeakyReLU(0.2), nn.Linear(32, outputs));

    /// <summary>Draws real points around (1, −1).</summary>
    public static Tensor Points(long count) => randn(count, 2) * 0.3 + tensor([1f, -1f]);

    public static double DistanceOfMeans(Sequential generator)
    {
        using var scope = NewDisposeScope();
        return (generator.call(randn(1000, 4)).mean([0]) - tensor([1f, -1f])).norm().ToDouble();
    }
}
