using System.Text.Json.Serialization;
using Criterion.Losses;

namespace Criterion.Training;

/// <summary>What a Siamese network minimises: pairs or triplets of embeddings under a loss.</summary>
[JsonDerivedType(typeof(CosinePairs), "cosine-embedding")]
[JsonDerivedType(typeof(ContrastivePairs), "contrastive")]
[JsonDerivedType(typeof(Triplets), "triplet")]
[JsonPolymorphic(TypeDiscriminatorPropertyName = "loss")]
public abstract record SiameseObjective
{
    /// <summary>The objective of a name: cosine-embedding, contrastive or triplet.</summary>
    /// <param name="name">What the command line calls it.</param>
    /// <param name="margin">Its margin; its default if not given.</param>
    /// <exception cref="TrainingException">There is none of that name, or it takes no such margin.</exception>
    public static SiameseObjective Named(string name, double? margin = null) => name switch
    {
        "cosine-embedding" => new CosinePairs(margin ?? new CosinePairs().Margin),
        "contrastive" => new ContrastivePairs(margin ?? new ContrastivePairs().Margin),
        "triplet" => new Triplets(margin ?? new Triplets().Margin),
        _ => throw new TrainingException($"There is no Siamese loss '{name}'. There are: cosine-embedding, contrastive, triplet."),
    };

    /// <summary>The loss of a fresh batch.</summary>
    /// <param name="encode">Images to embeddings.</param>
    /// <param name="sampler">Where pairs and triplets come from.</param>
    internal abstract Tensor Loss(Func<Tensor, Tensor> encode, PairSampler sampler);

    /// <summary>A margin that its loss takes.</summary>
    private protected static double Checked(double margin, Func<double, object> loss)
    {
        try
        {
            loss(margin);
            return margin;
        }
        catch (ArgumentException e)
        {
            throw new TrainingException(ErrorText.Of(e), e);
        }
    }

    // The two sides go through the encoder as one batch: the weights are shared, and so are the statistics of batch norm.
    private protected static IReadOnlyList<Tensor> Encoded(Func<Tensor, Tensor> encode, params Tensor[] images) =>
        encode(Tensor.Cat(images)).Chunk(images.Length);
}

/// <summary>Pairs under <see cref="CosineEmbeddingLoss"/>.</summary>
/// <param name="Margin">The similarity below which dissimilar pairs cost nothing.</param>
public sealed record CosinePairs(double Margin = 0.5) : SiameseObjective
{
    /// <inheritdoc cref="CosinePairs(double)"/>
    public double Margin { get; init => field = Checked(value, static margin => new CosineEmbeddingLoss(margin)); } = Checked(Margin, static margin => new CosineEmbeddingLoss(margin));

    internal override Tensor Loss(Func<Tensor, Tensor> encode, PairSampler sampler)
    {
        (Tensor first, Tensor second, Tensor target) = sampler.Pairs();
        IReadOnlyList<Tensor> x = Encoded(encode, first, second);
        return new CosineEmbeddingLoss(Margin).Forward(x[0], x[1], target);
    }
}

/// <summary>Pairs under <see cref="ContrastiveLoss"/>.</summary>
/// <param name="Margin">The distance beyond which dissimilar pairs cost nothing; embeddings have length 1, so that no distance is above 2.</param>
public sealed record ContrastivePairs(double Margin = 1) : SiameseObjective
{
    /// <inheritdoc cref="ContrastivePairs(double)"/>
    public double Margin { get; init => field = Checked(value, static margin => new ContrastiveLoss(margin)); } = Checked(Margin, static margin => new ContrastiveLoss(margin));

    internal override Tensor Loss(Func<Tensor, Tensor> encode, PairSampler sampler)
    {
        (Tensor first, Tensor second, Tensor target) = sampler.Pairs();
        IReadOnlyList<Tensor> x = Encoded(encode, first, second);
        return new ContrastiveLoss(Margin).Forward(x[0], x[1], target);
    }
}

/// <summary>Triplets under <see cref="TripletMarginLoss"/>.</summary>
/// <param name="Margin">How much nearer the anchor should be to its own kind.</param>
public sealed record Triplets(double Margin = 1) : SiameseObjective
{
    /// <inheritdoc cref="Triplets(double)"/>
    public double Margin { get; init => field = Checked(value, static margin => new TripletMarginLoss(margin)); } = Checked(Margin, static margin => new TripletMarginLoss(margin));

    internal override Tensor Loss(Func<Tensor, Tensor> encode, PairSampler sampler)
    {
        (Tensor anchor, Tensor positive, Tensor negative) = sampler.Triplets();
        IReadOnlyList<Tensor> x = Encoded(encode, anchor, positive, negative);
        return new TripletMarginLoss(Margin).Forward(x[0], x[1], x[2]);
    }
}
