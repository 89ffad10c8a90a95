namespace Criterion.Training;

/// <summary>
/// The convolutional part of VGG19: sixteen convolutions in five blocks, each followed by a ReLU, each block by a max-pooling. Source:
/// Simonyan, Zisserman, Very deep convolutional networks for large-scale image recognition, 2014, configuration E.
/// </summary>
/// <remarks>
/// The layers are named as in the papers on perceptual losses: <c>conv1_1</c>, <c>relu1_1</c>, <c>conv1_2</c>, <c>relu1_2</c>, <c>pool1</c>
/// … <c>pool5</c>. SRGAN takes <c>relu2_2</c> or <c>relu5_4</c>, ESRGAN <c>conv5_4</c>, before the ReLU.
/// <inheritdoc cref="ImageNetNetwork" path="/remarks/node()"/>
/// </remarks>
/// <example><code>
/// Vgg19 network = Vgg19.Load("vgg19-dcbb9e9d.pth", ignoreClassifier: true);
/// IReadOnlyList&lt;Tensor&gt; features = network.Features(Vgg19.Normalize(images, ImageRange.ZeroOne), "conv5_4");
/// </code></example>
public sealed class Vgg19 : ImageNetNetwork
{
    /// <summary>The file with the weights of torchvision, trained on ImageNet: <c>VGG19_Weights.IMAGENET1K_V1</c>.</summary>
    public const string WeightsFile = "vgg19-dcbb9e9d.pth";

    static readonly int[] Convolutions = [2, 2, 4, 4, 4];

    /// <summary>Creates a network with random weights, frozen until <see cref="Nn.ModuleExtensions.Unfreeze{T}"/> is called.</summary>
    /// <param name="random">The stream of the initial weights. Default: <see cref="RandomStream.Default"/>.</param>
    /// <param name="dtype">The type of the weights. Default: Float32.</param>
    public Vgg19(RandomStream? random = null, DType dtype = DType.Float32)
        : base(VggLayers.Create(Convolutions, random, dtype))
    {
    }

    internal override IReadOnlyList<string> PerceptualLayers => VggLayers.Perceptual;

    internal static PretrainedFile Weights => PretrainedFile.OfTorchvision("VGG19", WeightsFile, "548 MB", "VGG19_Weights.IMAGENET1K_V1");

    /// <summary>Loads a network from a file: the <c>.pth</c> of torchvision, or the same as <c>.safetensors</c>.</summary>
    /// <param name="path">The file.</param>
    /// <param name="ignoreClassifier">
    /// Whether to ignore the weights of the classifier, which features do not need. Otherwise they are an error. Default: false.
    /// </param>
    /// <exception cref="TrainingException">The file is missing, or has a classifier that is not ignored.</exception>
    /// <exception cref="Formats.DataFormatException">The file is damaged or not a state dict.</exception>
    /// <exception cref="StateDictException">Its names or shapes are not those of VGG19.</exception>
    public static Vgg19 Load(string path, bool ignoreClassifier = false) =>
        Load(new Vgg19(new RandomStream(0)), Weights, path, ignoreClassifier);
}
