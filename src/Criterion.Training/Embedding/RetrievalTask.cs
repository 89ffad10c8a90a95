namespace Criterion.Training;

/// <summary>A query and a gallery with known answers, as in re-identification, where 100 of 1,000 images show the same.</summary>
public sealed record RetrievalTask
{
    /// <summary>Initializes the task.</summary>
    /// <param name="query">The query, <c>[C, H, W]</c>.</param>
    /// <param name="gallery">The images to search, without the query; those of its class come first.</param>
    /// <param name="isSame">Whether each image of the gallery has the class of the query.</param>
    public RetrievalTask(Tensor query, ImageDataset gallery, ValueList<bool> isSame) => (Query, Gallery, IsSame) = (query, gallery, isSame);

    /// <summary><inheritdoc cref="RetrievalTask(Tensor, ImageDataset, ValueList{bool})" path="/param[@name='query']/node()"/></summary>
    public Tensor Query { get; init; }

    /// <summary><inheritdoc cref="RetrievalTask(Tensor, ImageDataset, ValueList{bool})" path="/param[@name='gallery']/node()"/></summary>
    public ImageDataset Gallery { get; init; }

    /// <summary><inheritdoc cref="RetrievalTask(Tensor, ImageDataset, ValueList{bool})" path="/param[@name='isSame']/node()"/></summary>
    public ValueList<bool> IsSame { get; init; }

    /// <summary>Creates a task from labelled images: the first of the query's class and the first of other classes.</summary>
    /// <param name="data">The labelled images.</param>
    /// <param name="query">The index of the query.</param>
    /// <param name="classes">The classes to use, such as those held out from training.</param>
    /// <param name="same">The number of images of the query's class. Default: 100.</param>
    /// <param name="others">The number of images of other classes. Default: 900.</param>
    /// <exception cref="TrainingException">The query is of another class, or there are too few images.</exception>
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
                $"RetrievalTask: image {query} of '{data.Source}' cannot be the query among the classes {string.Join(", ", classes)}: "
                    + $"{(query < 0 || query >= labels.Length ? $"there are {labels.Length} images" : $"it is of class {labels[query]}")}. "
                    + $"The first image that can is {data.FirstOf(classes)}.");
        }

        int[] chosen = [.. Places(label => label == labels[query], same), .. Places(label => label != labels[query], others)];
        Tensor image = data.Batch(Tensor.From<long>(query))[0];
        return new(image, data.Select(chosen), [.. chosen.Select(place => labels[place] == labels[query])]);

        IEnumerable<int> Places(Func<int, bool> isWanted, int count)
        {
            int[] places =
            [
                .. Enumerable.Range(0, labels.Length)
                    .Where(i => i != query && classes.Contains(labels[i]) && isWanted(labels[i]))
                    .Take(count),
            ];
            return places.Length == count
                ? places
                : throw new TrainingException(
                    $"RetrievalTask: '{data.Source}' has {places.Length} such images of the classes {string.Join(", ", classes)}, "
                    + $"but {count} are asked for. Ask for fewer.");
        }
    }
}
