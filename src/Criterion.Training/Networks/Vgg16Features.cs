namespace Criterion.Training;

/// <summary>
/// From images in a stated range to features of VGG16, for a perceptual loss: normalised, resized on request, differentiable by the image,
/// while the network itself stays as it is. Source: Johnson, Alahi, Fei-Fei, Perceptual losses for real-time style
/// transfer and super-resolution, 2016, whose layers are the default.
/// </summary>
/// <example><code>
/// Vgg16Features features = new(Vgg16.Load("vgg16-397923af.pth", ignoreClassifier: true), ImageRange.MinusOneOne);
/// Tensor loss = new PerceptualLoss().Forward(features.Features(fake), features.Features(real));
/// </code></example>
public sealed class Vgg16Features
{
    /// <summary>The side to which images are resized in the article and at the network's training.</summary>
    public const int TrainedSide = 224;

    readonly Vgg16 _network;
    readonly string[] _layers;
    readonly ImageRange _range;
    readonly int? _resize;

    /// <summary>An extractor; it freezes the network, so that no gradient goes to the weights.</summary>
    /// <param name="network">The network.</param>
    /// <param name="range">What black and white are in the images.</param>
    /// <param name="layers">Names of layers; relu1_2, relu2_2, relu3_3 and relu4_3 if not given.</param>
    /// <param name="resize">The side to which images are resized first, bilinearly, such as <see cref="TrainedSide"/>; as they come if not given.</param>
    /// <exception cref="ArgumentException">A layer is not one of <see cref="Vgg16.Layers"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The side is below 1, or the range unknown.</exception>
    public Vgg16Features(Vgg16 network, ImageRange range, IReadOnlyList<string>? layers = null, int? resize = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentOutOfRangeException.ThrowIfLessThan(resize ?? 1, 1, nameof(resize));
        _ = range.Extent();
        _layers = [.. layers ?? ["relu1_2", "relu2_2", "relu3_3", "relu4_3"]];
        Vgg16.Positions(_layers);
        (_network, _range, _resize) = (network, range, resize);
        _network.Freeze();
        _network.Eval();
    }

    /// <summary>The names of the layers, in the order of the features.</summary>
    public IReadOnlyList<string> Layers => _layers;

    /// <summary>The features of images [N, 3, H, W], one tensor [N, channels, h, w] for each layer.</summary>
    /// <exception cref="ShapeException">The images have not three channels, or are too small for the layers.</exception>
    public IReadOnlyList<Tensor> Features(Tensor images)
    {
        Tensor normal = Vgg16.Normalize(images, _range);
        return _network.Features(_resize is { } side ? normal.UpsampleBilinear2d(side) : normal, _layers);
    }
}
