using System.Reflection;
using Criterion.Formats;

namespace Criterion.Training;

/// <summary>Images of one size, in memory: <c>[N, C, H, W]</c>, values in [−1, 1], grey (C = 1) or colour (C = 3).</summary>
/// <remarks>Images from files of bytes are kept as bytes: 50,000 colour images of 64×64 take 0.6 GB.</remarks>
public sealed class ImageDataset : Dataset
{
    /// <summary>The name of the embedded data: the 10,000 test images of Fashion-MNIST.</summary>
    public const string FashionMnistName = "fashion-mnist";

    // The names of parameters of Load in errors; the command line replaces them by its options.
    internal const string SizeParameter = "ImageDataset.Load: size";
    internal const string RangeParameter = "ImageDataset.Load: range";
    internal const string DamagedParameter = "ImageDataset.Load: damaged";

    // The range parameter of the constructor.
    const string NewRange = "ImageDataset: range";

    // How data get labels, for errors.
    internal const string GiveLabels = "Put the images of each class into a subfolder of its name, or pass labels to ImageDataset.";

    static readonly string[] Garments =
        ["T-shirt/top", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"];

    /// <summary>Creates a data set of images in memory.</summary>
    /// <param name="source">The source, for records and errors.</param>
    /// <param name="images">
    /// The images, <c>[N, C, H, W]</c> with C 1 or 3: bytes, values in [0, 255], which are kept as bytes, or floats with values in
    /// <paramref name="range"/>, which are converted to Float32 in [−1, 1].
    /// </param>
    /// <param name="labels">The class of each image, Int64 <c>[N]</c>, counted from 0, if known.</param>
    /// <param name="range">
    /// The values of black and white in floats; ignored for bytes. Default: [−1, 1]. Floats without a negative value need it, because they
    /// may have any range.
    /// </param>
    /// <exception cref="TrainingException">
    /// Images or labels have another shape or type, a value is NaN or outside the range, or no value is negative and no range is given.
    /// </exception>
    public ImageDataset(string source, Tensor images, Tensor? labels = null, ImageRange? range = null)
        : this(ToStored(source, images, range), source, labels)
    {
    }

    // Images that were converted before: a part of a data set may have no negative value.
    ImageDataset(Tensor stored, string source, Tensor? labels)
        : base(source, stored, labels)
    {
    }

    /// <summary>Gets all images, Float32 <c>[N, C, H, W]</c>, values in [−1, 1].</summary>
    /// <remarks><inheritdoc cref="Dataset.Items" path="/remarks/node()"/></remarks>
    public Tensor Images => Items;

    /// <summary>Gets the number of channels: 1 for grey images, 3 for colour.</summary>
    public int Channels => Stored.Shape[1];

    /// <summary>Gets the height and width of every image.</summary>
    public Size2 Size => new(Stored.Shape[2], Stored.Shape[3]);

    /// <summary>
    /// Gets the names of the classes by their number: those of subfolders in the order of the alphabet, or of garments. Empty if the data
    /// have no labels, or labels without names.
    /// </summary>
    /// <exception cref="TrainingException">A label has no name, or names are given without labels.</exception>
    public IReadOnlyList<string> ClassNames { get; init => field = CheckedNames(value); } = [];

    /// <inheritdoc/>
    public override string Description => $"{Counted.Of(Count, "image")} of {Source} ({Size}{Named(ClassNames)})";

    /// <summary>Returns a copy of some images with their labels.</summary>
    /// <param name="places">The indices, in the wanted order.</param>
    public ImageDataset Select(IEnumerable<int> places)
    {
        Tensor at = Tensor.From([.. places.Select(static place => (long)place)]);
        return new ImageDataset(Stored.IndexSelect(0, at), Source, Labels?.IndexSelect(0, at)) { Notes = Notes, ClassNames = ClassNames };
    }

    /// <summary>Returns a number of images, evenly spaced in the data; all if there are no more.</summary>
    /// <param name="count">The number; at least 1.</param>
    internal ImageDataset Evenly(int count) => count >= Count
        ? this
        : Select(Enumerable.Range(0, count).Select(i => (int)((long)i * Count / count)));

    /// <summary>Returns the images of some classes.</summary>
    /// <exception cref="TrainingException">There are no labels, or no such images.</exception>
    public ImageDataset Only(IReadOnlyCollection<int> classes) => OfClasses(classes, isWanted: true);

    /// <summary>Returns the images of all other classes.</summary>
    /// <exception cref="TrainingException">There are no labels, or no such images.</exception>
    public ImageDataset Without(IReadOnlyCollection<int> classes) => OfClasses(classes, isWanted: false);

    /// <summary>
    /// Loads the embedded test set of Fashion-MNIST (Zalando SE, MIT licence): 10,000 grey garments, padded to 32×32, with labels.
    /// </summary>
    /// <param name="size">The side to resize to in place of padding, in pixels.</param>
    public static ImageDataset FashionMnist(int? size = null)
    {
        ImagePart part = ImagePart.FromArray(FashionMnistName, FashionMnistBytes().Unsqueeze(1), ImageRange.MinusOneOne);
        Tensor images = (size is { } side ? part.Resize(side, ImageFit.Stretch, background: 1) : part.PadOdd()).Images;
        Tensor labels = Embedded("t10k-labels-idx1-ubyte.gz").To(DType.Int64);
        return new ImageDataset(images, FashionMnistName, labels) { ClassNames = Garments };
    }

    /// <summary>
    /// Loads and joins sources: <c>fashion-mnist</c>, folders of pictures with their subfolders, pictures, IDX files (plain or .gz) and
    /// <c>.npy</c> files.
    /// </summary>
    /// <remarks>
    /// <para>Pictures are PNGs, and files of all formats that <see cref="ImageDecoders"/> has a decoder for. Their content decides about
    /// the format, not their extension. They are read in parallel by <see cref="Compute.Threads"/> threads.</para>
    /// <para>If the pictures of a folder are in subfolders, each subfolder is a class: its name is in <see cref="ClassNames"/>, and
    /// <see cref="Dataset.Labels"/> count the names in alphabetical order, as in torchvision's <c>ImageFolder</c>. Images beside such
    /// subfolders, and subfolders without images, are errors. Several folders with classes are joined by name; beside sources without
    /// classes, none are labelled.</para>
    /// <para>A built-in name always means the built-in data; a folder of that name is <c>./fashion-mnist</c>. A folder with pictures of
    /// formats that cannot be read, and the folder of a training run, are errors. Hidden files, <c>Thumbs.db</c> and the like are ignored.
    /// Other files
    /// and images in hidden folders are named in <see cref="Dataset.Notes"/>, as are all changes of the images.</para>
    /// <para>Images of 28×28 are padded to 32×32 unless a size is given. If any image has colour, all become colour, the grey ones with
    /// three equal channels. Samples of 16 bits are rounded to 8; pixels that are resized or blended are rounded to bytes. Values up to a
    /// millionth of the range outside it are clamped to black or
    /// white.</para>
    /// </remarks>
    /// <param name="sources">The names, files and folders.</param>
    /// <param name="size">
    /// The side to resize every image to, in pixels: bilinear and, when it shrinks, antialiased, as in Pillow.
    /// </param>
    /// <param name="range">The values of black and white in files of floats; ignored for bytes.</param>
    /// <param name="background">
    /// The grey behind transparent pixels and of borders, from 0 for black to 1 for white. Default: 1.
    /// </param>
    /// <param name="fit">How images that are not square are resized. Default: Stretch.</param>
    /// <param name="damaged">How damaged pictures of a folder are treated. Default: Error.</param>
    /// <param name="onProgress">Called after every 32 files. Default: nothing.</param>
    /// <exception cref="TrainingException">A source is missing, empty or without images, or sizes differ.</exception>
    /// <exception cref="DataFormatException">A file is damaged or of another format.</exception>
    public static ImageDataset Load(
        IReadOnlyList<string> sources,
        int? size = null,
        ImageRange? range = null,
        double background = 1,
        ImageFit fit = ImageFit.Stretch,
        DamagedImages damaged = DamagedImages.Error,
        Action<LoadProgress>? onProgress = null)
    {
        ArgumentNullException.ThrowIfNull(sources);
        if (size is < 1)
        {
            throw new TrainingException($"ImageDataset: the size must be at least 1 pixel, but is {size}. "
                + $"Give a positive size ({SizeParameter}).");
        }

        if (background is not (>= 0 and <= 1))
        {
            throw new TrainingException($"ImageDataset: the background must be from 0 for black to 1 for white, but is {background}. "
                + "Give a grey in [0, 1].");
        }

        if (sources is [FashionMnistName])
        {
            return FashionMnist(size);
        }

        List<string> notes = [];
        ImageItem[] items = [.. sources.SelectMany(source => ImageSource.Items(source, range, notes))];
        ImageLoader loader = new(string.Join(", ", sources))
        {
            Size = size,
            Fit = fit,
            Background = background,
            Damaged = damaged,
            OnProgress = onProgress,
        };
        return Labelled(string.Join(", ", sources), loader.Load(items), notes);
    }

    /// <summary>Loads one source, as the other overload loads several.</summary>
    /// <param name="source">The name, file or folder.</param>
    /// <param name="size">The side to resize every image to, in pixels.</param>
    /// <param name="range">The values of black and white in files of floats; ignored for bytes.</param>
    /// <param name="background">
    /// The grey behind transparent pixels and of borders, from 0 for black to 1 for white. Default: 1.
    /// </param>
    /// <param name="fit">How images that are not square are resized. Default: Stretch.</param>
    /// <param name="damaged">How damaged pictures of a folder are treated. Default: Error.</param>
    /// <param name="onProgress">Called after every 32 files. Default: nothing.</param>
    /// <exception cref="TrainingException">The source is missing, empty or without images, or sizes differ.</exception>
    /// <exception cref="DataFormatException">A file is damaged or of another format.</exception>
    public static ImageDataset Load(
        string source,
        int? size = null,
        ImageRange? range = null,
        double background = 1,
        ImageFit fit = ImageFit.Stretch,
        DamagedImages damaged = DamagedImages.Error,
        Action<LoadProgress>? onProgress = null) =>
        Load([source], size, range, background, fit, damaged, onProgress);

    static ImageDataset Labelled(string source, LoadedImages loaded, List<string> notes)
    {
        string[] names = [.. loaded.Items.Select(static item => item.Class).OfType<string>().Distinct().Order(StringComparer.Ordinal)];
        bool isLabelled = loaded.Items.All(static item => item.Class is not null);
        if (names.Length > 0 && !isLabelled)
        {
            notes.Add($"The class folders of '{source}' are not used, because some of the images have no class.");
        }

        return new ImageDataset(loaded.Images, source, isLabelled ? LabelsOf(loaded.Items, names) : null)
        {
            ClassNames = isLabelled ? names : [],
            Notes = [.. notes, .. loaded.Notes],
        };
    }

    static Tensor LabelsOf(IReadOnlyList<ImageItem> items, string[] names)
    {
        Dictionary<string, long> numbers = names.Index().ToDictionary(static one => one.Item, static one => (long)one.Index);
        return Tensor.From([.. items.SelectMany(item => Enumerable.Repeat(numbers[item.Class!], item.Count))]);
    }

    /// <summary>Returns the images, grey ones with as many equal channels as asked for.</summary>
    internal ImageDataset WithChannels(int channels) => channels == Channels
        ? this
        : new ImageDataset(Stored.Expand(-1, channels, -1, -1).Contiguous(), Source, Labels) { Notes = Notes, ClassNames = ClassNames };

    /// <summary>Returns the images with the labels of a file, in their order.</summary>
    /// <exception cref="TrainingException">The images have labels, or the file has not one integer of each image.</exception>
    internal ImageDataset WithLabelsOf(string file)
    {
        if (Labels is not null)
        {
            throw new TrainingException($"'{Source}' has labels, and '{file}' has others. Leave out one of the two.");
        }

        Tensor labels = file.EndsWith(".npy", StringComparison.OrdinalIgnoreCase) ? Npy.Read(file) : Idx.Read(file);
        return !labels.DType.IsFloat() && labels.Shape == [Count]
            ? new ImageDataset(Images, Source, labels.To(DType.Int64)) { Notes = Notes }
            : throw new TrainingException(
                $"'{file}' contains {labels.DType} {labels.Shape}, and the labels of {Counted.Of(Count, "image")} are integers [{Count}]. "
                + "Give one integer per image.");
    }

    /// <summary>Returns the class of a label as an error shows it: its name and number, or its number.</summary>
    internal string ClassName(int label) => label < ClassNames.Count && label >= 0 ? $"{label} ({ClassNames[label]})" : $"{label}";

    static Tensor ToStored(string source, Tensor images, ImageRange? range)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(images);
        bool isNumeric = images.DType == DType.UInt8 || images.DType.IsFloat();
        if (!isNumeric || images.Rank != 4 || images.Shape[1] is not (1 or 3) || images.Count == 0)
        {
            throw new TrainingException(
                $"{source}: images must be bytes or floats [N, 1 or 3, H, W], but are {images.DType} {images.Shape}. "
                + "Convert or reshape them.");
        }

        return PixelValues.ToStored(source, images, range ?? PixelValues.StatedRange(source, images, NewRange), NewRange);
    }

    IReadOnlyList<string> CheckedNames(IReadOnlyList<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        int needed = Labels is null ? 0 : (int)Labels.Max().Item() + 1;
        return names.Count == 0 || (needed > 0 && names.Count >= needed)
            ? names
            : throw new TrainingException($"{Source}: there are {Counted.Of(names.Count, "name")} of classes, but {needed} are needed. "
                + (Labels is null ? "Give labels as well." : "Name every class."));
    }

    static string Named(IReadOnlyList<string> names)
    {
        const int Shown = 10;
        string list = string.Join(", ", names.Take(Shown));
        return names.Count == 0 ? "" : $", {(names.Count == 1 ? "1 class" : $"{names.Count} classes")}: "
            + $"{list}{(names.Count > Shown ? ", …" : "")}";
    }

    /// <summary>Returns the class of each image.</summary>
    /// <param name="why">The reason why labels are needed, for the error.</param>
    /// <exception cref="TrainingException">There are no labels.</exception>
    internal int[] LabelsOf(string why) =>
        [.. (Labels ?? throw new TrainingException($"'{Source}' has no labels, and {why}. {GiveLabels}"))
            .ToArray<long>().Select(static label => (int)label)];

    /// <summary>Returns the index of the first image of some classes.</summary>
    /// <exception cref="TrainingException">There are no labels, or no such images.</exception>
    public int FirstOf(IReadOnlyCollection<int> classes)
    {
        int place = Array.FindIndex(LabelsOf("images are chosen by class"), classes.Contains);
        return place >= 0
            ? place
            : throw new TrainingException($"'{Source}' has no images of the classes {string.Join(", ", classes)}. Choose other classes.");
    }

    ImageDataset OfClasses(IReadOnlyCollection<int> classes, bool isWanted)
    {
        int[] labels = LabelsOf("images are chosen by class");
        int[] places = [.. Enumerable.Range(0, labels.Length).Where(i => classes.Contains(labels[i]) == isWanted)];
        return places.Length > 0
            ? Select(places)
            : throw new TrainingException(
                $"'{Source}' has no images {(isWanted ? "of" : "but those of")} the classes {string.Join(", ", classes)}. "
                    + "Choose other classes.");
    }

    static Tensor Embedded(string name)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!;
        return Idx.Read(stream);
    }

    /// <summary>Reads the embedded images in their original size, for joining with others.</summary>
    internal static Tensor FashionMnistBytes() => Embedded("t10k-images-idx3-ubyte.gz");
}
