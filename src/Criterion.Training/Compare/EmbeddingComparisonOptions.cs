using System.Text.Json.Serialization;
using Criterion.Losses;

namespace Criterion.Training;

/// <summary>The options of a comparison of the losses of embeddings.</summary>
/// <remarks>
/// The budget is the number of steps with as many images. For one seed all start from the same weights of the encoder. Steps that are not
/// finite are skipped and counted.
/// </remarks>
public sealed record EmbeddingComparisonOptions : ComparisonOptions
{
    /// <summary>Initializes options with 300 steps of each run.</summary>
    public EmbeddingComparisonOptions() => Steps = 300;

    /// <summary>Gets the losses, as <see cref="EmbeddingNames"/> parses them.</summary>
    [JsonConverter(typeof(ValueListConverter<string>))]
    public required ValueList<string> Losses { get; init; }

    /// <summary>
    /// Gets the images that pass the encoder in a step: as many in a batch, half as many pairs, or a third as many triplets, rounded. With
    /// <see cref="Views"/> each passes twice. Default: 128.
    /// </summary>
    public int Images { get; init; } = 128;

    /// <summary>Gets whether the trainings are without labels: see <see cref="EmbeddingOptions.Views"/>. Default: false.</summary>
    public bool Views { get; init; }

    /// <summary>
    /// Gets the random changes of each image; null for none, or with <see cref="Views"/> for those of <see cref="ViewAugmentation"/>.
    /// Default: none.
    /// </summary>
    public ViewAugmentation? Augmentation { get; init; }

    /// <summary>
    /// Gets the classes that are held out for measurement; none holds out a fifth of the images of each class. Default: null, for those of
    /// <see cref="EmbeddingOptions.For"/>.
    /// </summary>
    [JsonConverter(typeof(ValueListConverter<int>))]
    public ValueList<int>? HeldOut { get; init; }

    /// <summary>Gets the learning rate of Adam. Default: that of <see cref="EmbeddingOptions"/>.</summary>
    public double LearningRate { get; init; } = new EmbeddingOptions().LearningRate;

    internal override ValueList<string> Competitors => Losses;

    internal override string CompetitorWord => "loss";

    internal override IEnumerable<(string What, object Value)> Compared() =>
    [
        ("losses", Losses),
        .. base.Compared(),
        ("images", Images),
        ("views", Views),
        ("augmentation", Augmentation is { } changes ? changes : "none"),
        ("held-out classes", HeldOut is { } classes ? classes : "by the data"),
        ("learning rate", LearningRate),
    ];

    /// <summary>Returns the options of a run.</summary>
    /// <exception cref="TrainingException">The loss is unknown, or the data have no labels where they are needed.</exception>
    internal EmbeddingOptions For(string name, ulong seed, ImageDataset data)
    {
        IEmbeddingLoss loss = EmbeddingNames.Parse(name);
        int imagesPerItem = EmbeddingObjective.ItemOf(loss).Images;
        EmbeddingOptions options = new()
        {
            Loss = loss,
            Views = Views,
            Augmentation = Augmentation ?? (Views ? new ViewAugmentation() : null),
            Steps = Steps,
            BatchSize = (Images + (imagesPerItem / 2)) / imagesPerItem,
            LearningRate = LearningRate,
            OnNan = NanPolicy.Skip,
            Seed = seed,
        };
        return HeldOut is { } classes ? options with { HeldOut = classes } : options.For(data);
    }
}
