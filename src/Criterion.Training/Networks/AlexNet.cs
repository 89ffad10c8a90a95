using Criterion.Nn;

namespace Criterion.Training;

/// <summary>
/// The convolutional part of AlexNet in the form of torchvision: five convolutions, each followed by a ReLU, and three max-poolings of 3×3
/// with step 2. Source: Krizhevsky, One weird trick for parallelizing convolutional neural networks, 2014.
/// </summary>
/// <remarks>
/// The layers are <c>conv1</c>, <c>relu1</c>, <c>pool1</c>, <c>conv2</c>, <c>relu2</c>, <c>pool2</c>, <c>conv3</c>, <c>relu3</c>,
/// <c>conv4</c>, <c>relu4</c>, <c>conv5</c>, <c>relu5</c>, <c>pool5</c>. <c>relu5</c> needs images of at least 31×31.
/// <inheritdoc cref="ImageNetNetwork" path="/remarks/node()"/>
/// </remarks>
public sealed class AlexNet : ImageNetNetwork
{
    /// <summary>The file with the weights of torchvision, trained on ImageNet: <c>AlexNet_Weights.IMAGENET1K_V1</c>.</summary>
    public const string WeightsFile = "alexnet-owt-7be5be79.pth";

    internal static readonly IReadOnlyList<string> Relus = ["relu1", "relu2", "relu3", "relu4", "relu5"];

    /// <summary>Creates a network with random weights, frozen until <see cref="ModuleExtensions.Unfreeze{T}"/> is called.</summary>
    /// <param name="random">The stream of the initial weights. Default: <see cref="RandomStream.Default"/>.</param>
    /// <param name="dtype">The type of the weights. Default: Float32.</param>
    public AlexNet(RandomStream? random = null, DType dtype = DType.Float32)
        : base(Create(random, dtype))
    {
    }

    internal override IReadOnlyList<string> PerceptualLayers => Relus;

    internal static PretrainedFile Weights =>
        PretrainedFile.OfTorchvision("AlexNet", WeightsFile, "233 MB", "AlexNet_Weights.IMAGENET1K_V1");

    /// <summary>Loads a network from a file: the <c>.pth</c> of torchvision, or the same as <c>.safetensors</c>.</summary>
    /// <param name="path">The file.</param>
    /// <param name="ignoreClassifier">
    /// Whether to ignore the weights of the classifier, which features do not need. Otherwise they are an error. Default: false.
    /// </param>
    /// <exception cref="TrainingException">The file is missing, or has a classifier that is not ignored.</exception>
    /// <exception cref="Formats.DataFormatException">The file is damaged or not a state dict.</exception>
    /// <exception cref="StateDictException">Its names or shapes are not those of AlexNet.</exception>
    public static AlexNet Load(string path, bool ignoreClassifier = false) =>
        Load(new AlexNet(new RandomStream(0)), Weights, path, ignoreClassifier);

    static IReadOnlyList<(string Name, Module Module)> Create(RandomStream? random, DType dtype)
    {
        return
        [
            ("conv1", Convolution(3, 64, 11, stride: 4, padding: 2)), ("relu1", new ReLU()), ("pool1", new MaxPool2d(3, 2)),
            ("conv2", Convolution(64, 192, 5, stride: 1, padding: 2)), ("relu2", new ReLU()), ("pool2", new MaxPool2d(3, 2)),
            ("conv3", Convolution(192, 384, 3, stride: 1, padding: 1)), ("relu3", new ReLU()),
            ("conv4", Convolution(384, 256, 3, stride: 1, padding: 1)), ("relu4", new ReLU()),
            ("conv5", Convolution(256, 256, 3, stride: 1, padding: 1)), ("relu5", new ReLU()), ("pool5", new MaxPool2d(3, 2)),
        ];

        Conv2d Convolution(int from, int to, int kernel, int stride, int padding) =>
            new(from, to, kernel, stride, padding, random: random, dtype: dtype);
    }
}
