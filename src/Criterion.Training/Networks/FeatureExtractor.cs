using Criterion.Nn;

namespace Criterion.Training;

/// <summary>
/// Extracts features of a pretrained network from images in a given range, for a perceptual loss: normalises, resizes if asked to, and is
/// differentiable with respect to the image, while the network is frozen. Source: Johnson, Alahi, Fei-Fei, Perceptual losses for real-time
/// style transfer and super-resolution, 2016, whose layers are the default for VGG.
/// </summary>
/// <example><code>
/// FeatureExtractor features = new(Vgg19.Load("vgg19-dcbb9e9d.pth", ignoreClassifier: true), ImageRange.MinusOneOne, ["conv5_4"]);
/// Tensor loss = new PerceptualLoss().Forward(features.Features(fake), features.Features(real));
/// </code></example>
public sealed class FeatureExtractor
{
    /// <summary>The side of the images that the networks were trained on, in pixels.</summary>
    public const int TrainedSide = 224;

    readonly ImageNetNetwork _network;
    readonly string[] _layers;
    readonly ImageRange _range;
    readonly int? _resize;

    /// <summary>Creates an extractor and freezes the network.</summary>
    /// <param name="network">The network.</param>
    /// <param name="range">The values of black and white in the images.</param>
    /// <param name="layers">
    /// The names of layers. Default: relu1_2, relu2_2, relu3_3 and relu4_3 of VGG, all five ReLUs of AlexNet.
    /// </param>
    /// <param name="resize">
    /// The side to resize images to first, bilinearly, in pixels, such as <see cref="TrainedSide"/>. Default: no resizing.
    /// </param>
    /// <exception cref="ArgumentException">A layer is not one of <see cref="ImageNetNetwork.Layers"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The side is below 1, or the range is undefined.</exception>
    public FeatureExtractor(ImageNetNetwork network, ImageRange range, IReadOnlyList<string>? layers = null, int? resize = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentOutOfRangeException.ThrowIfLessThan(resize ?? 1, 1, nameof(resize));
        _ = range.Extent();
        _layers = [.. layers ?? network.PerceptualLayers];
        network.Positions(_layers);
        (_network, _range, _resize) = (network, range, resize);
        _network.Freeze();
        _network.Eval();
    }

    /// <summary>Gets the names of the layers, in the order of the features.</summary>
    public IReadOnlyList<string> Layers => _layers;

    /// <summary>Computes the features of images <c>[N, 3, H, W]</c>, one tensor <c>[N, channels, h, w]</c> per layer.</summary>
    /// <exception cref="ShapeException">The images do not have three channels, or are too small for the layers.</exception>
    public IReadOnlyList<Tensor> Features(Tensor images)
    {
        Tensor normal = ImageNetNetwork.Normalize(images, _range);
        return _network.Features(_resize is { } side ? normal.UpsampleBilinear2d(side) : normal, _layers);
    }
}
