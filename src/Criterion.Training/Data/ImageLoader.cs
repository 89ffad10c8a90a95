using System.Runtime.ExceptionServices;
using Criterion.Formats;

namespace Criterion.Training;

/// <summary>Images that were joined.</summary>
/// <param name="Images">The images, <c>[N, 1 or 3, H, W]</c>: bytes; or Float32 in [−1, 1] if any of them is.</param>
/// <param name="Items">The items that they were read from, in order.</param>
/// <param name="Notes">Sentences about changes of the images.</param>
internal sealed record LoadedImages(Tensor Images, IReadOnlyList<ImageItem> Items, IReadOnlyList<string> Notes);

/// <summary>Reads images in parallel and joins them in their order, with the same result on any number of threads.</summary>
/// <param name="source">The source, for notes and errors.</param>
internal sealed class ImageLoader(string source)
{
    // So many pictures wait to be joined, and so many more are read after a damaged one.
    const int PerBlock = 32;

    readonly List<ImageItem> _read = [];
    readonly List<ImageItem> _skipped = [];
    readonly List<(int Count, int Channels, ImageChanges Changes)> _parts = [];

    /// <summary>Gets the side to resize to, in pixels; null to keep the size.</summary>
    public int? Size { get; init; }

    /// <summary>Gets how images that are not square are resized.</summary>
    public ImageFit Fit { get; init; }

    /// <summary>Gets the grey behind transparent pixels and of borders, in [0, 1].</summary>
    public double Background { get; init; } = 1;

    /// <summary>Gets how damaged pictures of a folder are treated.</summary>
    public DamagedImages Damaged { get; init; }

    /// <summary>Gets what is called after each block of pictures.</summary>
    public Action<LoadProgress>? OnProgress { get; init; }

    /// <summary>Reads and joins images, at least one.</summary>
    /// <exception cref="TrainingException">Images differ in size, or a class has only damaged ones.</exception>
    /// <exception cref="DataFormatException">A picture is damaged; the first one in order.</exception>
    public LoadedImages Load(IReadOnlyList<ImageItem> items)
    {
        bool areFloats = items.Any(static item => item.Array is { Images.DType: not DType.UInt8 });
        ImageStack stack = new(items.Sum(static item => item.Count), areFloats ? DType.Float32 : DType.UInt8);
        int done = 0;
        foreach (ImageItem[] block in items.Chunk(PerBlock))
        {
            AddBlock(stack, block);
            done += block.Length;
            if (block.Any(static item => item.Array is null))
            {
                OnProgress?.Invoke(new LoadProgress { Done = done, All = items.Count });
            }
        }

        CheckClasses();
        return new LoadedImages(stack.Images, _read, [.. SkippedNotes(), .. ChangeNotes(stack.Channels)]);
    }

    void AddBlock(ImageStack stack, ImageItem[] block)
    {
        (SizedPart? Part, Exception? Error)[] results = new (SizedPart?, Exception?)[block.Length];
        ParallelOptions threads = new() { MaxDegreeOfParallelism = Compute.Threads };
        Parallel.For(0, block.Length, threads, i => results[i] = Read(block[i]));
        foreach ((ImageItem item, (SizedPart? part, Exception? error)) in block.Zip(results))
        {
            if (part is not null)
            {
                using TensorScope scope = new();
                ImagePart images = part.Value.ToPart();
                stack.Add(images);
                _read.Add(item);
                _parts.Add((images.Count, images.Channels, images.Changes));
            }
            else if (Damaged == DamagedImages.Skip && item.MayBeSkipped && error is DataFormatException)
            {
                _skipped.Add(item);
            }
            else
            {
                Throw(item, error!);
            }
        }
    }

    (SizedPart?, Exception?) Read(ImageItem item)
    {
        try
        {
            if (item.Array is { } array)
            {
                return (new SizedPart(Sized(array), null), null);
            }

            using TensorScope scope = new();
            ImagePart picture = Sized(ImagePart.FromPicture(item.Name, Background));
            return (new SizedPart(picture, picture.Images.ToArray<byte>()), null);
        }
        catch (Exception e)
        {
            return (null, e);
        }
    }

    ImagePart Sized(ImagePart part) => Size is { } side ? part.Resize(side, Fit, Background) : part.PadOdd();

    static void Throw(ImageItem item, Exception error)
    {
        if (item.MayBeSkipped && error is DataFormatException)
        {
            throw new DataFormatException(
                $"{error.Message} To leave damaged pictures out, skip them ({ImageDataset.DamagedParameter}).", error);
        }

        ExceptionDispatchInfo.Throw(error);
    }

    // A class that is lost would number the others anew.
    void CheckClasses()
    {
        HashSet<string?> kept = [.. _read.Select(static item => item.Class)];
        if (_skipped.Find(item => !kept.Contains(item.Class)) is not { } lost || (lost.Class is null && _read.Count > 0))
        {
            return;
        }

        int count = _skipped.Count(item => _read.Count == 0 || item.Class == lost.Class);
        throw new TrainingException(
            $"All {Counted.Of(count, "image")}{(_read.Count == 0 ? "" : $" of the class '{lost.Class}'")} of '{source}' are damaged, "
            + $"such as '{lost.Name}'. Restore them from a copy, or give another folder.");
    }

    // All of them are named, so that no data are left out silently.
    IEnumerable<string> SkippedNotes() => _skipped.Count == 0 ? []
        : [$"{_skipped.Count} of {_skipped.Count + _read.Count} images of '{source}' {(_skipped.Count == 1 ? "is" : "are")} damaged and "
            + $"{(_skipped.Count == 1 ? "was" : "were")} skipped: {string.Join(", ", _skipped.Select(static item => item.Name))}."];

    IEnumerable<string> ChangeNotes(int channels)
    {
        int all = _parts.Sum(static part => part.Count);
        (int Count, string One, string Many)[] changes =
        [
            .. ChangePhrases.Of(Background, Size).Select(phrase =>
                (Changed(part => part.Changes.HasFlag(phrase.Change)), phrase.One, phrase.Many)),
            (Changed(part => part.Channels < channels), "is grey and was converted to colour, like the others",
                "are grey and were converted to colour, like the others"),
        ];
        return changes
            .Where(static change => change.Count > 0)
            .Select(change => $"{(all == 1 ? "The image" : $"{change.Count} of {all} images")} of '{source}' "
                + $"{(change.Count == 1 ? change.One : change.Many)}.");
    }

    int Changed(Func<(int Count, int Channels, ImageChanges Changes), bool> isChanged) =>
        _parts.Where(isChanged).Sum(static part => part.Count);

    /// <summary>Images on the way from the thread that read them.</summary>
    /// <param name="Part">The images; those of a picture are released.</param>
    /// <param name="Bytes">
    /// The bytes of a picture, because memory of tensors that outlive their scope is pinned and collected late.
    /// </param>
    readonly record struct SizedPart(ImagePart Part, byte[]? Bytes)
    {
        public ImagePart ToPart() => Bytes is null ? Part : Part with { Images = Tensor.From(Bytes, Shape) };

        Shape Shape { get; } = Part.Images.Shape;
    }
}
