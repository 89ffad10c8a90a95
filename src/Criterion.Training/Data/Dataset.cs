namespace Criterion.Training;

/// <summary>The data of a GAN: an <see cref="ImageDataset"/> or a <see cref="PointDataset"/>.</summary>
/// <remarks>
/// Immutable: any number of threads may read one at once. It outlives the <see cref="TensorScope"/> in which it is created.
/// </remarks>
public abstract class Dataset
{
    /// <summary>Creates a data set of items in memory.</summary>
    /// <exception cref="TrainingException">
    /// The number of labels differs from that of the items, or they do not count classes from 0 in Int64.
    /// </exception>
    private protected Dataset(string source, Tensor items, Tensor? labels)
    {
        if (labels is not null && (labels.Rank != 1 || labels.Count != items.Shape[0]))
        {
            throw new TrainingException($"{source}: {items.Shape[0]} items need as many labels, but the labels are {labels.Shape}. "
                + "Give one per item.");
        }

        if (labels is not null && (labels.DType != DType.Int64 || labels.Min().Item() < 0))
        {
            string are = labels.DType != DType.Int64 ? $"{labels.DType}" : $"as low as {labels.Min().Item()}";
            throw new TrainingException($"{source}: labels must be Int64 and count classes from 0, but are {are}. "
                + "Use labels.To(DType.Int64), and number the classes from 0.");
        }

        (Source, Stored, Labels) = (source, items.Keep(), labels?.Keep());
    }

    /// <summary>Gets the source of the data.</summary>
    public string Source { get; }

    /// <summary>Gets all items, Float32; the first dimension counts them.</summary>
    /// <remarks>
    /// Images from files of bytes are stored as bytes, and every call converts all of them, to four times the memory. Use
    /// <see cref="Batch"/> for some of them.
    /// </remarks>
    public Tensor Items => PixelValues.Signed(Stored);

    /// <summary>Gets all items as they are stored: Float32; or UInt8 with values in [0, 255] in place of [−1, 1].</summary>
    internal Tensor Stored { get; }

    /// <summary>Gets the class of each item, Int64 <c>[N]</c>, or null if unknown.</summary>
    public Tensor? Labels { get; }

    /// <summary>
    /// Gets the changes that loading made, as sentences to show to the user, such as the number of images that were resized; empty if there
    /// are none.
    /// </summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Gets the number of items.</summary>
    public int Count => Stored.Shape[0];

    /// <summary>Gets the shape of an item, such as [1, 32, 32] for a grey image and [2] for a point.</summary>
    internal ValueList<int> ItemShape => [.. Stored.Shape.Dims[1..].ToArray()];

    /// <summary>Returns some items: Float32, <c>[n, …]</c>.</summary>
    /// <param name="places">The indices of the items, Int64 <c>[n]</c>.</param>
    public Tensor Batch(Tensor places) => PixelValues.Signed(Stored.IndexSelect(0, places));

    /// <summary>Gets the number and kind of items as text.</summary>
    public abstract string Description { get; }

    /// <summary>Returns the number of classes of the labels, which count from 0.</summary>
    /// <exception cref="TrainingException">There are no labels, or all are the same.</exception>
    internal int Classes()
    {
        if (Labels is null)
        {
            throw new TrainingException(
                $"A GAN with classes needs the class of each item, and '{Source}' has no labels. "
                + $"{ImageDataset.GiveLabels} {ImageDataset.FashionMnistName} has labels, and most recipes need none.");
        }

        int classes = (int)Labels.Max().Item() + 1;
        return classes > 1
            ? classes
            : throw new TrainingException($"A GAN with classes needs at least two, and '{Source}' has one. "
                + "Add a subfolder for each other class, or use a recipe without classes.");
    }
}
