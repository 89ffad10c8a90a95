using Criterion.Nn;

namespace Criterion.Training;

/// <summary>The layers of VGG, whose configurations differ in the number of convolutions of each block alone.</summary>
internal static class VggLayers
{
    const int Kernel = 3;
    const int PoolKernel = 2;

    static readonly int[] Widths = [64, 128, 256, 512, 512];

    /// <summary>The layers of Johnson, Alahi, Fei-Fei, 2016, which every configuration has.</summary>
    public static readonly IReadOnlyList<string> Perceptual = ["relu1_2", "relu2_2", "relu3_3", "relu4_3"];

    /// <summary>Creates the layers of a configuration: in each block 3×3 convolutions, each followed by a ReLU, and a pooling.</summary>
    /// <param name="convolutions">The number of convolutions of each block.</param>
    /// <param name="random">The stream of the initial weights.</param>
    /// <param name="dtype">The type of the weights.</param>
    public static IReadOnlyList<(string Name, Module Module)> Create(int[] convolutions, RandomStream? random, DType dtype)
    {
        List<(string, Module)> layers = [];
        int from = 3;
        for (int block = 1; block <= Widths.Length; block++)
        {
            for (int i = 1; i <= convolutions[block - 1]; i++)
            {
                int to = Widths[block - 1];
                layers.Add(($"conv{block}_{i}", new Conv2d(from, to, Kernel, padding: 1, random: random, dtype: dtype)));
                layers.Add(($"relu{block}_{i}", new ReLU()));
                from = to;
            }

            layers.Add(($"pool{block}", new MaxPool2d(PoolKernel)));
        }

        return layers;
    }
}
