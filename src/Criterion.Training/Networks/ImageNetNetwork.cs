using Criterion.Nn;

namespace Criterion.Training;

/// <summary>
/// The convolutional part of a network of torchvision that was trained on ImageNet, whose hidden layers serve as features of images:
/// <see cref="Vgg16"/>, <see cref="Vgg19"/> or <see cref="AlexNet"/>. Names of parameters and their layout are those of torchvision
/// (<c>features.0.weight</c> …).
/// </summary>
/// <remarks>
/// A convolution and its ReLU are separate layers: <c>conv5_4</c> is before the ReLU, <c>relu5_4</c> after it. Input must be normalised:
/// see <see cref="Normalize"/>, or use <see cref="FeatureExtractor"/>. The network is frozen and in evaluation mode. The weights are not
/// part of Criterion and are not downloaded; <c>Load</c> names the file.
/// </remarks>
public abstract class ImageNetNetwork : Module
{
    const int Colours = 3;
    const string Classifier = "classifier.";

    // Of red, green and blue over the images of ImageNet, in [0, 1].
    static readonly double[] Mean = [0.485, 0.456, 0.406];
    static readonly double[] Deviation = [0.229, 0.224, 0.225];

    readonly Sequential _features;
    readonly string[] _layers;

    private protected ImageNetNetwork(IReadOnlyList<(string Name, Module Module)> layers)
    {
        _layers = [.. layers.Select(static layer => layer.Name)];
        _features = Child("features", new Sequential([.. layers.Select(static layer => layer.Module)]));
        this.Freeze();
        this.Eval();
    }

    /// <summary>Gets the names of all layers, from the image inwards; their positions are those of torchvision.</summary>
    public IReadOnlyList<string> Layers => _layers;

    /// <summary>Gets the layers of a perceptual loss where none are named.</summary>
    internal abstract IReadOnlyList<string> PerceptualLayers { get; }

    string Name => GetType().Name;

    /// <summary>
    /// Normalises images as for the training of the network: from their range to [0, 1], minus the mean of ImageNet, divided by its
    /// deviation, per channel.
    /// </summary>
    /// <param name="images">The colour images, <c>[N, 3, H, W]</c>.</param>
    /// <param name="range">The values of black and white.</param>
    /// <exception cref="ShapeException">The images do not have three channels.</exception>
    public static Tensor Normalize(Tensor images, ImageRange range)
    {
        CheckColour(nameof(Normalize), images);
        DType dtype = images.DType.IsFloat() ? images.DType : DType.Float32;
        Tensor mean = Tensor.From(Mean, [Colours, 1, 1]).To(dtype);
        Tensor deviation = Tensor.From(Deviation, [Colours, 1, 1]).To(dtype);
        return (((images.To(dtype) - range.Black()) / range.Extent()) - mean) / deviation;
    }

    /// <summary>Computes the last layer of normalised images.</summary>
    /// <inheritdoc cref="Features(Tensor, ReadOnlySpan{string})" path="/exception"/>
    public override Tensor Forward(Tensor input) => Features(input, _layers[^1])[0];

    /// <inheritdoc/>
    protected override OnnxValue ToOnnx(OnnxGraph graph, OnnxValue input)
    {
        ArgumentNullException.ThrowIfNull(graph);
        return graph.Add(_features, input);
    }

    /// <summary>
    /// Computes the outputs of layers for normalised images, in the given order. Layers after the last one are not computed.
    /// </summary>
    /// <param name="images">The normalised colour images, <c>[N, 3, H, W]</c>.</param>
    /// <param name="layers">The names of layers, such as <c>relu2_2</c>.</param>
    /// <exception cref="ArgumentException">A layer is not one of <see cref="Layers"/>, or none is given.</exception>
    /// <exception cref="ShapeException">The images do not have three channels, or are too small for the layers.</exception>
    public IReadOnlyList<Tensor> Features(Tensor images, params ReadOnlySpan<string> layers) => Features(images, layers, pool: null);

    /// <inheritdoc cref="Features(Tensor, ReadOnlySpan{string})"/>
    /// <param name="images">The normalised colour images, <c>[N, 3, H, W]</c>.</param>
    /// <param name="layers">The names of layers.</param>
    /// <param name="pool">The pooling in place of the maximum; null for the network's own.</param>
    internal IReadOnlyList<Tensor> Features(Tensor images, ReadOnlySpan<string> layers, Func<Tensor, Tensor>? pool)
    {
        CheckColour(Name, images);
        int[] wanted = Positions(layers);
        CheckSize(images, wanted.Max());
        Tensor at = images.To(((Conv2d)_features[0]).Weight.DType);
        Dictionary<int, Tensor> found = [];
        for (int i = 0; i <= wanted.Max(); i++)
        {
            at = pool is not null && _features[i] is MaxPool2d ? pool(at) : _features[i].Forward(at);
            if (wanted.Contains(i))
            {
                found.Add(i, at);
            }
        }

        return [.. wanted.Select(i => found[i])];
    }

    /// <summary>Loads the features of a file into a network.</summary>
    private protected static T Load<T>(T network, PretrainedFile file, string path, bool ignoreClassifier)
        where T : ImageNetNetwork => file.Load(network, path, Classifier, ignoreClassifier);

    /// <summary>Returns the number of channels of a layer.</summary>
    internal int Channels(string layer) =>
        _features.Take(Positions([layer])[0] + 1).OfType<Conv2d>().Last().OutChannels;

    /// <summary>Returns the positions of layers.</summary>
    internal int[] Positions(ReadOnlySpan<string> layers)
    {
        int[] positions = new int[layers.Length];
        for (int i = 0; i < positions.Length; i++)
        {
            positions[i] = Array.IndexOf(_layers, layers[i]);
            if (positions[i] < 0)
            {
                throw new ArgumentException(
                    $"{Name}: there is no layer '{layers[i]}'. Choose one of: {string.Join(", ", _layers)}.", nameof(layers));
            }
        }

        return positions.Length > 0
            ? positions
            : throw new ArgumentException(
                $"{Name}: no layer is given. Give at least one, such as {PerceptualLayers[1]}.", nameof(layers));
    }

    static void CheckColour(string name, Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (images.Rank != 4 || images.Size(1) != Colours)
        {
            throw new ShapeException(
                $"{name}: images must be [N, 3, H, W], but are {images.Shape}. Repeat grey ones with images.Expand(-1, 3, -1, -1).");
        }
    }

    void CheckSize(Tensor images, int last)
    {
        int least = LeastSide(last);
        if (images.Size(2) < least || images.Size(3) < least)
        {
            throw new ShapeException(
                $"{Name}: for {_layers[last]} images must be at least {least}×{least}, but are {images.Shape}. "
                    + "Resize them, or use an earlier layer.");
        }
    }

    /// <summary>Returns the smallest side of an image for which a layer has a pixel.</summary>
    int LeastSide(int last)
    {
        int side = 1;
        for (int i = last; i >= 0; i--)
        {
            side = _features[i] switch
            {
                Conv2d of => Math.Max(1, Before(side, of.Kernel, of.Stride, of.Padding)),
                MaxPool2d of => Before(side, of.Kernel, of.Stride, of.Padding),
                _ => side,
            };
        }

        return side;
    }

    static int Before(int side, Size2 kernel, Size2 stride, Size2 padding) =>
        ((side - 1) * stride.Height) + kernel.Height - (2 * padding.Height);
}
