namespace Criterion.Training;

/// <summary>
/// The convolutional part of VGG16: thirteen convolutions in five blocks, each followed by a ReLU, each block by a max-pooling. Source:
/// Simonyan, Zisserman, Very deep convolutional networks for large-scale image recognition, 2014, configuration D.
/// </summary>
/// <remarks>
/// The layers are named as in the papers on perceptual losses: <c>conv1_1</c>, <c>relu1_1</c>, <c>conv1_2</c>, <c>relu1_2</c>, <c>pool1</c>
/// … <c>pool5</c>.
/// <inheritdoc cref="ImageNetNetwork" path="/remarks/node()"/>
/// </remarks>
/// <example><code>
/// Vgg16 network = Vgg16.Load("vgg16-397923af.pth", ignoreClassifier: true);
/// IReadOnlyList&lt;Tensor&gt; features = network.Features(Vgg16.Normalize(images, ImageRange.ZeroOne), "relu1_2", "relu2_2");
/// </code></example>
public sealed class Vgg16 : ImageNetNetwork
{
    /// <summary>The file with the weights of torchvision, trained on ImageNet: <c>VGG16_Weights.IMAGENET1K_V1</c>.</summary>
    public const string WeightsFile = "vgg16-397923af.pth";

    static readonly int[] Convolutions = [2, 2, 3, 3, 3];

    /// <summary>Creates a network with random weights, frozen until <see cref="Nn.ModuleExtensions.Unfreeze{T}"/> is called.</summary>
    /// <param name="random">The stream of the initial weights. Default: <see cref="RandomStream.Default"/>.</param>
    /// <param name="dtype">The type of the weights. Default: Float32.</param>
    public Vgg16(RandomStream? random = null, DType dtype = DType.Float32)
        : base(VggLayers.Create(Convolutions, random, dtype))
    {
    }

    internal override IReadOnlyList<string> PerceptualLayers => VggLayers.Perceptual;

    internal static PretrainedFile Weights => PretrainedFile.OfTorchvision("VGG16", WeightsFile, "528 MB", "VGG16_Weights.IMAGENET1K_V1");

    /// <summary>Loads a network from a file: the <c>.pth</c> of torchvision, or the same as <c>.safetensors</c>.</summary>
    /// <param name="path">The file.</param>
    /// <param name="ignoreClassifier">
    /// Whether to ignore the weights of the classifier, which features do not need. Otherwise they are an error. Default: false.
    /// </param>
    /// <exception cref="TrainingException">The file is missing, or has a classifier that is not ignored.</exception>
    /// <exception cref="Formats.DataFormatException">The file is damaged or not a state dict.</exception>
    /// <exception cref="StateDictException">Its names or shapes are not those of VGG16.</exception>
    public static Vgg16 Load(string path, bool ignoreClassifier = false) =>
        Load(new Vgg16(new RandomStream(0)), Weights, path, ignoreClassifier);
}
