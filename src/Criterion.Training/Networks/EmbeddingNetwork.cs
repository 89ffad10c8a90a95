using Criterion.Nn;

namespace Criterion.Training;

/// <summary>
/// An encoder of images: three steps down with batch norm, whose 2×2 features are the embedding, of length 1. While it trains, a linear
/// head follows: the loss then shapes the head's output, and the features before it keep more of what tells unseen classes apart.
/// </summary>
/// <remarks>Source of the head: Chen et al., A simple framework for contrastive learning of visual representations, 2020, section 4.2.</remarks>
/// <param name="Channels">1 for grey, 3 for colour.</param>
/// <param name="Width">Channels of the first layer; each further one has twice as many, and the embedding 16 times.</param>
/// <param name="Head">The size of the head's output.</param>
public sealed record EmbeddingNetwork(int Channels = 1, int Width = 16, int Head = 64)
{
    const int Steps = 3;
    const int Pooled = 2;

    /// <summary>The size D of the embedding.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public int Embedding => Pooled * Pooled * (Width << (Steps - 1));

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

        return [.. layers, new AdaptiveAvgPool2d(Pooled), new Flatten(), new TrainingHead(new Linear(Embedding, Head, random: random)), new UnitLength()];
    }

    /// <summary>The network that these weights are of, from their shapes, so that a file can't ask for more memory than it has; null for others.</summary>
    internal static EmbeddingNetwork? Of(IReadOnlyDictionary<string, Tensor> tensors)
    {
        Shape[] kernels = [.. tensors.Values.Where(static tensor => tensor.Rank == 4).Select(static tensor => tensor.Shape)];
        Shape head = tensors.Values.LastOrDefault(static tensor => tensor.Rank == 2)?.Shape ?? [];
        if (kernels.Length != Steps || head.Rank != 2 || head[0] == 0 || kernels.Any(static shape => shape.Count == 0))
        {
            return null;
        }

        EmbeddingNetwork network = new(kernels[0][1], kernels[0][0], head[0]);
        int[] chain = [network.Channels, .. Enumerable.Range(0, Steps).Select(i => network.Width << i)];
        bool fits = Enumerable.Range(0, Steps).All(i => kernels[i].Dims.SequenceEqual([chain[i + 1], chain[i], 4, 4]));
        return fits && head[1] == network.Embedding ? network : null;
    }

    /// <summary>A layer that is there only while it trains.</summary>
    sealed class TrainingHead : Module
    {
        readonly Module _head;

        public TrainingHead(Module head) => _head = Child("head", head);

        public override Tensor Forward(Tensor input) => IsTraining ? _head.Forward(input) : input;
    }
}
