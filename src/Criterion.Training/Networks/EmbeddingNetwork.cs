using Criterion.Nn;

namespace Criterion.Training;

/// <summary>An encoder of images: three steps down with batch norm, and a linear layer to an embedding of length 1.</summary>
/// <param name="Channels">1 for grey, 3 for colour.</param>
/// <param name="Width">Channels of the first layer; each further one has twice as many.</param>
/// <param name="Embedding">The size D of the embedding.</param>
public sealed record EmbeddingNetwork(int Channels = 1, int Width = 16, int Embedding = 64)
{
    const int Steps = 3;

    /// <summary>The network: [N, C, H, W] to [N, D].</summary>
    /// <param name="random">Where the weights come from.</param>
    public Sequential Build(RandomStream random)
    {
        List<Module> layers = [];
        int from = Channels;
        for (int i = 0; i < Steps; i++)
        {
            int to = Width << i;
            layers.AddRange([new Conv2d(from, to, 4, stride: 2, padding: 1, bias: false, random: random), new BatchNorm2d(to), new ReLU()]);
            from = to;
        }

        return [.. layers, new AdaptiveAvgPool2d(2), new Flatten(), new Linear(4 * from, Embedding, random: random), new UnitLength()];
    }

    /// <summary>Rows of length 1; a row of zeros stays one.</summary>
    sealed class UnitLength : Module
    {
        const double Least = 1e-12;

        public override Tensor Forward(Tensor input) => input / ((input * input).Sum(1, keepDim: true) + Least).Sqrt();
    }
}
