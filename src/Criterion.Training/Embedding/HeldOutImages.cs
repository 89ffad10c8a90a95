namespace Criterion.Training;

/// <summary>Images divided into those that an encoder is trained on and two parts that it is measured on.</summary>
/// <param name="Learned">The images to train on.</param>
/// <param name="Measured">The images that are compared with one another.</param>
/// <param name="Others">Other held-out images, which give the centre of the embeddings and the threshold.</param>
internal sealed record HeldOutImages(ImageDataset Learned, ImageDataset Measured, ImageDataset Others)
{
    // All pairs of the measured images are compared.
    const int MostMeasured = 1000;

    // Where no classes are held out, one of this many images of each class is.
    const int Every = 5;

    // Two in each part, so that each class has a pair.
    const int LeastOfClass = 4;

    const string Option = $"{nameof(EmbeddingOptions)}.{nameof(EmbeddingOptions.HeldOut)}";

    /// <summary>Divides images as the options of a training demand it.</summary>
    /// <exception cref="TrainingException">There are no labels where some are needed, or too few classes or images.</exception>
    public static HeldOutImages Of(ImageDataset data, EmbeddingOptions options) =>
        data.Labels is null && options.Views ? OfViews(data, options) : Of(data, options.HeldOut);

    /// <summary>Divides images without labels: every fifth is measured, by another view of itself that should be found.</summary>
    static HeldOutImages OfViews(ImageDataset data, EmbeddingOptions options)
    {
        int[] held = [.. Enumerable.Range(0, data.Count).Where(static place => place % Every == Every - 1)];
        if (held.Length < LeastOfClass)
        {
            throw new TrainingException($"EmbeddingRun: '{data.Source}' has {Counted.Of(data.Count, "image")}, and at least "
                + $"{LeastOfClass * Every} are needed to train without labels and to measure. Add images.");
        }

        RandomStream random = new RandomStream(options.Seed).Fork(24);
        int half = Math.Min(held.Length / 2, MostMeasured / 2);
        return new HeldOutImages(
            data.Select(Enumerable.Range(0, data.Count).Where(static place => place % Every != Every - 1)),
            Views(data.Select(held[..half])),
            Views(data.Select(held[half..(2 * half)])));

        ImageDataset Views(ImageDataset images)
        {
            Tensor both = (options.Augmentation ?? new ViewAugmentation()).Apply(Tensor.Cat([images.Images, images.Images]), random);
            return new ImageDataset(data.Source, both, Tensor.Arange(images.Count).Repeat(2), ImageRange.MinusOneOne);
        }
    }

    /// <summary>Divides labelled images.</summary>
    /// <param name="data">The labelled images.</param>
    /// <param name="classes">The classes to hold out; none for a fifth of the images of each class.</param>
    /// <exception cref="TrainingException">There are no labels, or too few classes or images.</exception>
    public static HeldOutImages Of(ImageDataset data, IReadOnlyCollection<int> classes)
    {
        int[] labels = data.LabelsOf(EmbeddingRun.WhyLabels);
        int[] ranks = Ranks(labels);
        bool IsHeldOut(int place) => classes.Count > 0 ? classes.Contains(labels[place]) : ranks[place] % Every == Every - 1;
        int[] held = [.. Enumerable.Range(0, labels.Length).Where(IsHeldOut)];
        CheckEnough(data, classes, labels, held);
        int half = Math.Min(held.Length / 2, MostMeasured);
        (int[] first, int[] second) = (held[..half], held[half..(2 * half)]);
        if (!HasAll(first, held, labels) || !HasAll(second, held, labels))
        {
            // Images in the order of their classes: the parts take turns within each class.
            int[] turns = Ranks([.. held.Select(place => labels[place])]);
            int[] byTurn = [.. Enumerable.Range(0, held.Length).OrderBy(i => turns[i])];
            first = [.. byTurn.Where(i => turns[i] % 2 == 0).Take(MostMeasured).Select(i => held[i])];
            second = [.. byTurn.Where(i => turns[i] % 2 == 1).Take(MostMeasured).Select(i => held[i])];
        }

        ImageDataset learned = classes.Count > 0
            ? data.Without(classes)
            : data.Select(Enumerable.Range(0, labels.Length).Where(place => !IsHeldOut(place)));
        return new HeldOutImages(learned, data.Select(first), data.Select(second));
    }

    /// <summary>Returns the number of earlier images of the class of each image.</summary>
    static int[] Ranks(int[] labels)
    {
        Dictionary<int, int> seen = [];
        return [.. labels.Select(label => seen[label] = seen.GetValueOrDefault(label, -1) + 1)];
    }

    static bool HasAll(int[] part, int[] all, int[] labels) =>
        part.Select(place => labels[place]).ToHashSet().IsSupersetOf(all.Select(place => labels[place]));

    static void CheckEnough(ImageDataset data, IReadOnlyCollection<int> classes, int[] labels, int[] held)
    {
        int[] present = [.. labels.Distinct().Order()];
        int[] missing = [.. classes.Except(present)];
        if (missing.Length > 0)
        {
            throw new TrainingException(
                $"EmbeddingRun: '{data.Source}' has no images of the held-out classes {string.Join(", ", missing)}. "
                + $"Its classes are {string.Join(", ", present.Select(data.ClassName))}. Change {Option}.");
        }

        if (present.Length < 2)
        {
            throw new TrainingException($"EmbeddingRun: '{data.Source}' has {Counted.Of(present.Length, "class")}, "
                + "and at least 2 are needed to tell apart. Add a class.");
        }

        Dictionary<int, int> counts = held.CountBy(place => labels[place]).ToDictionary();
        int[] needed = classes.Count > 0 ? [.. classes] : present;
        if (needed.Where(label => counts.GetValueOrDefault(label) < LeastOfClass).Cast<int?>().FirstOrDefault() is { } few)
        {
            string has = Counted.Of(counts.GetValueOrDefault(few), "held-out image");
            throw new TrainingException(
                $"EmbeddingRun: class {data.ClassName(few)} of '{data.Source}' has {has}, and at least {LeastOfClass} are needed "
                + "to measure. "
                + (classes.Count > 0
                    ? $"Add images, or change {Option}."
                    : $"Add images, so that the class has {LeastOfClass * Every}, or hold out whole classes in {Option}."));
        }
    }
}
