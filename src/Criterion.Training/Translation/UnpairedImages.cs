namespace Criterion.Training;

/// <summary>Two unpaired sets of images, and pairs on which a translator between them can be measured.</summary>
/// <param name="A">The images of domain A.</param>
/// <param name="B">The images of domain B.</param>
/// <param name="Pairs">Images that are known in both domains and are in neither set; null if there are none.</param>
internal sealed record UnpairedImages(ImageDataset A, ImageDataset B, (Tensor A, Tensor B)? Pairs)
{
    const int PairsMeasured = 500;

    /// <summary>Gets the garments of Fashion-MNIST and sketches of other garments.</summary>
    public static UnpairedImages GarmentsToSketches
    {
        get
        {
            (ImageDataset garments, ImageDataset sketches, (Tensor, Tensor) pairs) =
                Sketches.Unpaired(ImageDataset.FashionMnist(), PairsMeasured);
            return new(garments, sketches, pairs);
        }
    }

    /// <summary>Gets the same images with A and B exchanged.</summary>
    public UnpairedImages Reversed => new(B, A, Pairs is { } pairs ? (pairs.B, pairs.A) : null);

    /// <summary>Gets images of A and B to show: the pairs, or the images to train on.</summary>
    public (Tensor A, Tensor B) Shown => Pairs ?? (A.Stored, B.Stored);

    /// <summary>Gets images of A and B to translate at the end: the pairs, or one image of each.</summary>
    public (Tensor A, Tensor B) Measured => Pairs ?? (PixelValues.Signed(A.Stored[..1]), PixelValues.Signed(B.Stored[..1]));

    /// <summary>Loads two sets. If one has colour, both have.</summary>
    /// <param name="a">The arguments that load domain A.</param>
    /// <param name="b">The arguments that load domain B.</param>
    /// <param name="onProgress">Called after every 32 files that are read.</param>
    public static UnpairedImages Load(DataArguments a, DataArguments b, Action<LoadProgress>? onProgress)
    {
        (ImageDataset ofA, ImageDataset ofB) = (a.LoadImages(onProgress), b.LoadImages(onProgress));
        int channels = Math.Max(ofA.Channels, ofB.Channels);
        return new(ofA.WithChannels(channels), ofB.WithChannels(channels), null);
    }

    /// <summary>Refuses sets whose images differ in size or channels.</summary>
    /// <param name="trainer">The name of the trainer in the error.</param>
    /// <param name="a">The images of domain A.</param>
    /// <param name="b">The images of domain B.</param>
    /// <exception cref="TrainingException">They differ.</exception>
    public static void CheckAlike(string trainer, ImageDataset a, ImageDataset b)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        if ((a.Channels, a.Size) != (b.Channels, b.Size))
        {
            throw new TrainingException(
                $"{trainer}: both domains need images of the same size and channels, "
                    + $"but '{a.Source}' has {Counted.Of(a.Channels, "channel")} of {a.Size} "
                + $"and '{b.Source}' {b.Channels} of {b.Size}. "
                + $"{(a.Size == b.Size ? "Convert both to grey or both to colour." : "Resize them to one size.")}");
        }
    }
}
