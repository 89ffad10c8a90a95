using Criterion.Losses;
using Criterion.Nn;

namespace Criterion.Training;

/// <summary>Images to search for those that are most like another, by the cosine of their embeddings, less their centre.</summary>
/// <remarks>
/// Embeddings of classes that an encoder never saw lie on one side of the sphere; what they have in common says nothing of which are alike.
/// </remarks>
/// <example><code>
/// Gallery gallery = new(EncoderFile.Read("runs/siamese"), images);
/// int nearest = gallery.Search(query).Ranking[0];
/// </code></example>
public sealed class Gallery
{
    readonly Module _encoder;
    readonly Tensor _centre;

    /// <summary>Embeds the images, once for all searches.</summary>
    /// <param name="encoder">Images to embeddings; it is left in evaluation.</param>
    /// <param name="images">What is searched.</param>
    public Gallery(Module encoder, ImageDataset images)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentNullException.ThrowIfNull(images);
        (_encoder, Images) = (encoder, images);
        Tensor embeddings = encoder.InBatches(images.Images);
        _centre = embeddings.Mean(0, keepDim: true).Keep();
        Embeddings = UnitLength.Of(embeddings - _centre).Keep();
    }

    /// <summary>What is searched.</summary>
    public ImageDataset Images { get; }

    /// <summary>The embeddings of the images less their mean, [N, D], of length 1.</summary>
    public Tensor Embeddings { get; }

    /// <summary>Ranks all images by their likeness to another.</summary>
    /// <param name="image">[C, H, W] in [−1, 1], of the size and channels of the gallery.</param>
    /// <exception cref="ShapeException">The image is of another size.</exception>
    public GallerySearch Search(Tensor image)
    {
        ArgumentNullException.ThrowIfNull(image);
        Shape each = new(Images.Images.Shape.Dims[1..]);
        return image.Shape == each
            ? new GallerySearch((_encoder.InBatches(image.Unsqueeze(0)) - _centre)[0], Embeddings)
            : throw new ShapeException($"Gallery: the query is {image.Shape}, and the images of the gallery are {each}. "
                + "Load both with the same size.");
    }
}

/// <summary>A query compared with every image of a gallery.</summary>
public sealed class GallerySearch
{
    /// <summary>Compares embeddings.</summary>
    /// <param name="query">[D].</param>
    /// <param name="gallery">[N, D].</param>
    public GallerySearch(Tensor query, Tensor gallery)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(gallery);
        Gallery = gallery;
        Query = query.Unsqueeze(0).Expand(gallery.Shape);
        Cosines = [.. (1 - new CosineSimilarityLoss(Reduction: Reduction.None).Forward(Query, Gallery)).To(DType.Float64).ToArray<double>()];
        Ranking = [.. Enumerable.Range(0, gallery.Shape[0]).OrderByDescending(i => Cosines[i])];
    }

    /// <summary>The query's embedding once for each image, [N, D]: a view.</summary>
    public Tensor Query { get; }

    /// <summary>The embeddings of the gallery, [N, D].</summary>
    public Tensor Gallery { get; }

    /// <summary>The likeness of each image to the query, in [−1, 1].</summary>
    public IReadOnlyList<double> Cosines { get; }

    /// <summary>The places of all images in the gallery, the most like the query first.</summary>
    public IReadOnlyList<int> Ranking { get; }

    /// <summary>How well the images of the query's kind were found.</summary>
    /// <param name="isSame">Of each image of the gallery, whether it is of the query's kind.</param>
    /// <param name="margin">The margin of <see cref="CosineEmbeddingLoss"/>.</param>
    /// <exception cref="ArgumentException">There is not one answer for each image, or none is of the kind.</exception>
    public RetrievalQuality Measure(IReadOnlyList<bool> isSame, double margin = 0.1)
    {
        ArgumentNullException.ThrowIfNull(isSame);
        if (isSame.Count != Ranking.Count || !isSame.Contains(true))
        {
            throw new ArgumentException($"GallerySearch: {Ranking.Count} images need as many answers, one of them yes at least, and these "
                + $"are {isSame.Count} with {isSame.Count(static same => same)} yes.", nameof(isSame));
        }

        Tensor target = Tensor.From([.. isSame.Select(static same => same ? 1f : -1f)]);
        return new RetrievalQuality([.. Ranking.Select(place => isSame[place])], new CosineEmbeddingLoss(margin).Forward(Query, Gallery, target).Item());
    }
}

/// <summary>How well a search found what is of the query's kind.</summary>
/// <param name="Hits">By rank, whether the image is of the kind.</param>
/// <param name="Loss">
/// The mean <see cref="CosineEmbeddingLoss"/> of the query with each image, 1 where it is of the kind and −1 where not.
/// </param>
public sealed record RetrievalQuality(ValueList<bool> Hits, double Loss)
{
    /// <summary>What guessing would give for any precision: the share of the kind in the gallery.</summary>
    public double Chance => PrecisionAt(Hits.Count);

    /// <summary>The rank of the first image of the kind, from 1.</summary>
    public int FirstHit => 1 + Hits.Index().First(static hit => hit.Item).Index;

    /// <summary>The mean of the precisions at the ranks of all images of the kind: 1 where these come first of all.</summary>
    public double AveragePrecision => Hits.Index().Where(static hit => hit.Item).Select((hit, before) => (before + 1.0) / (hit.Index + 1)).Average();

    /// <summary>The share of the kind among the first <paramref name="count"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">That is less than 1.</exception>
    public double PrecisionAt(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return Hits.Take(count).Average(static hit => hit ? 1.0 : 0.0);
    }
}
