namespace Criterion.Training;

/// <summary>What a GAN learns to make more of: an <see cref="ImageDataset"/> or a <see cref="PointDataset"/>.</summary>
/// <remarks>
/// Immutable: any number of threads may read one at once. It outlives the <see cref="TensorScope"/> in which it happens to be made.
/// </remarks>
public abstract class Dataset
{
    /// <summary>A data set that is in memory.</summary>
    /// <exception cref="TrainingException">There are not as many labels as items.</exception>
    private protected Dataset(string source, Tensor items, Tensor? labels)
    {
        if (labels is not null && (labels.Rank != 1 || labels.Count != items.Shape[0]))
        {
            throw new TrainingException($"{source}: {items.Shape[0]} items need as many labels, and there are {labels.Shape}.");
        }

        (Source, Items, Labels) = (source, items.Keep(), labels?.Keep());
    }

    /// <summary>Where the data come from.</summary>
    public string Source { get; }

    /// <summary>All items, Float32, one for each index of the first dimension.</summary>
    public Tensor Items { get; }

    /// <summary>The class of each item, Int64 <c>[N]</c>, or null where unknown.</summary>
    public Tensor? Labels { get; }

    /// <summary>
    /// What was changed or passed over on the way from the source, in sentences, such as how many images were resized: for whoever loads
    /// data to show. Empty where nothing was.
    /// </summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>The number of items.</summary>
    public int Count => Items.Shape[0];

    /// <summary>What there is how many of, for people.</summary>
    public abstract string Description { get; }

    /// <summary>The number of classes of the labels, which are 0 and up.</summary>
    /// <exception cref="TrainingException">There are no labels.</exception>
    internal int Classes() => Labels is null
        ? throw new TrainingException($"A GAN of classes needs the class of each item, and '{Source}' has no labels. Use {ImageDataset.FashionMnistName}, give the data set labels, or take a recipe without classes.")
        : (int)Labels.Max().Item() + 1;
}
