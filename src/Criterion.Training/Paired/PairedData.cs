using System.Text.Json.Serialization;

namespace Criterion.Training;

/// <summary>The origin of the pairs of a training, from which a resumed run obtains the same ones.</summary>
[JsonDerivedType(typeof(SketchPairs), "sketches")]
[JsonDerivedType(typeof(SourcePairs), "sources")]
[JsonDerivedType(typeof(ReducedPairs), "reduced")]
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
public abstract record PairedData
{
    private protected PairedData()
    {
    }

    /// <summary>Loads the pairs.</summary>
    /// <param name="heldOut">The number of pairs to hold out; null for a tenth, at most 500.</param>
    /// <param name="onProgress">Called after every 32 files that are read. Default: nothing.</param>
    /// <exception cref="TrainingException">Images are missing, have no counterpart, or cannot be paired.</exception>
    public abstract PairedImages Load(int? heldOut = null, Action<LoadProgress>? onProgress = null);
}

/// <summary>The embedded images of garments and their sketches: see <see cref="Sketches"/>.</summary>
public sealed record SketchPairs : PairedData
{
    /// <summary>Initializes the pairs.</summary>
    /// <param name="toSketches">Whether garments are the input and sketches the target. Default: false, sketches to garments.</param>
    public SketchPairs(bool toSketches = false) => ToSketches = toSketches;

    /// <summary><inheritdoc cref="SketchPairs(bool)" path="/param[@name='toSketches']/node()"/></summary>
    public bool ToSketches { get; init; }

    /// <inheritdoc/>
    public override PairedImages Load(int? heldOut = null, Action<LoadProgress>? onProgress = null)
    {
        ImageDataset garments = ImageDataset.FashionMnist();
        ImageDataset sketches = new($"{garments.Source}, sketches", Sketches.Of(garments.Images), range: ImageRange.MinusOneOne);
        return ToSketches ? new(garments, sketches, heldOut) : new(sketches, garments, heldOut);
    }
}

/// <summary>
/// Images of two sources. Two folders are paired by the names of their files without the extension, subfolders included; arrays in IDX or
/// .npy files by their order.
/// </summary>
public sealed record SourcePairs : PairedData
{
    const int Shown = 5;

    /// <summary>Initializes the pairs.</summary>
    /// <param name="input">The arguments that load the images to translate, from one source.</param>
    /// <param name="target">The arguments that load their counterparts, from one source.</param>
    public SourcePairs(DataArguments input, DataArguments target) => (Input, Target) = (input, target);

    /// <summary><inheritdoc cref="SourcePairs(DataArguments, DataArguments)" path="/param[@name='input']/node()"/></summary>
    public DataArguments Input { get; init; }

    /// <summary><inheritdoc cref="SourcePairs(DataArguments, DataArguments)" path="/param[@name='target']/node()"/></summary>
    public DataArguments Target { get; init; }

    /// <inheritdoc/>
    public override PairedImages Load(int? heldOut = null, Action<LoadProgress>? onProgress = null)
    {
        (ImageDataset a, ImageDataset b) = All(onProgress);
        (int limit, int channels) = (Input.Limit ?? Target.Limit ?? a.Count, Math.Max(a.Channels, b.Channels));
        return new(
            (a.Count == b.Count ? a.Evenly(limit) : a).WithChannels(channels),
            (a.Count == b.Count ? b.Evenly(limit) : b).WithChannels(channels),
            heldOut);
    }

    /// <summary>Loads all images of both sources, in the same order.</summary>
    /// <param name="onProgress">Called after every 32 files that are read.</param>
    /// <exception cref="TrainingException">Images are missing, have no counterpart, or cannot be paired.</exception>
    internal (ImageDataset Input, ImageDataset Target) All(Action<LoadProgress>? onProgress)
    {
        (string input, string target) = (Source(Input), Source(Target));
        if (Input.Damaged == DamagedImages.Skip || Target.Damaged == DamagedImages.Skip)
        {
            throw new TrainingException(
                $"{nameof(SourcePairs)}: a damaged image cannot be skipped, because its counterpart would be left alone. "
                + $"Restore the image, or delete both, and set {nameof(DataArguments.Damaged)} to {nameof(DamagedImages.Error)}.");
        }

        bool areFolders = Directory.Exists(input);
        if (areFolders != Directory.Exists(target))
        {
            throw new TrainingException(
                $"'{(areFolders ? input : target)}' is a folder and '{(areFolders ? target : input)}' is not, so their images cannot be "
                + "paired. Give two folders, whose files are paired by name, or two arrays, which are paired by order.");
        }

        int[]? order = areFolders ? Order(input, target) : null;
        (ImageDataset a, ImageDataset b) = (All(Input, onProgress), All(Target, onProgress));
        return (a, order is null ? b : b.Select(order));
    }

    static string Source(DataArguments arguments) => arguments.Sources is [var source]
        ? source
        : throw new TrainingException(
            $"{nameof(SourcePairs)}: images are paired from one source each, but {string.Join(", ", arguments.Sources)} are "
            + $"{arguments.Sources.Count}. Move the images into one folder or file.");

    // The limit is applied to pairs.
    static ImageDataset All(DataArguments arguments, Action<LoadProgress>? onProgress) =>
        (arguments with { Limit = null }).LoadImages(onProgress);

    /// <summary>
    /// Returns the position in the target folder of the counterpart of each image; null if both folders have the same order.
    /// </summary>
    /// <exception cref="TrainingException">Images have no counterpart, or a name is not unique.</exception>
    static int[]? Order(string input, string target)
    {
        (List<string> inputs, Dictionary<string, int> inputPlaces) = Names(input);
        (List<string> targets, Dictionary<string, int> places) = Names(target);
        string[] alone = [.. inputs.Where(name => !places.ContainsKey(name))];
        string[] others = [.. targets.Where(name => !inputPlaces.ContainsKey(name))];
        return alone.Length + others.Length == 0
            ? inputs.SequenceEqual(targets) ? null : [.. inputs.Select(name => places[name])]
            : throw new TrainingException(
                string.Join(" ", new[] { Unmatched(input, alone, target), Unmatched(target, others, input) }.OfType<string>())
                + " Files are paired by their names without the extension. Rename them, or move those without a counterpart elsewhere.");
    }

    static (List<string> Names, Dictionary<string, int> Places) Names(string folder)
    {
        List<string> names =
            [.. ImageFolder.Of(folder).Files.Select(file => Path.ChangeExtension(Path.GetRelativePath(folder, file.Path), null))];
        string[] repeated = [.. names.CountBy(static name => name).Where(static pair => pair.Value > 1).Select(static pair => pair.Key)];
        return repeated.Length == 0
            ? (names, names.Index().ToDictionary(static one => one.Item, static one => one.Index))
            : throw new TrainingException(
                $"The folder '{folder}' has several images of the same name without the extension, so their counterparts are unclear: "
                + $"{Listed(repeated)}. Rename them, or delete all but one of each.");
    }

    static string? Unmatched(string folder, string[] names, string other) => names.Length == 0
        ? null
        : $"{Counted.Of(names.Length, "image")} of '{folder}' {(names.Length == 1 ? "has" : "have")} no counterpart in '{other}': "
            + $"{Listed(names)}.";

    static string Listed(string[] names) =>
        $"{string.Join(", ", names.Order(StringComparer.Ordinal).Take(Shown))}{(names.Length > Shown ? ", …" : "")}";
}

/// <summary>Images of a source, and smaller copies of them as the input.</summary>
public sealed record ReducedPairs : PairedData
{
    /// <summary>Initializes the pairs.</summary>
    /// <param name="factor">The factor by which both sides shrink: 2 or 4. Default: 4.</param>
    /// <param name="images">The arguments that load the images; null for the embedded Fashion-MNIST. Default: null.</param>
    public ReducedPairs(int factor = 4, DataArguments? images = null) => (Factor, Images) = (factor, images);

    /// <summary><inheritdoc cref="ReducedPairs(int, DataArguments?)" path="/param[@name='factor']/node()"/></summary>
    public int Factor { get; init; }

    /// <summary><inheritdoc cref="ReducedPairs(int, DataArguments?)" path="/param[@name='images']/node()"/></summary>
    public DataArguments? Images { get; init; }

    /// <inheritdoc/>
    public override PairedImages Load(int? heldOut = null, Action<LoadProgress>? onProgress = null) =>
        PairedImages.Reduced(Images?.LoadImages(onProgress) ?? ImageDataset.FashionMnist(), Factor, heldOut);
}
