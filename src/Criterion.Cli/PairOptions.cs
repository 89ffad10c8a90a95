using System.CommandLine;
using Criterion.Losses;
using Criterion.Metrics;
using Criterion.Training;

namespace Criterion.Cli;

/// <summary>The options of the distance of paired images.</summary>
/// <param name="weights">The option of the file with the weights of the network.</param>
internal sealed class PairOptions(Option<string?> weights)
{
    const string Alex = "lpips-alexnet";
    const string Vgg = "lpips-vgg16";
    const string Dists = "dists";

    readonly Option<string?> _distance = new Option<string?>("--pairs")
    {
        Description = "Measure instead the mean distance of images and their counterparts, files of the same name in two folders: "
            + $"{Alex}, {Vgg} or {Dists} (need {weights.Name} and --channel-weights)",
        HelpName = "distance",
    }.OneOf(Alex, Vgg, Dists);

    readonly Option<string?> _channels = new("--channel-weights")
    {
        Description = "File with the weights of the channels for --pairs: "
            + $"{LpipsNetwork.AlexNetHeads.Name}, {LpipsNetwork.VggHeads.Name} or, for {Dists}, {DistsNetwork.File.Name}",
        HelpName = "file",
    };

    /// <summary>Gets all of these options.</summary>
    public IReadOnlyList<Option> All => [_distance, _channels];

    /// <summary>Returns whether pairs are measured.</summary>
    /// <param name="parsed">The command line.</param>
    /// <exception cref="ToolException">Weights of channels are given without a distance.</exception>
    public bool AreMeasured(ParseResult parsed) => parsed.GetValue(_distance) is not null
        || (parsed.IsGiven(_channels)
            ? throw new ToolException($"{_channels.Name} has no effect without {_distance.Name}. Add it, or remove {_channels.Name}.")
            : false);

    /// <summary>Loads the networks of the distance, for images in [−1, 1].</summary>
    /// <param name="parsed">The command line.</param>
    /// <returns>The distance and its name.</returns>
    /// <exception cref="ToolException">A file is not given.</exception>
    public (ImageMetric Metric, string Name) Load(ParseResult parsed)
    {
        const ImageRange Range = ImageRange.MinusOneOne;
        switch (parsed.GetValue(_distance))
        {
            case Alex:
                (string network, string channels) = Files(parsed, AlexNet.Weights, LpipsNetwork.AlexNetHeads);
                return (new Lpips(LpipsNetwork.Load(AlexNet.Load(network, ignoreClassifier: true), channels), Range), "LPIPS of AlexNet");
            case Vgg:
                (network, channels) = Files(parsed, Vgg16.Weights, LpipsNetwork.VggHeads);
                return (new Lpips(LpipsNetwork.Load(Vgg16.Load(network, ignoreClassifier: true), channels), Range), "LPIPS of VGG16");
            default:
                (network, channels) = Files(parsed, Vgg16.Weights, DistsNetwork.File);
                return (new Dists(DistsNetwork.Load(Vgg16.Load(network, ignoreClassifier: true), channels), Range), "DISTS");
        }
    }

    // Both files are checked before the large one is read.
    (string Network, string Channels) Files(ParseResult parsed, PretrainedFile network, PretrainedFile channels)
    {
        return (Checked(weights, network), Checked(_channels, channels));

        string Checked(Option<string?> option, PretrainedFile file)
        {
            string path = parsed.GetValue(option) ?? throw new ToolException(
                $"{_distance.Name} {parsed.GetValue(_distance)} needs {option.Name}. {file.HowToGet}");
            file.CheckExists(path);
            return path;
        }
    }
}
