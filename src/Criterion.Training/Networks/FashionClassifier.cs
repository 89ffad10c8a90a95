using Criterion.Formats;
using Criterion.Nn;

namespace Criterion.Training;

/// <summary>
/// A small classifier of the ten garments of Fashion-MNIST, whose embedding is Criterion's default measure of images of 28 to 32 pixels.
/// </summary>
/// <remarks>
/// Four blocks of 3×3 convolution, batch norm and ReLU with 16, 32, 64 and 96 channels, of which all but the last halve the image. The mean
/// over the image, 96 numbers, is the <see cref="Embed">embedding</see>. Images are <c>[N, 1 or 3, H, W]</c>, values in [−1, 1]: colour is
/// converted to grey, 28×28 is padded with black to 32×32, any other size is resized to it. Everything is differentiable with respect to
/// the image.
/// </remarks>
public sealed class FashionClassifier : Module
{
    /// <summary>The name of the embedding, which is printed next to every number that was measured with it.</summary>
    public const string FeatureName = "fashion-classifier-1";

    /// <summary>The size of the embedding.</summary>
    public const int EmbeddingSize = 96;

    /// <summary>The number of classes.</summary>
    public const int Classes = 10;

    const string Resource = "fashion-classifier.safetensors";
    const int Side = 32;
    const int ItemsHeldOut = 2000;
    const ulong SplitSeed = 2017;
    const int Odd = 28;
    const int Border = (Side - Odd) / 2;

    // Of red, green and blue: ITU-R BT.601.
    static readonly double[] GreyWeights = [0.299, 0.587, 0.114];

    readonly Sequential[] _blocks;
    readonly Linear _head;

    /// <summary>Creates a network with random weights.</summary>
    /// <param name="random">The stream of the initial weights.</param>
    public FashionClassifier(RandomStream random)
    {
        _blocks = [Block(0, 1, 16, random), Block(1, 16, 32, random), Block(2, 32, 64, random), Block(3, 64, EmbeddingSize, random)];
        _head = Child("head", new Linear(EmbeddingSize, Classes, random: random));
    }

    /// <summary>Gets the names of the layers of <see cref="FeatureMaps"/>, from the image inwards.</summary>
    public static IReadOnlyList<string> Layers { get; } = ["relu1", "relu2", "relu3", "relu4"];

    /// <summary>Loads the network that Criterion trained (<c>tools/FashionClassifier</c>), frozen and in evaluation mode.</summary>
    public static FashionClassifier Pretrained()
    {
        using Stream stream = typeof(FashionClassifier).Assembly.GetManifestResourceStream(Resource)!;
        FashionClassifier network = new(new RandomStream(0));
        network.LoadStateDict(Safetensors.Read(stream).Tensors);
        network.Freeze().Eval();
        return network;
    }

    /// <summary>
    /// Returns the indices of the embedded images that the pretrained network was trained on, Int64 <c>[8000]</c>, and of those it was not,
    /// Int64 <c>[2000]</c>.
    /// </summary>
    public static (Tensor Learned, Tensor HeldOut) Split()
    {
        const int All = 10_000;
        Tensor order = Tensor.Permutation(All, new RandomStream(SplitSeed));
        return (order.Narrow(0, 0, All - ItemsHeldOut), order.Narrow(0, All - ItemsHeldOut, ItemsHeldOut));
    }

    /// <summary>Computes the logits of the ten classes, <c>[N, 10]</c>.</summary>
    public override Tensor Forward(Tensor input) => Classify(Embed(input));

    /// <inheritdoc/>
    protected override OnnxValue ToOnnx(OnnxGraph graph, OnnxValue input)
    {
        ArgumentNullException.ThrowIfNull(graph);
        OnnxValue x = Prepare(graph, input);
        foreach (Sequential block in _blocks)
        {
            x = graph.Add(block, block == _blocks[0] ? x : graph.Add(new MaxPool2d(2), x));
        }

        OnnxValue mean = graph.Node("ReduceMean", [x], ("axes", (long[])[2, 3]), ("keepdims", 0));
        return graph.Add(_head, mean with { Shape = [.. x.Shape.Dims[..2]] });
    }

    /// <summary>Computes the embedding of images, <c>[N, 96]</c>.</summary>
    /// <exception cref="ShapeException">The tensor is not a batch of images.</exception>
    public Tensor Embed(Tensor images) => Activations(images)[^1].Mean([2, 3]);

    /// <summary>Computes the logits of embeddings, <c>[N, 96]</c> to <c>[N, 10]</c>.</summary>
    public Tensor Classify(Tensor embeddings) => _head.Forward(embeddings);

    /// <summary>Computes the outputs of named layers, for a perceptual loss; see <see cref="Layers"/>.</summary>
    /// <param name="images">The images.</param>
    /// <param name="layers">The names of layers. Default: all.</param>
    /// <returns>One tensor <c>[N, channels, height, width]</c> for each name, in their order.</returns>
    /// <exception cref="ArgumentException">There is no layer of a name.</exception>
    /// <exception cref="ShapeException">The tensor is not a batch of images.</exception>
    public IReadOnlyList<Tensor> FeatureMaps(Tensor images, params IReadOnlyList<string> layers)
    {
        ArgumentNullException.ThrowIfNull(layers);
        int[] wanted = layers.Count == 0 ? [0, 1, 2, 3] : [.. layers.Select(Position)];
        List<Tensor> all = Activations(images, wanted.Max() + 1);
        return [.. wanted.Select(i => all[i])];
    }

    List<Tensor> Activations(Tensor images, int depth = 4)
    {
        List<Tensor> all = [];
        Tensor x = Prepare(images);
        for (int i = 0; i < depth; i++)
        {
            x = _blocks[i].Forward(i == 0 ? x : x.MaxPool2d(2));
            all.Add(x);
        }

        return all;
    }

    static Tensor Prepare(Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (images.Rank != 4 || images.Shape[1] is not (1 or 3) || images.Count == 0)
        {
            throw new ShapeException(
                $"FashionClassifier: images must be [N, 1 or 3, H, W] with at least one image, but are {images.Shape}. Reshape them.");
        }

        Tensor grey = images.Shape[1] == 1 ? images : Grey(images);
        return (images.Shape[2], images.Shape[3]) switch
        {
            (Side, Side) => grey,
            (Odd, Odd) => grey.Pad([Border, Border, Border, Border], -1),
            (int height, int width) => Resizing(height, width)(grey, Side),
        };
    }

    // A mean over areas, since single pixels would alias.
    static Func<Tensor, Size2, Tensor> Resizing(int height, int width) => height >= Side && width >= Side
        ? static (images, size) => images.AdaptiveAvgPool2d(size)
        : static (images, size) => images.UpsampleBilinear2d(size, antialias: true);

    static OnnxValue Prepare(OnnxGraph graph, OnnxValue images)
    {
        Tensor weights = Tensor.From(GreyWeights, [1, GreyWeights.Length, 1, 1]).To(DType.Float32);
        OnnxValue grey = images.Shape[1] == 1
            ? images
            : graph.Node("Conv", [images, graph.Weight(weights, "grey")]) with { Shape = [images.Shape[0], 1, .. images.Shape.Dims[2..]] };
        return (images.Shape[2], images.Shape[3]) switch
        {
            (Side, Side) => grey,
            (Odd, Odd) => Bordered(graph, grey),
            (int height, int width) => graph.Resize(grey, Side, Resizing(height, width)),
        };
    }

    static OnnxValue Bordered(OnnxGraph graph, OnnxValue grey)
    {
        OnnxValue borders = graph.Integers(0, 0, Border, Border, 0, 0, Border, Border);
        return graph.Node("Pad", [grey, borders, graph.Constant(-1)]) with { Shape = [grey.Shape[0], 1, Side, Side] };
    }

    static Tensor Grey(Tensor images) => (images.Narrow(1, 0, 1) * GreyWeights[0]) + (images.Narrow(1, 1, 1) * GreyWeights[1])
        + (images.Narrow(1, 2, 1) * GreyWeights[2]);

    static int Position(string layer)
    {
        int position = Layers.ToList().IndexOf(layer);
        return position >= 0
            ? position
            : throw new ArgumentException(
                $"FashionClassifier: there is no layer '{layer}'. Choose one of: {string.Join(", ", Layers)}.", nameof(layer));
    }

    Sequential Block(int index, int from, int to, RandomStream random) => Child(
        $"block{index + 1}",
        new Sequential(new Conv2d(from, to, 3, padding: 1, bias: false, random: random), new BatchNorm2d(to), new ReLU()));
}
