using Criterion.Nn;

namespace Criterion.Training;

/// <summary>
/// Inception v3 with the weights and the poolings of the network of 2015 with which Fréchet inception distances (FID) are measured: from
/// images to features <c>[N, 2048]</c>. Sources: Szegedy et al., Rethinking the Inception architecture for computer vision, 2015; Heusel et
/// al., GANs trained by a two time-scale update rule converge to a local Nash equilibrium, 2017.
/// </summary>
/// <remarks>
/// torchvision's Inception v3 has other weights and other poolings; its features do not give FID. Names of parameters and layout are those
/// of pytorch-fid (<c>Conv2d_1a_3x3.conv.weight</c> … <c>fc.bias</c>). The network is frozen and in evaluation mode. The weights are not
/// part of Criterion and are not downloaded; <see cref="Load"/> names the file. Differentiable with respect to the image.
/// </remarks>
/// <example><code>
/// FidInception network = FidInception.Load("pt_inception-2015-12-05-6726825d.pth");
/// Tensor features = network.Features(images, ImageRange.MinusOneOne);
/// </code></example>
public sealed class FidInception : Module
{
    /// <summary>The file with the weights, converted by pytorch-fid from TensorFlow's <c>inception-2015-12-05.tgz</c>.</summary>
    public const string WeightsFile = "pt_inception-2015-12-05-6726825d.pth";

    /// <summary>The number of features of an image.</summary>
    public const int FeatureCount = 2048;

    /// <summary>The number of classes of the network, some of which are unused.</summary>
    public const int Classes = 1008;

    const int Colours = 3;

    internal static readonly PretrainedFile Weights = new(
        "Inception v3 for FID",
        WeightsFile,
        "91 MB, SHA-256 6726825d…",
        "from github.com/mseitzer/pytorch-fid/releases/tag/fid_weights");

    readonly Sequential _chain;
    readonly Linear _classifier;

    /// <summary>Creates a network with random weights, frozen until <see cref="ModuleExtensions.Unfreeze{T}"/> is called.</summary>
    /// <param name="resize">The filter that resizes images to 299×299. Default: Clean.</param>
    /// <param name="random">The stream of the initial weights. Default: <see cref="RandomStream.Default"/>.</param>
    /// <param name="dtype">The type of the weights. Default: Float32.</param>
    /// <exception cref="ArgumentOutOfRangeException">The filter is undefined.</exception>
    public FidInception(InceptionResize resize = InceptionResize.Clean, RandomStream? random = null, DType dtype = DType.Float32)
    {
        Resize = InceptionInput.Known(resize);
        _chain = new Sequential([.. Stem(random, dtype), .. Blocks(random, dtype)]);
        _classifier = Child("fc", new Linear(FeatureCount, Classes, random: random, dtype: dtype));
        this.Freeze();
        this.Eval();
    }

    /// <summary>Gets the filter that resizes images to 299×299.</summary>
    public InceptionResize Resize { get; }

    /// <summary>Gets the name of the features, which is printed next to every number that was measured with them.</summary>
    public string FeatureName => $"inception-2015-12-05, resizing {Resize switch
    {
        InceptionResize.Clean => "clean",
        InceptionResize.Legacy => "legacy",
        _ => "pytorch-fid",
    }}";

    /// <summary>Loads a network from a file: the <c>.pth</c> of pytorch-fid, or the same as <c>.safetensors</c>.</summary>
    /// <param name="path">The file.</param>
    /// <param name="resize">The filter that resizes images to 299×299. Default: Clean.</param>
    /// <exception cref="TrainingException">The file is missing.</exception>
    /// <exception cref="Formats.DataFormatException">The file is damaged or not a state dict.</exception>
    /// <exception cref="StateDictException">Its names or shapes are not those of this network.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The filter is undefined.</exception>
    public static FidInception Load(string path, InceptionResize resize = InceptionResize.Clean)
    {
        Weights.CheckExists(path);
        return Weights.Load(new FidInception(resize, new RandomStream(0)), path);
    }

    /// <summary>Computes the features of images, <c>[N, 2048]</c>: resizes them, and averages the last layer over the positions.</summary>
    /// <param name="images">
    /// The images, <c>[N, 3, H, W]</c>, or <c>[N, 1, H, W]</c> of which the channel is repeated, values in the declared range.
    /// </param>
    /// <param name="range">The values of black and white.</param>
    /// <exception cref="ShapeException">The tensor is not a batch of images of one or three channels.</exception>
    public Tensor Features(Tensor images, ImageRange range)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (images.Rank != 4 || images.Size(1) is not (1 or Colours))
        {
            throw new ShapeException(
                $"FidInception: images must be [N, 3, H, W] or [N, 1, H, W], but are {images.Shape}. Reshape them.");
        }

        Tensor values = images.To(_classifier.Weight.DType);
        Tensor bytes = (values - range.Black()) * (255 / range.Extent());
        return Forward(InceptionInput.Of(bytes.Expand(-1, Colours, -1, -1), Resize));
    }

    /// <summary>Computes the features of images that are already resized and scaled, <c>[N, 3, 299, 299]</c> to <c>[N, 2048]</c>.</summary>
    /// <param name="input">The images, values in about [−1, 1]. Other sizes of at least 75×75 are valid, but not those of FID.</param>
    public override Tensor Forward(Tensor input) => _chain.Forward(input).Mean([2, 3]);

    /// <summary>
    /// Computes class probabilities of features for an Inception score, <c>[N, 2048]</c> to <c>[N, 1008]</c>. As in the original code the
    /// bias is left out.
    /// </summary>
    /// <param name="features">The features.</param>
    public Tensor Probabilities(Tensor features)
    {
        ArgumentNullException.ThrowIfNull(features);
        return features.MatMul(_classifier.Weight.Transpose()).Softmax(1);
    }

    IEnumerable<Module> Stem(RandomStream? random, DType dtype) =>
    [
        Child("Conv2d_1a_3x3", new InceptionConvolution(3, 32, 3, 2, 0, random, dtype)),
        Child("Conv2d_2a_3x3", new InceptionConvolution(32, 32, 3, 1, 0, random, dtype)),
        Child("Conv2d_2b_3x3", new InceptionConvolution(32, 64, 3, 1, 1, random, dtype)),
        new MaxPool2d(3, stride: 2),
        Child("Conv2d_3b_1x1", new InceptionConvolution(64, 80, 1, 1, 0, random, dtype)),
        Child("Conv2d_4a_3x3", new InceptionConvolution(80, 192, 3, 1, 0, random, dtype)),
        new MaxPool2d(3, stride: 2),
    ];

    IEnumerable<Module> Blocks(RandomStream? random, DType dtype) =>
    [
        Child("Mixed_5b", InceptionBlock.A(192, 32, random, dtype)),
        Child("Mixed_5c", InceptionBlock.A(256, 64, random, dtype)),
        Child("Mixed_5d", InceptionBlock.A(288, 64, random, dtype)),
        Child("Mixed_6a", InceptionBlock.B(288, random, dtype)),
        Child("Mixed_6b", InceptionBlock.C(768, 128, random, dtype)),
        Child("Mixed_6c", InceptionBlock.C(768, 160, random, dtype)),
        Child("Mixed_6d", InceptionBlock.C(768, 160, random, dtype)),
        Child("Mixed_6e", InceptionBlock.C(768, 192, random, dtype)),
        Child("Mixed_7a", InceptionBlock.D(768, random, dtype)),
        Child("Mixed_7b", InceptionBlock.E(1280, isLast: false, random, dtype)),
        Child("Mixed_7c", InceptionBlock.E(2048, isLast: true, random, dtype)),
    ];
}
