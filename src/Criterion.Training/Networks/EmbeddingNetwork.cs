using Criterion.Nn;

namespace Criterion.Training;

/// <summary>
/// An encoder of images: three convolutions with stride 2 and batch norm, whose 2×2 features, scaled to length 1, are the embedding. In
/// training mode a linear head follows. The loss then shapes the output of the head, and the features before it keep more of what separates
/// unseen classes.
/// </summary>
/// <remarks>
/// Source of the head: Chen et al., A simple framework for contrastive learning of visual representations, 2020, section 4.2.
/// </remarks>
public sealed record EmbeddingNetwork
{
    const int Steps = 3;
    const int Pooled = 2;

    /// <summary>Initializes the network.</summary>
    /// <param name="channels">The channels of the images: 1 for grey, 3 for colour. Default: 1.</param>
    /// <param name="width">
    /// The channels of the first layer; each further one has twice as many, the embedding 16 times. Default: 16.
    /// </param>
    /// <param name="head">The size of the output of the head. Default: 64.</param>
    public EmbeddingNetwork(int channels = 1, int width = 16, int head = 64) => (Channels, Width, Head) = (channels, width, head);

    /// <summary><inheritdoc cref="EmbeddingNetwork(int, int, int)" path="/param[@name='channels']/node()"/></summary>
    public int Channels { get; init; }

    /// <summary><inheritdoc cref="EmbeddingNetwork(int, int, int)" path="/param[@name='width']/node()"/></summary>
    public int Width { get; init; }

    /// <summary><inheritdoc cref="EmbeddingNetwork(int, int, int)" path="/param[@name='head']/node()"/></summary>
    public int Head { get; init; }

    /// <summary>Gets the size D of the embedding.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public int Embedding => Pooled * Pooled * (Width << (Steps - 1));

    /// <summary>Builds the network: <c>[N, C, H, W]</c> to <c>[N, D]</c>.</summary>
    /// <param name="random">The stream of the initial weights.</param>
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

        TrainingHead head = new(new Linear(Embedding, Head, random: random));
        return [.. layers, new AdaptiveAvgPool2d(Pooled), new Flatten(), head, new UnitLength()];
    }

    /// <summary>
    /// Returns the network of given weights, or null for others. The sizes come from the shapes, so a file cannot ask for more memory than
    /// it has.
    /// </summary>
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

    /// <summary>A layer that is active in training mode only.</summary>
    sealed class TrainingHead : Module
    {
        readonly Module _head;

        public TrainingHead(Module head) => _head = Child("head", head);

        public override Tensor Forward(Tensor input) => IsTraining ? _head.Forward(input) : input;

        protected override OnnxValue ToOnnx(OnnxGraph graph, OnnxValue input) => input;
    }
}
