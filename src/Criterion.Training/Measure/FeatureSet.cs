using Criterion.Formats;
using Criterion.Nn;

namespace Criterion.Training;

/// <summary>Feature vectors of a set of samples, by which it is compared with another.</summary>
/// <param name="Source">Where the samples come from.</param>
/// <param name="Name">The name of the features: sets are compared only if it is the same.</param>
/// <param name="Features">One row for each sample, <c>[N, D]</c>.</param>
/// <param name="Probabilities">Class probabilities <c>[N, classes]</c>, where a classifier made the features.</param>
/// <param name="Ring">What points were drawn from, where that is known: its modes are counted.</param>
public sealed record FeatureSet(string Source, string Name, Tensor Features, Tensor? Probabilities = null, GaussianRing? Ring = null)
{
    /// <summary>What features from a file are called.</summary>
    public const string FromFile = "features from files";

    /// <summary>What the coordinates of points are called.</summary>
    public const string Coordinates = "coordinates of points";

    const int Batch = 100;

    /// <inheritdoc cref="FeatureSet"/>
    public Tensor Features { get; init; } = Features.Keep();

    /// <inheritdoc cref="FeatureSet"/>
    public Tensor? Probabilities { get; init; } = Probabilities?.Keep();

    /// <summary>What was changed or passed over on the way from the source, in sentences; see <see cref="Dataset.Notes"/>.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>The number of samples.</summary>
    public int Count => Features.Shape[0];

    /// <summary>Embeddings and class probabilities of images by Criterion's own classifier.</summary>
    /// <param name="source">Where the images come from.</param>
    /// <param name="images"><c>[N, 1 or 3, H, W]</c> in [−1, 1].</param>
    public static FeatureSet Of(string source, Tensor images)
    {
        FashionClassifier classifier = FashionClassifier.Pretrained();
        Tensor embeddings = ModuleBatches.Map(images, classifier.Embed, Batch);
        Tensor probabilities = ModuleBatches.Map(embeddings, part => classifier.Classify(part).Softmax(1), Batch);
        return new FeatureSet(source, FashionClassifier.FeatureName, embeddings, probabilities);
    }

    /// <summary>Features of images by any network; its output is flattened behind the first dimension.</summary>
    /// <param name="source">Where the images come from.</param>
    /// <param name="images">The network's input, <c>[N, …]</c>.</param>
    /// <param name="network">The network; it is left in evaluation.</param>
    /// <param name="name">The name of network and layer.</param>
    public static FeatureSet Of(string source, Tensor images, Module network, string name)
    {
        ArgumentNullException.ThrowIfNull(network);
        network.Eval();
        return new FeatureSet(source, name, ModuleBatches.Map(images, part => network.Forward(part).Flatten(1), Batch));
    }

    /// <summary>
    /// Features of a source: <c>fashion-mnist</c>, <c>ring</c> (whose points are their own features), a folder of PNGs, an IDX file, a <c>.npy</c> file of images or of features <c>[N, D]</c>,
    /// the folder of a run, or a generator file. The last two draw samples. A built-in name always means the built-in data.
    /// </summary>
    /// <param name="source">A name, file or folder.</param>
    /// <param name="count">Samples that a generator draws, and points of a ring.</param>
    /// <param name="seed">Decides which.</param>
    /// <param name="range">What the numbers in files of floats mean; not used for bytes and features.</param>
    /// <param name="background">The grey on which transparent pixels are laid, from 0 for black to 1 for white. Default: 1.</param>
    /// <param name="size">Resize every image to this many pixels a side, as <see cref="ImageDataset.Load"/> does.</param>
    /// <exception cref="TrainingException">The source is missing, empty, or holds neither images nor features.</exception>
    /// <exception cref="DataFormatException">A file is damaged or of another format.</exception>
    public static FeatureSet Load(
        string source, int count = 5000, ulong seed = 0, ImageRange? range = null, double background = 1, int? size = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (GeneratorOf(source) is { } file)
        {
            (GanNetworks network, Sequential generator) = GeneratorFile.Read(file);
            Tensor samples = generator.InBatches(network.Latents(count, new RandomStream(seed)));
            return network is PointNetworks ? new FeatureSet(source, Coordinates, samples) : Of(source, samples);
        }

        if (source == GaussianRing.Name)
        {
            GaussianRing ring = new();
            return new FeatureSet(source, Coordinates, ring.Draw(count, seed).Points, Ring: ring);
        }

        if (!DataArguments.IsBuiltIn(source) && FeaturesIn(source) is { } features)
        {
            return new FeatureSet(source, FromFile, features);
        }

        ImageDataset data = ImageDataset.Load([source], size, range, background);
        return Of(source, data.Images) with { Notes = data.Notes };
    }

    /// <summary>Whether samples are drawn anew from a source, as many as wanted.</summary>
    internal static bool IsDrawn(string source) => source == GaussianRing.Name || GeneratorOf(source) is not null;

    static string? GeneratorOf(string source)
    {
        if (DataArguments.IsBuiltIn(source))
        {
            return null;
        }

        string inFolder = Path.Combine(source, GeneratorFile.Name);
        return File.Exists(inFolder) ? inFolder
            : File.Exists(source) && Path.GetExtension(source).Equals(".safetensors", StringComparison.OrdinalIgnoreCase) ? source
            : null;
    }

    /// <summary>A matrix holds features; one of bytes, and three or four dimensions are images, for the data set to read.</summary>
    static Tensor? FeaturesIn(string source) =>
        File.Exists(source) && Path.GetExtension(source).Equals(".npy", StringComparison.OrdinalIgnoreCase) && Npy.Read(source) is { Rank: 2 } features && features.DType != DType.UInt8
            ? Finite(source, features)
            : null;

    // The metrics check this too, but don't know the file.
    static Tensor Finite(string source, Tensor features)
    {
        double[] values = features.To(DType.Float64).ToArray<double>();
        int wrong = Array.FindIndex(values, static value => !double.IsFinite(value));
        return wrong < 0
            ? features
            : throw new TrainingException($"{source}: the features hold {values[wrong]} in row {wrong / features.Shape[1]}, column {wrong % features.Shape[1]}. Find out why that sample has no features.");
    }
}
