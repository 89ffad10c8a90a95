using System.Runtime.InteropServices;
using Criterion.Formats;
using Criterion.Nn;

namespace Criterion.Training;

/// <summary>
/// The convolutional part of VGG16, whose hidden layers serve as features of images: thirteen convolutions in five blocks, each followed by
/// a ReLU, each block by a max-pooling. Names of parameters and layout are those of torchvision (<c>features.0.weight</c> …). Source:
/// Simonyan, Zisserman, Very deep convolutional networks for large-scale image recognition, 2014, configuration D.
/// </summary>
/// <remarks>
/// The layers are named as in the papers on perceptual losses: <c>conv1_1</c>, <c>relu1_1</c>, <c>conv1_2</c>, <c>relu1_2</c>, <c>pool1</c>
/// …
/// <c>pool5</c>. The input must be normalised: see <see cref="Normalize"/>. The weights are not part of Criterion and are not downloaded;
/// <see cref="Load"/> names the file.
/// </remarks>
/// <example><code>
/// Vgg16 network = Vgg16.Load("vgg16-397923af.pth", ignoreClassifier: true);
/// IReadOnlyList&lt;Tensor&gt; features = network.Features(Vgg16.Normalize(images, ImageRange.ZeroOne), "relu1_2", "relu2_2");
/// </code></example>
public sealed class Vgg16 : Module
{
    /// <summary>The file with the weights of torchvision, trained on ImageNet: <c>VGG16_Weights.IMAGENET1K_V1</c>.</summary>
    public const string WeightsFile = "vgg16-397923af.pth";

    const int Kernel = 3;
    const int PoolKernel = 2;
    const string Classifier = "classifier.";

    static readonly (int Width, int Convolutions)[] Blocks = [(64, 2), (128, 2), (256, 3), (512, 3), (512, 3)];

    // Of red, green and blue over the images of ImageNet, in [0, 1].
    static readonly double[] Mean = [0.485, 0.456, 0.406];
    static readonly double[] Deviation = [0.229, 0.224, 0.225];

    readonly Sequential _features;

    /// <summary>Creates a network with random weights, frozen until <see cref="ModuleExtensions.Unfreeze{T}"/> is called.</summary>
    /// <param name="random">The stream of the initial weights. Default: <see cref="RandomStream.Default"/>.</param>
    /// <param name="dtype">The type of the weights. Default: Float32.</param>
    public Vgg16(RandomStream? random = null, DType dtype = DType.Float32)
    {
        _features = Child("features", new Sequential(CollectionsMarshal.AsSpan(Build(random, dtype))));
        this.Freeze();
        this.Eval();
    }

    /// <summary>Gets the names of all layers, from the image inwards; their positions are those of torchvision.</summary>
    public static IReadOnlyList<string> Layers { get; } =
    [
        .. Blocks.SelectMany(static (block, i) => Enumerable.Range(1, block.Convolutions)
            .SelectMany(j => (string[])[$"conv{i + 1}_{j}", $"relu{i + 1}_{j}"]).Append($"pool{i + 1}")),
    ];

    /// <summary>Loads a network from a file: the <c>.pth</c> of torchvision, or the same as <c>.safetensors</c>.</summary>
    /// <param name="path">The file.</param>
    /// <param name="ignoreClassifier">
    /// Whether to ignore the weights of the classifier, which features do not need. Otherwise they are an error. Default: false.
    /// </param>
    /// <exception cref="TrainingException">The file is missing, or has a classifier that is not ignored.</exception>
    /// <exception cref="DataFormatException">The file is damaged or not a state dict.</exception>
    /// <exception cref="StateDictException">Its names or shapes are not those of VGG16.</exception>
    public static Vgg16 Load(string path, bool ignoreClassifier = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!File.Exists(path))
        {
            throw new TrainingException(
                $"There is no file '{path}'. The weights of VGG16 are not part of Criterion: download {WeightsFile} (528 MB), "
                + "VGG16_Weights.IMAGENET1K_V1 of torchvision, from download.pytorch.org/models and give its path.");
        }

        List<string> passedOver = [];
        IReadOnlyDictionary<string, Tensor> state = Read(path, name => IsFeature(name, passedOver));
        if (passedOver.Count > 0 && !ignoreClassifier)
        {
            throw new TrainingException(
                $"'{path}' also has the classifier of VGG16 ({string.Join(", ", passedOver)}), which features do not need. "
                + "Pass ignoreClassifier: true to ignore it.");
        }

        Vgg16 network = new(new RandomStream(0));
        network.LoadStateDict(state);
        return network;
    }

    /// <summary>
    /// Normalises images as for the training of the network: from their range to [0, 1], minus the mean of ImageNet, divided by its
    /// deviation, per channel.
    /// </summary>
    /// <param name="images">The colour images, <c>[N, 3, H, W]</c>.</param>
    /// <param name="range">The values of black and white.</param>
    /// <exception cref="ShapeException">The images do not have three channels.</exception>
    public static Tensor Normalize(Tensor images, ImageRange range)
    {
        ArgumentNullException.ThrowIfNull(images);
        CheckColour(images);
        DType dtype = images.DType.IsFloat() ? images.DType : DType.Float32;
        Tensor mean = Tensor.From(Mean, [3, 1, 1]).To(dtype);
        Tensor deviation = Tensor.From(Deviation, [3, 1, 1]).To(dtype);
        return (((images.To(dtype) - range.Black()) / range.Extent()) - mean) / deviation;
    }

    /// <summary>Computes the last layer, <c>pool5</c>, of normalised images.</summary>
    public override Tensor Forward(Tensor input) => Features(input, Layers[^1])[0];

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
    public IReadOnlyList<Tensor> Features(Tensor images, params ReadOnlySpan<string> layers)
    {
        ArgumentNullException.ThrowIfNull(images);
        CheckColour(images);
        int[] wanted = Positions(layers);
        CheckSize(images, wanted.Max());
        Tensor at = images.To(((Conv2d)_features[0]).Weight.DType);
        Dictionary<int, Tensor> found = [];
        for (int i = 0; i <= wanted.Max(); i++)
        {
            at = _features[i].Forward(at);
            if (wanted.Contains(i))
            {
                found.Add(i, at);
            }
        }

        return [.. wanted.Select(i => found[i])];
    }

    /// <summary>Returns the positions of layers.</summary>
    internal static int[] Positions(ReadOnlySpan<string> layers)
    {
        int[] positions = new int[layers.Length];
        for (int i = 0; i < positions.Length; i++)
        {
            positions[i] = ((List<string>)[.. Layers]).IndexOf(layers[i]);
            if (positions[i] < 0)
            {
                throw new ArgumentException(
                    $"Vgg16: there is no layer '{layers[i]}'. Choose one of: {string.Join(", ", Layers)}.", nameof(layers));
            }
        }

        return positions.Length > 0
            ? positions
            : throw new ArgumentException("Vgg16: no layer is given. Give at least one, such as relu2_2.", nameof(layers));
    }

    static List<Module> Build(RandomStream? random, DType dtype)
    {
        List<Module> modules = [];
        int from = Mean.Length;
        foreach ((int width, int convolutions) in Blocks)
        {
            for (int i = 0; i < convolutions; i++)
            {
                modules.AddRange([new Conv2d(from, width, Kernel, padding: 1, random: random, dtype: dtype), new ReLU()]);
                from = width;
            }

            modules.Add(new MaxPool2d(PoolKernel));
        }

        return modules;
    }

    static IReadOnlyDictionary<string, Tensor> Read(string path, Func<string, bool> names) =>
        Path.GetExtension(path).Equals(".safetensors", StringComparison.OrdinalIgnoreCase)
            ? Safetensors.Read(path, names).Tensors
            : Pth.Read(path, names: names);

    static bool IsFeature(string name, List<string> others)
    {
        bool isClassifier = name.StartsWith(Classifier, StringComparison.Ordinal);
        if (isClassifier)
        {
            others.Add(name);
        }

        return !isClassifier;
    }

    static void CheckColour(Tensor images)
    {
        if (images.Rank != 4 || images.Size(1) != Mean.Length)
        {
            throw new ShapeException(
                $"Vgg16: images must be [N, 3, H, W], but are {images.Shape}. Repeat grey ones with images.Expand(-1, 3, -1, -1).");
        }
    }

    static void CheckSize(Tensor images, int last)
    {
        int least = 1 << Layers.Take(last + 1).Count(static name => name.StartsWith("pool", StringComparison.Ordinal));
        if (images.Size(2) < least || images.Size(3) < least)
        {
            throw new ShapeException(
                $"Vgg16: for {Layers[last]} images must be at least {least}×{least}, but are {images.Shape}. "
                    + "Resize them, or use an earlier layer.");
        }
    }
}
