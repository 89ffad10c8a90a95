using Criterion.Formats;
using Criterion.Nn;

namespace Criterion.Training;

/// <summary>The feature vectors of a set of samples.</summary>
public sealed record FeatureSet
{
    /// <summary>The name of features from a file.</summary>
    public const string FromFile = "features from files";

    /// <summary>The name of the coordinates of points as features.</summary>
    public const string Coordinates = "coordinates of points";

    const int Batch = 100;

    // 299×299 pixels: the activations of one image take about 100 MB.
    const int InceptionBatch = 8;

    /// <summary>Initializes the set.</summary>
    /// <param name="source">The source of the samples.</param>
    /// <param name="name">The name of the features; only sets with the same name are compared.</param>
    /// <param name="features">The features, one row per sample, <c>[N, D]</c>.</param>
    /// <param name="probabilities">The class probabilities, <c>[N, classes]</c>, if a classifier computed the features.</param>
    /// <param name="ring">The ring that points were drawn from, if known; its modes are counted.</param>
    public FeatureSet(string source, string name, Tensor features, Tensor? probabilities = null, GaussianRing? ring = null) =>
        (Source, Name, Features, Probabilities, Ring) = (source, name, features, probabilities, ring);

    /// <summary>
    /// <inheritdoc cref="FeatureSet(string, string, Tensor, Tensor?, GaussianRing?)" path="/param[@name='source']/node()"/>
    /// </summary>
    public string Source { get; init; }

    /// <summary>
    /// <inheritdoc cref="FeatureSet(string, string, Tensor, Tensor?, GaussianRing?)" path="/param[@name='name']/node()"/>
    /// </summary>
    public string Name { get; init; }

    /// <summary>
    /// <inheritdoc cref="FeatureSet(string, string, Tensor, Tensor?, GaussianRing?)" path="/param[@name='ring']/node()"/>
    /// </summary>
    public GaussianRing? Ring { get; init; }

    /// <summary>
    /// <inheritdoc cref="FeatureSet(string, string, Tensor, Tensor?, GaussianRing?)" path="/param[@name='features']/node()"/>
    /// </summary>
    public Tensor Features { get; init => field = value.Keep(); }

    /// <summary>
    /// <inheritdoc cref="FeatureSet(string, string, Tensor, Tensor?, GaussianRing?)" path="/param[@name='probabilities']/node()"/>
    /// </summary>
    public Tensor? Probabilities { get; init => field = value?.Keep(); }

    /// <summary>Gets the class of each sample, Int64 <c>[N]</c>, if known; classes are also compared one by one.</summary>
    public Tensor? Labels { get; init => field = value?.Keep(); }

    /// <summary>Gets the changes that loading made; see <see cref="Dataset.Notes"/>.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Gets the problems of these features, such as <see cref="FindingKind.UnsuitedFeatures"/>; empty if there are none.</summary>
    public IReadOnlyList<Finding> Findings { get; init; } = [];

    /// <summary>Gets the number of samples.</summary>
    public int Count => Features.Shape[0];

    /// <summary>Computes embeddings and class probabilities of images by <see cref="FashionClassifier"/>.</summary>
    /// <param name="source">The source of the images.</param>
    /// <param name="images">The images, <c>[N, 1 or 3, H, W]</c>, values in [−1, 1].</param>
    public static FeatureSet Of(string source, Tensor images) => Of(source, images, inception: null);

    /// <summary>
    /// Computes the features and class probabilities of images by Inception. Values are rounded to whole bytes, as if the images had been
    /// saved as PNG.
    /// </summary>
    /// <param name="source">The source of the images.</param>
    /// <param name="images">The images, <c>[N, 1 or 3, H, W]</c>, values in [−1, 1].</param>
    /// <param name="inception">The network; null for <see cref="FashionClassifier"/>.</param>
    public static FeatureSet Of(string source, Tensor images, FidInception? inception)
    {
        ArgumentNullException.ThrowIfNull(images);
        return Of(source, images, static part => part, inception);
    }

    static FeatureSet Of(ImageDataset images, FidInception? inception) =>
        Of(images.Source, images.Stored, PixelValues.Signed, inception) with { Notes = images.Notes, Labels = images.Labels };

    /// <summary>Computes features of images that a function converts to values in [−1, 1], a part at a time.</summary>
    static FeatureSet Of(string source, Tensor images, Func<Tensor, Tensor> signed, FidInception? inception)
    {
        if (inception is null)
        {
            return OfClassifier(source, images, signed);
        }

        Tensor features = ModuleBatches.Map(images, part => inception.Features(Bytes(signed(part)), ImageRange.Byte), InceptionBatch);
        return new FeatureSet(source, inception.FeatureName, features, ModuleBatches.Map(features, inception.Probabilities, Batch));
    }

    static FeatureSet OfClassifier(string source, Tensor images, Func<Tensor, Tensor> signed)
    {
        FashionClassifier classifier = FashionClassifier.Pretrained();
        Tensor embeddings = ModuleBatches.Map(images, part => classifier.Embed(signed(part)), Batch);
        Tensor probabilities = ModuleBatches.Map(embeddings, part => classifier.Classify(part).Softmax(1), Batch);
        return new FeatureSet(source, FashionClassifier.FeatureName, embeddings, probabilities)
        {
            Findings = FeatureDomain.Check(source, images.Shape[1]) is { } finding ? [finding] : [],
        };
    }

    /// <summary>Computes or takes the features of a data set in memory: those of images, or the coordinates of points.</summary>
    /// <param name="data">The data set.</param>
    /// <param name="inception">The network for images; null for <see cref="FashionClassifier"/>. Default: null.</param>
    /// <exception cref="TrainingException">The data are not images, which the network needs.</exception>
    public static FeatureSet Of(Dataset data, FidInception? inception = null) => data switch
    {
        null => throw new ArgumentNullException(nameof(data)),
        ImageDataset images => Of(images, inception),
        _ => WithoutImages(
            new FeatureSet(data.Source, Coordinates, data.Items, ring: (data as PointDataset)?.Ring) { Notes = data.Notes }, inception),
    };

    /// <summary>Computes features of images by any network, whose output is flattened after the first dimension.</summary>
    /// <param name="source">The source of the images.</param>
    /// <param name="images">The input of the network, <c>[N, …]</c>.</param>
    /// <param name="network">The network; it stays in evaluation mode.</param>
    /// <param name="name">The name of network and layer.</param>
    public static FeatureSet Of(string source, Tensor images, Module network, string name)
    {
        ArgumentNullException.ThrowIfNull(network);
        network.Eval();
        return new FeatureSet(source, name, ModuleBatches.Map(images, part => network.Forward(part).Flatten(1), Batch));
    }

    /// <summary>
    /// Loads or computes the features of a source: <c>fashion-mnist</c>, <c>ring</c> (whose points are their own features), a folder of
    /// images, an IDX file, a <c>.npy</c> file of images or of features <c>[N, D]</c>, the folder of a run, or a generator file. The last
    /// two draw samples. A built-in name always means the built-in data.
    /// </summary>
    /// <param name="source">The name, file or folder.</param>
    /// <param name="count">The samples that a generator draws, and the points of a ring. Default: 5,000.</param>
    /// <param name="seed">The seed of the samples. Default: 0.</param>
    /// <param name="range">The values of black and white in files of floats; ignored for bytes and features.</param>
    /// <param name="background">The grey behind transparent pixels, from 0 for black to 1 for white. Default: 1.</param>
    /// <param name="size">The side to resize every image to, in pixels, as for <c>ImageDataset.Load</c>.</param>
    /// <param name="inception">The network for images; null for <see cref="FashionClassifier"/>. Default: null.</param>
    /// <exception cref="TrainingException">
    /// The source is missing, empty, or has neither images nor features; or it has no images, which the network needs.
    /// </exception>
    /// <exception cref="DataFormatException">A file is damaged or of another format.</exception>
    public static FeatureSet Load(
        string source,
        int count = 5000,
        ulong seed = 0,
        ImageRange? range = null,
        double background = 1,
        int? size = null,
        FidInception? inception = null) =>
        Load(source, count, seed, () => ImageDataset.Load([source], size, range, background), inception);

    /// <summary>Loads or computes the features of a source, whose images a function loads.</summary>
    internal static FeatureSet Load(string source, int count, ulong seed, Func<Dataset> images, FidInception? inception)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (GeneratorOf(source) is { } file)
        {
            (GanNetworks network, Sequential generator) = GeneratorFile.Read(file);
            Tensor samples = generator.InBatches(network.Latents(count, new RandomStream(seed)));
            return network is PointNetworks
                ? WithoutImages(new FeatureSet(source, Coordinates, samples), inception)
                : Of(source, samples, inception) with
                {
                    Labels = network.Classes == 0 ? null : LatentSampler.InTurn(count, network.Classes),
                };
        }

        if (source == GaussianRing.Name)
        {
            GaussianRing ring = new();
            return WithoutImages(new FeatureSet(source, Coordinates, ring.Draw(count, seed).Points, ring: ring), inception);
        }

        if (!DataArguments.IsBuiltIn(source) && FeaturesIn(source) is { } features)
        {
            return WithoutImages(new FeatureSet(source, FromFile, features), inception);
        }

        return Of(images(), inception);
    }

    static FeatureSet WithoutImages(FeatureSet set, FidInception? inception) => inception is null
        ? set
        : throw new TrainingException(
            $"'{set.Source}' has {set.Name}, and Inception computes features of images. Leave the network out, or give images.");

    static Tensor Bytes(Tensor images) => ((images + 1) * 127.5).Round().Clamp(0, 255);

    /// <summary>Returns whether samples are drawn from a source, in any number.</summary>
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

    /// <summary>Reads features from a matrix of floats. A matrix of bytes and arrays of three or four dimensions are images.</summary>
    static Tensor? FeaturesIn(string source) =>
        File.Exists(source) && Path.GetExtension(source).Equals(".npy", StringComparison.OrdinalIgnoreCase)
        && Npy.Read(source) is { Rank: 2 } features && features.DType != DType.UInt8
            ? Finite(source, features)
            : null;

    // The metrics check this too, but do not know the file.
    static Tensor Finite(string source, Tensor features)
    {
        double[] values = features.To(DType.Float64).ToArray<double>();
        int wrong = Array.FindIndex(values, static value => !double.IsFinite(value));
        return wrong < 0
            ? features
            : throw new TrainingException(
                $"{source}: the features have {values[wrong]} in row {wrong / features.Shape[1]}, column {wrong % features.Shape[1]}. "
                + "Find out why that sample has no features.");
    }
}
