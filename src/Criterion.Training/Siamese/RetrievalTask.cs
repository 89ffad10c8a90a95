namespace Criterion.Training;

/// <summary>
/// An image to find the like of in a gallery that is known: re-identification, where a hundred of a thousand show the same.
/// </summary>
/// <param name="Query">The image, [C, H, W].</param>
/// <param name="Gallery">What is searched, without the query; those of its class come first.</param>
/// <param name="IsSame">Of each image of the gallery, whether it is of the query's class.</param>
public sealed record RetrievalTask(Tensor Query, ImageDataset Gallery, ValueList<bool> IsSame)
{
    /// <summary>A gallery of labelled images: the first of the query's class, and the first of other classes.</summary>
    /// <param name="data">Labelled images.</param>
    /// <param name="query">The place of the query among them.</param>
    /// <param name="classes">The classes to take images of, such as those that the encoder never saw.</param>
    /// <param name="same">Images of the query's class.</param>
    /// <param name="others">Images of the other classes.</param>
    /// <exception cref="TrainingException">The query is not of these classes, or there are too few images.</exception>
    public static RetrievalTask Of(ImageDataset data, int query, IReadOnlyCollection<int> classes, int same = 100, int others = 900)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(classes);
        ArgumentOutOfRangeException.ThrowIfLessThan(same, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(others);
        int[] labels = data.LabelsOf("a query is compared with images of its class");
        if (query < 0 || query >= labels.Length || !classes.Contains(labels[query]))
        {
            throw new TrainingException(
                $"Image {query} of '{data.Source}' can't be looked for among the classes {string.Join(", ", classes)}: "
                    + $"{(query < 0 || query >= labels.Length ? $"there are {labels.Length} images" : $"it is of class {labels[query]}")}. "
                    + $"The first that can is {data.FirstOf(classes)}.");
        }

        int[] chosen = [.. Places(label => label == labels[query], same), .. Places(label => label != labels[query], others)];
        return new(data.Images[query], data.Select(chosen), [.. chosen.Select(place => labels[place] == labels[query])]);

        IEnumerable<int> Places(Func<int, bool> isWanted, int count)
        {
            int[] places = [.. Enumerable.Range(0, labels.Length).Where(i => i != query && classes.Contains(labels[i]) && isWanted(labels[i])).Take(count)];
            return places.Length == count
                ? places
                : throw new TrainingException($"'{data.Source}' has {places.Length} such images of the classes "
                    + $"{string.Join(", ", classes)}, and {count} are asked for.");
        }
    }
}
