using System.Reflection;
using Criterion.Formats;

namespace Criterion.Training;

/// <summary>Images of one size, in memory: float32 <c>[N, C, H, W]</c> in [−1, 1], grey (C = 1) or colour (C = 3).</summary>
public sealed class ImageDataset : Dataset
{
    /// <summary>The name of the embedded data: the 10,000 test images of Fashion-MNIST.</summary>
    public const string FashionMnistName = "fashion-mnist";

    // What errors call the parameters of Load that mend them; a program with options of its own puts these in their place.
    internal const string SizeParameter = "ImageDataset.Load: size";
    internal const string RangeParameter = "ImageDataset.Load: range";

    /// <summary>A data set of images that are already in memory.</summary>
    /// <param name="source">Where they come from, for records and errors.</param>
    /// <param name="images">Float32 <c>[N, C, H, W]</c> in [−1, 1], C 1 or 3.</param>
    /// <param name="labels">The class of each image, Int64 <c>[N]</c>, where known.</param>
    /// <exception cref="TrainingException">The tensors are no such images or labels.</exception>
    public ImageDataset(string source, Tensor images, Tensor? labels = null)
        : base(source, Checked(source, images), labels)
    {
    }

    /// <summary>All images, float32 <c>[N, C, H, W]</c> in [−1, 1].</summary>
    public Tensor Images => Items;

    /// <summary>1 for grey images, 3 for colour.</summary>
    public int Channels => Images.Shape[1];

    /// <summary>Height and width of every image.</summary>
    public Size2 Size => new(Images.Shape[2], Images.Shape[3]);

    /// <inheritdoc/>
    public override string Description => $"{Count} images of {Source} ({Size})";

    /// <summary>Some of the images, with their labels: a copy.</summary>
    /// <param name="places">Which, in the order in which they are wanted.</param>
    public ImageDataset Select(IEnumerable<int> places)
    {
        Tensor at = Tensor.From([.. places.Select(static place => (long)place)]);
        return new ImageDataset(Source, Images.IndexSelect(0, at), Labels?.IndexSelect(0, at)) { Notes = Notes };
    }

    /// <summary>The images of some classes.</summary>
    /// <exception cref="TrainingException">There are no labels, or no such images.</exception>
    public ImageDataset Only(IReadOnlyCollection<int> classes) => OfClasses(classes, isWanted: true);

    /// <summary>The images of all classes but some.</summary>
    /// <exception cref="TrainingException">There are no labels, or no such images.</exception>
    public ImageDataset Without(IReadOnlyCollection<int> classes) => OfClasses(classes, isWanted: false);

    /// <summary>The embedded test set of Fashion-MNIST (Zalando SE, MIT licence): 10,000 grey garments, padded to 32×32, with labels.</summary>
    /// <param name="size">Resize to this many pixels a side instead of padding.</param>
    public static ImageDataset FashionMnist(int? size = null)
    {
        ImagePart part = ImagePart.FromArray(FashionMnistName, FashionMnistBytes().Unsqueeze(1), ImageRange.MinusOneOne);
        Tensor images = ImagePart.Join(FashionMnistName, [part], size).Images;
        return new ImageDataset(FashionMnistName, images, Embedded("t10k-labels-idx1-ubyte.gz").To(DType.Int64));
    }

    /// <summary>
    /// Loads and joins sources: <c>fashion-mnist</c>, folders of PNGs with their subfolders, PNG files, IDX files (plain or .gz) and
    /// <c>.npy</c> files.
    /// </summary>
    /// <remarks>
    /// <para>A built-in name always means the built-in data; a folder of that name is <c>./fashion-mnist</c>. A folder that holds pictures of
    /// other formats, or that a training run left, is an error. Hidden files are passed over, as are <c>Thumbs.db</c> and the like; other
    /// files are named in <see cref="Dataset.Notes"/>, as is whatever was changed about the images.</para>
    /// <para>Images of 28×28 are padded to 32×32 unless a size is given. If any image has colour all become colour, the grey ones with
    /// three equal channels. Samples of 16 bits are rounded to 8. Values up to a millionth of the range outside of it are taken for black
    /// or white.</para>
    /// </remarks>
    /// <param name="sources">Names, files and folders.</param>
    /// <param name="size">
    /// Resize every image to this many pixels a side, bilinearly and, where it shrinks, antialiased, as Pillow does; other proportions are
    /// stretched.
    /// </param>
    /// <param name="range">What the numbers in files of floats mean; not used for bytes.</param>
    /// <param name="background">The grey on which transparent pixels are laid, from 0 for black to 1 for white. Default: 1.</param>
    /// <exception cref="TrainingException">A source is missing, empty or no images, or sizes differ.</exception>
    /// <exception cref="DataFormatException">A file is damaged or of another format.</exception>
    public static ImageDataset Load(IReadOnlyList<string> sources, int? size = null, ImageRange? range = null, double background = 1)
    {
        ArgumentNullException.ThrowIfNull(sources);
        if (size is < 1)
        {
            throw new TrainingException($"A size of {size} pixels makes no images; give at least 1.");
        }

        if (background is not (>= 0 and <= 1))
        {
            throw new TrainingException($"A background of {background} is no grey; give 0 for black to 1 for white.");
        }

        if (sources is [FashionMnistName])
        {
            return FashionMnist(size);
        }

        List<string> notes = [];
        ImagePart[] parts = [.. sources.SelectMany(source => ImageSource.Load(source, range, background, notes))];
        string source = string.Join(", ", sources);
        (Tensor images, IReadOnlyList<string> changes) = ImagePart.Join(source, parts, size, background);
        return new ImageDataset(source, images) { Notes = [.. notes, .. changes] };
    }

    /// <summary>The images themselves, or, of grey ones, each with several equal channels.</summary>
    internal ImageDataset WithChannels(int channels) => channels == Channels
        ? this
        : new ImageDataset(Source, Images.Expand(-1, channels, -1, -1).Contiguous(), Labels) { Notes = Notes };

    static Tensor Checked(string source, Tensor images)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(images);
        return images.DType == DType.Float32 && images.Rank == 4 && images.Shape[1] is 1 or 3 && images.Count > 0
            ? images
            : throw new TrainingException($"{source}: a data set is Float32 [N, 1 or 3, H, W], and this is {images.DType} {images.Shape}.");
    }

    /// <summary>The class of each image.</summary>
    /// <param name="why">What they are needed for, for the error.</param>
    /// <exception cref="TrainingException">There are no labels.</exception>
    internal int[] LabelsOf(string why) =>
        [.. (Labels ?? throw new TrainingException($"'{Source}' has no labels, and {why}.")).ToArray<long>().Select(static label => (int)label)];

    /// <summary>The place of the first image of some classes.</summary>
    /// <exception cref="TrainingException">There are no labels, or no such images.</exception>
    public int FirstOf(IReadOnlyCollection<int> classes)
    {
        int place = Array.FindIndex(LabelsOf("images are chosen by class"), classes.Contains);
        return place >= 0 ? place : throw new TrainingException($"'{Source}' has no images of the classes {string.Join(", ", classes)}.");
    }

    ImageDataset OfClasses(IReadOnlyCollection<int> classes, bool isWanted)
    {
        int[] labels = LabelsOf("images are chosen by class");
        int[] places = [.. Enumerable.Range(0, labels.Length).Where(i => classes.Contains(labels[i]) == isWanted)];
        return places.Length > 0
            ? Select(places)
            : throw new TrainingException($"'{Source}' has no images {(isWanted ? "of" : "but those of")} the classes {string.Join(", ", classes)}.");
    }

    static Tensor Embedded(string name)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!;
        return Idx.Read(stream);
    }

    /// <summary>The embedded images as they lie in the file, for joining with others.</summary>
    internal static Tensor FashionMnistBytes() => Embedded("t10k-images-idx3-ubyte.gz");
}
