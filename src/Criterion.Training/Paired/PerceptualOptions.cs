using System.Security.Cryptography;
using System.Text.Json.Serialization;

namespace Criterion.Training;

/// <summary>
/// The network whose features a perceptual loss compares, and their layers: the embedded <see cref="FashionClassifier"/>, or a file of
/// <see cref="Vgg19"/> that the user supplies.
/// </summary>
public sealed record PerceptualOptions
{
    /// <summary>The name of the embedded classifier.</summary>
    public const string Classifier = "fashion-classifier";

    /// <summary>Initializes the options.</summary>
    /// <param name="network"><c>fashion-classifier</c>, or the file with the weights of VGG19: <see cref="Vgg19.WeightsFile"/>.</param>
    /// <param name="layers">
    /// The names of layers, such as <c>conv5_4</c> of VGG19, before its ReLU. Default: all of the classifier; relu1_2, relu2_2, relu3_3 and
    /// relu4_3 of VGG19.
    /// </param>
    public PerceptualOptions(string network, ValueList<string>? layers = null) => (Network, Layers) = (network, layers ?? []);

    /// <summary><inheritdoc cref="PerceptualOptions(string, ValueList{string}?)" path="/param[@name='network']/node()"/></summary>
    public string Network { get; init; }

    /// <summary><inheritdoc cref="PerceptualOptions(string, ValueList{string}?)" path="/param[@name='layers']/node()"/></summary>
    [JsonConverter(typeof(ValueListConverter<string>))]
    public ValueList<string> Layers { get; init; }

    /// <summary>
    /// Parses <c>NETWORK</c> or <c>NETWORK@LAYER,LAYER</c>, such as <c>vgg19-dcbb9e9d.pth@conv5_4</c>; <c>none</c> is null.
    /// </summary>
    /// <exception cref="TrainingException">The network or a layer is empty.</exception>
    public static PerceptualOptions? Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text == GanNames.None)
        {
            return null;
        }

        int at = text.LastIndexOf('@');
        string network = at < 0 ? text : text[..at];
        ValueList<string> layers = at < 0 ? [] : [.. text[(at + 1)..].Split(',')];
        return network.Length > 0 && !layers.Contains("")
            ? new PerceptualOptions(network == Classifier ? network : Path.GetFullPath(network), layers)
            : throw new TrainingException(
                $"Invalid value '{text}' for the features of a perceptual loss. Expected {Classifier} or a file of VGG19, with layers "
                + "behind an @ if wanted: vgg19.pth@conv5_4.");
    }

    /// <summary>Returns the text that <see cref="Parse"/> reads.</summary>
    public override string ToString() => Layers.Count == 0 ? Network : $"{Network}@{string.Join(',', Layers)}";

    /// <summary>Loads the network: a function of images <c>[N, 1 or 3, H, W]</c>, values in [−1, 1].</summary>
    /// <exception cref="TrainingException">The file is missing, or there is no layer of a name.</exception>
    /// <exception cref="Formats.DataFormatException">The file is damaged or not a state dict.</exception>
    /// <exception cref="StateDictException">Its names or shapes are not those of VGG19.</exception>
    internal Func<Tensor, IReadOnlyList<Tensor>> Load()
    {
        try
        {
            return Network == Classifier ? OfClassifier() : OfVgg();
        }
        catch (ArgumentException e)
        {
            throw new TrainingException($"{nameof(PairedOptions)}.{nameof(PairedOptions.Perceptual)}: {ErrorText.Of(e)}", e);
        }
    }

    /// <summary>Computes the checksum of the file; null for the embedded classifier.</summary>
    /// <exception cref="TrainingException">The file is missing.</exception>
    internal string? Checksum()
    {
        if (Network == Classifier)
        {
            return null;
        }

        Vgg19.Weights.CheckExists(Network);
        using FileStream file = File.OpenRead(Network);
        return Convert.ToHexStringLower(SHA256.HashData(file))[..16];
    }

    Func<Tensor, IReadOnlyList<Tensor>> OfClassifier()
    {
        FashionClassifier network = FashionClassifier.Pretrained();
        string[] layers = [.. Layers];
        _ = network.FeatureMaps(Tensor.Zeros([1, 1, 8, 8]), layers);
        return images => network.FeatureMaps(images, layers);
    }

    Func<Tensor, IReadOnlyList<Tensor>> OfVgg()
    {
        Vgg19 network = Vgg19.Load(Network, ignoreClassifier: true);
        FeatureExtractor features = new(network, ImageRange.MinusOneOne, Layers.Count == 0 ? null : Layers);
        return images => features.Features(images.Shape[1] == 1 ? images.Expand(-1, 3, -1, -1) : images);
    }
}
