using System.Text.Json.Serialization;
using Criterion.Losses;

namespace Criterion.Training;

/// <summary>The objective of a Siamese network: a loss of pairs or triplets of embeddings.</summary>
[JsonDerivedType(typeof(CosineEmbeddingObjective), "cosine-embedding")]
[JsonDerivedType(typeof(ContrastiveObjective), "contrastive")]
[JsonDerivedType(typeof(TripletObjective), "triplet")]
[JsonPolymorphic(TypeDiscriminatorPropertyName = "loss")]
public abstract record SiameseObjective
{
    static readonly ObjectText<SiameseObjective> Text = new("loss", name: static kind => (string)kind.TypeDiscriminator!);

    /// <summary>Gets the names of the objectives.</summary>
    public static IReadOnlyList<string> Names => Text.Names;

    /// <summary>Gets the name.</summary>
    [JsonIgnore]
    public abstract string Name { get; }

    /// <summary>Gets the margin of the loss.</summary>
    public abstract double Margin { get; init; }

    /// <summary>Parses an objective: <c>NAME</c> or <c>NAME:margin=value</c>.</summary>
    /// <param name="text">The text.</param>
    /// <exception cref="TrainingException">The name or an option is unknown, or the loss does not accept the margin.</exception>
    public static SiameseObjective Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Text.Parse(text);
    }

    /// <summary>Computes the loss of a new batch.</summary>
    /// <param name="encode">The encoder: images to embeddings.</param>
    /// <param name="sampler">The source of pairs and triplets.</param>
    internal abstract Tensor Loss(Func<Tensor, Tensor> encode, PairSampler sampler);

    /// <summary>Returns a margin that its loss accepts.</summary>
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

    // All images pass the encoder as one batch: the weights are shared, and so are the statistics of batch norm.
    private protected static IReadOnlyList<Tensor> Encoded(Func<Tensor, Tensor> encode, params Tensor[] images) =>
        encode(Tensor.Cat(images)).Chunk(images.Length);
}

/// <summary>Trains on pairs with <see cref="CosineEmbeddingLoss"/>.</summary>
public sealed record CosineEmbeddingObjective : SiameseObjective
{
    /// <summary>Initializes the objective.</summary>
    /// <param name="margin">The similarity below which dissimilar pairs have no loss, in [−1, 1]. Default: 0.5.</param>
    public CosineEmbeddingObjective(double margin = 0.5) => Margin = margin;

    /// <inheritdoc/>
    [JsonIgnore]
    public override string Name => "cosine-embedding";

    /// <summary><inheritdoc cref="CosineEmbeddingObjective(double)" path="/param[@name='margin']/node()"/></summary>
    public override double Margin { get; init => field = Checked(value); }

    internal override Tensor Loss(Func<Tensor, Tensor> encode, PairSampler sampler)
    {
        (Tensor first, Tensor second, Tensor target) = sampler.Pairs();
        IReadOnlyList<Tensor> x = Encoded(encode, first, second);
        return new CosineEmbeddingLoss(Margin).Forward(x[0], x[1], target);
    }

    static double Checked(double margin) => Checked(margin, static margin => new CosineEmbeddingLoss(margin));
}

/// <summary>Trains on pairs with <see cref="ContrastiveLoss"/>.</summary>
public sealed record ContrastiveObjective : SiameseObjective
{
    /// <summary>Initializes the objective.</summary>
    /// <param name="margin">
    /// The distance beyond which dissimilar pairs have no loss. Embeddings have length 1, so no distance exceeds 2. Default: 1.
    /// </param>
    public ContrastiveObjective(double margin = 1) => Margin = margin;

    /// <inheritdoc/>
    [JsonIgnore]
    public override string Name => "contrastive";

    /// <summary><inheritdoc cref="ContrastiveObjective(double)" path="/param[@name='margin']/node()"/></summary>
    public override double Margin { get; init => field = Checked(value); }

    internal override Tensor Loss(Func<Tensor, Tensor> encode, PairSampler sampler)
    {
        (Tensor first, Tensor second, Tensor target) = sampler.Pairs();
        IReadOnlyList<Tensor> x = Encoded(encode, first, second);
        return new ContrastiveLoss(Margin).Forward(x[0], x[1], target);
    }

    static double Checked(double margin) => Checked(margin, static margin => new ContrastiveLoss(margin));
}

/// <summary>Trains on triplets with <see cref="TripletMarginLoss"/>.</summary>
public sealed record TripletObjective : SiameseObjective
{
    /// <summary>Initializes the objective.</summary>
    /// <param name="margin">The distance by which the positive must be nearer to the anchor than the negative. Default: 1.</param>
    public TripletObjective(double margin = 1) => Margin = margin;

    /// <inheritdoc/>
    [JsonIgnore]
    public override string Name => "triplet";

    /// <summary><inheritdoc cref="TripletObjective(double)" path="/param[@name='margin']/node()"/></summary>
    public override double Margin { get; init => field = Checked(value); }

    internal override Tensor Loss(Func<Tensor, Tensor> encode, PairSampler sampler)
    {
        (Tensor anchor, Tensor positive, Tensor negative) = sampler.Triplets();
        IReadOnlyList<Tensor> x = Encoded(encode, anchor, positive, negative);
        return new TripletMarginLoss(Margin).Forward(x[0], x[1], x[2]);
    }

    static double Checked(double margin) => Checked(margin, static margin => new TripletMarginLoss(margin));
}
