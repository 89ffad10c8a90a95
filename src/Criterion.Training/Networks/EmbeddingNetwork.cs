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

    /// <summary>The network that these weights are of, from their shapes, so that a file can't ask for more memory than it has; null for others.</summary>
    internal static EmbeddingNetwork? Of(IReadOnlyDictionary<string, Tensor> tensors)
    {
        Shape[] kernels = [.. tensors.Values.Where(static tensor => tensor.Rank == 4).Select(static tensor => tensor.Shape)];
        Shape last = tensors.Values.LastOrDefault(static tensor => tensor.Rank == 2)?.Shape ?? [];
        if (kernels.Length != Steps || last.Rank != 2 || kernels.Any(static shape => shape.Count == 0))
        {
            return null;
        }

        EmbeddingNetwork network = new(kernels[0][1], kernels[0][0], last[0]);
        int[] chain = [network.Channels, .. Enumerable.Range(0, Steps).Select(i => network.Width << i)];
        bool fits = Enumerable.Range(0, Steps).All(i => kernels[i].Dims.SequenceEqual([chain[i + 1], chain[i], 4, 4]));
        return fits && last[0] > 0 && last[1] == 4 * chain[^1] ? network : null;
    }

    /// <summary>Rows of length 1; a row of zeros stays one.</summary>
    sealed class UnitLength : Module
    {
        const double Least = 1e-12;

        public override Tensor Forward(Tensor input) => input / ((input * input).Sum(1, keepDim: true) + Least).Sqrt();
    }
}
