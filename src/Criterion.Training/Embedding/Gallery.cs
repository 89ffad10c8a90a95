using Criterion.Losses;
using Criterion.Nn;

namespace Criterion.Training;

/// <summary>A set of images that is searched by similarity: the cosine of embeddings after their mean is subtracted.</summary>
/// <remarks>
/// Embeddings of classes that an encoder was not trained on lie on one side of the sphere. Their common part carries no similarity.
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
    /// <param name="encoder">The encoder: images to embeddings; it stays in evaluation mode.</param>
    /// <param name="images">The images to search.</param>
    public Gallery(Module encoder, ImageDataset images)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentNullException.ThrowIfNull(images);
        (_encoder, Images) = (encoder, images);
        Tensor embeddings = encoder.InBatches(images);
        _centre = embeddings.Mean(0, keepDim: true).Keep();
        Embeddings = UnitLength.Of(embeddings - _centre).Keep();
    }

    /// <summary>Gets the images to search.</summary>
    public ImageDataset Images { get; }

    /// <summary>Gets the embeddings of the images minus their mean, <c>[N, D]</c>, of length 1.</summary>
    public Tensor Embeddings { get; }

    /// <summary>Ranks all images by their similarity to a query.</summary>
    /// <param name="image">The query, <c>[C, H, W]</c>, values in [−1, 1], of the size and channels of the gallery.</param>
    /// <exception cref="ShapeException">The query has another shape.</exception>
    public GallerySearch Search(Tensor image)
    {
        ArgumentNullException.ThrowIfNull(image);
        Shape each = [.. Images.ItemShape];
        return image.Shape == each
            ? new GallerySearch((_encoder.InBatches(image.Unsqueeze(0)) - _centre)[0], Embeddings)
            : throw new ShapeException($"Gallery: the query must be {each}, like the images of the gallery, but is {image.Shape}. "
                + "Load both with the same size.");
    }
}

/// <summary>The similarity of a query to every image of a gallery.</summary>
public sealed class GallerySearch
{
    /// <summary>Compares embeddings.</summary>
    /// <param name="query">The embedding of the query, <c>[D]</c>.</param>
    /// <param name="gallery">The embeddings of the gallery, <c>[N, D]</c>.</param>
    public GallerySearch(Tensor query, Tensor gallery)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(gallery);
        Gallery = gallery;
        Query = query.Unsqueeze(0).Expand(gallery.Shape);
        Cosines = [.. Tiles(gallery.Shape[0]).SelectMany(tile => CosinesOf(tile.Start, tile.Count))];
        Ranking = [.. Enumerable.Range(0, gallery.Shape[0]).OrderByDescending(i => Cosines[i])];
    }

    /// <summary>Gets the embedding of the query, repeated for each image, <c>[N, D]</c>: a view.</summary>
    public Tensor Query { get; }

    /// <summary>Gets the embeddings of the gallery, <c>[N, D]</c>.</summary>
    public Tensor Gallery { get; }

    /// <summary>Gets the similarity of each image to the query, in [−1, 1].</summary>
    public IReadOnlyList<double> Cosines { get; }

    /// <summary>Gets the indices of all images of the gallery, the most similar first.</summary>
    public IReadOnlyList<int> Ranking { get; }

    /// <summary>Measures the ranking of the images that show the same as the query.</summary>
    /// <param name="isSame">Whether each image of the gallery shows the same as the query.</param>
    /// <param name="margin">The margin of <see cref="CosineEmbeddingLoss"/>. Default: 0.1.</param>
    /// <exception cref="ArgumentException">The number of values differs from that of the images, or none is true.</exception>
    public RetrievalQuality Measure(IReadOnlyList<bool> isSame, double margin = 0.1)
    {
        ArgumentNullException.ThrowIfNull(isSame);
        if (isSame.Count != Ranking.Count || !isSame.Contains(true))
        {
            throw new ArgumentException(
                $"GallerySearch: {Ranking.Count} images need as many values of which at least one is true, but there are "
                + $"{isSame.Count} with {isSame.Count(static same => same)} true. Give one value per image.", nameof(isSame));
        }

        Tensor target = Tensor.From([.. isSame.Select(static same => same ? 1f : -1f)]);
        CosineEmbeddingLoss loss = new(margin);
        double mean = Tiles(Ranking.Count).Sum(tile => (double)tile.Count / Ranking.Count * InTile(
            tile.Start, tile.Count, (query, gallery) => loss.Forward(query, gallery, target.Narrow(0, tile.Start, tile.Count)).Item()));
        return new RetrievalQuality([.. Ranking.Select(place => isSame[place])], mean);
    }

    // Rows are compared tile by tile, so that the repeated query is never as large as the gallery.
    static IEnumerable<(int Start, int Count)> Tiles(int count)
    {
        const int Tile = 4096;
        return Enumerable.Range(0, (count + Tile - 1) / Tile).Select(i => (i * Tile, Math.Min(Tile, count - (i * Tile))));
    }

    double[] CosinesOf(int start, int count) => InTile(start, count, static (query, gallery) =>
        (1 - new CosineSimilarityLoss(reduction: Reduction.None).Forward(query, gallery)).To(DType.Float64).ToArray<double>());

    T InTile<T>(int start, int count, Func<Tensor, Tensor, T> compare)
    {
        using TensorScope scope = new();
        return compare(Query.Narrow(0, start, count), Gallery.Narrow(0, start, count));
    }
}

/// <summary>The quality of a search.</summary>
public sealed record RetrievalQuality
{
    /// <summary>Initializes the result.</summary>
    /// <param name="hits">Whether the image at each rank shows the same as the query.</param>
    /// <param name="loss">
    /// The mean <see cref="CosineEmbeddingLoss"/> of the query with each image, with target 1 for the same and −1 for others.
    /// </param>
    public RetrievalQuality(ValueList<bool> hits, double loss) => (Hits, Loss) = (hits, loss);

    /// <summary><inheritdoc cref="RetrievalQuality(ValueList{bool}, double)" path="/param[@name='hits']/node()"/></summary>
    public ValueList<bool> Hits { get; init; }

    /// <summary><inheritdoc cref="RetrievalQuality(ValueList{bool}, double)" path="/param[@name='loss']/node()"/></summary>
    public double Loss { get; init; }

    /// <summary>Gets the expected precision of a random ranking: the share of images that show the same.</summary>
    public double Chance => PrecisionAt(Hits.Count);

    /// <summary>Gets the rank of the first image that shows the same, from 1.</summary>
    public int FirstHit => 1 + Hits.Index().First(static hit => hit.Item).Index;

    /// <summary>Gets the mean of the precisions at the ranks of all images that show the same; 1 if these come first.</summary>
    public double AveragePrecision => Hits.Index()
        .Where(static hit => hit.Item)
        .Select(static (hit, before) => (before + 1.0) / (hit.Index + 1))
        .Average();

    /// <summary>Computes the share of images that show the same among the first <paramref name="count"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is less than 1.</exception>
    public double PrecisionAt(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return Hits.Take(count).Average(static hit => hit ? 1.0 : 0.0);
    }
}
