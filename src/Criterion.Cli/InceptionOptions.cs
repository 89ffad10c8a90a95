using System.CommandLine;
using Criterion.Training;

namespace Criterion.Cli;

/// <summary>The options of the network that computes the features of images.</summary>
internal sealed class InceptionOptions
{
    const string Inception = "inception";
    const string Classifier = "fashion-classifier";

    readonly Option<string> _features = new Option<string>("--features")
    {
        Description = $"Network that computes the features of images: {Classifier} (embedded) or {Inception} (FID; needs --weights)",
        DefaultValueFactory = static _ => Classifier,
        HelpName = "network",
    }.OneOf(Classifier, Inception);

    readonly Option<string> _resize = new Option<string>("--resize")
    {
        Description = "How images are resized for Inception: clean (clean-fid), legacy (TensorFlow, torch-fidelity) or pytorch-fid",
        DefaultValueFactory = static _ => "clean",
        HelpName = "way",
    }.OneOf("clean", "legacy", "pytorch-fid");

    /// <summary>Gets the option of the file with the weights, of whatever network is loaded.</summary>
    public Option<string?> Weights { get; } = new("--weights")
    {
        Description = $"File with the weights of the network, which is not downloaded: {FidInception.WeightsFile} of Inception, "
            + $"{AlexNet.WeightsFile} or {Vgg16.WeightsFile}",
        HelpName = "file",
    };

    /// <summary>Gets all of these options but that of the weights.</summary>
    public IReadOnlyList<Option> OfFeatures => [_features, _resize];

    /// <summary>Gets all of these options.</summary>
    public IReadOnlyList<Option> All => [_features, Weights, _resize];

    /// <summary>Loads the network; null if the embedded classifier computes the features.</summary>
    /// <param name="parsed">The command line.</param>
    /// <exception cref="ToolException">The file is not given, or options of another network are.</exception>
    public FidInception? Load(ParseResult parsed)
    {
        if (parsed.GetValue(_features) != Inception)
        {
            return ((Option[])[Weights, _resize]).FirstOrDefault(parsed.IsGiven) is { } unused
                ? throw new ToolException(
                    $"{unused.Name} has no effect without {_features.Name} {Inception}. Add it, or remove {unused.Name}.")
                : null;
        }

        string path = parsed.GetValue(Weights) ?? throw new ToolException(
            $"{_features.Name} {Inception} needs {Weights.Name}. {FidInception.Weights.HowToGet}");
        return FidInception.Load(path, ResizeOf(parsed));
    }

    InceptionResize ResizeOf(ParseResult parsed) => parsed.GetValue(_resize) switch
    {
        "legacy" => InceptionResize.Legacy,
        "pytorch-fid" => InceptionResize.PyTorchFid,
        _ => InceptionResize.Clean,
    };
}
