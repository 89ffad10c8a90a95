using System.Text.Json.Serialization;

namespace Criterion.Training;

/// <summary>The options of a Siamese training, apart from its encoder and data.</summary>
public sealed record SiameseOptions : TrainingOptions
{
    /// <summary>Gets the declared options.</summary>
    public static TrainingOptionList Declared { get; } = TrainingOptionList.Of<SiameseOptions>();

    /// <summary>Gets the objective. Default: <see cref="CosineEmbeddingObjective"/>.</summary>
    [TrainingOption("loss", "Loss of pairs (cosine-embedding, contrastive) or of triplets (triplet)", ValueName = "loss")]
    public SiameseObjective Objective { get; init; } = new CosineEmbeddingObjective();

    /// <summary>Gets the steps to train for; at least 1. Default: 300.</summary>
    [TrainingOption("steps", "Steps to train for", ValueName = "count", Range = "[1, 2147483647]")]
    public int Steps { get; init; } = 300;

    /// <summary>Gets the pairs or triplets in a batch; from 2 to 65,536. Default: 64.</summary>
    [TrainingOption("batch", "Pairs or triplets in a batch", ValueName = "count", Range = "[2, 65536]")]
    public int BatchSize { get; init; } = 64;

    /// <summary>Gets the margin of the objective.</summary>
    [JsonIgnore]
    [TrainingOption(
        "margin", "Margin of the loss", ValueName = "margin", Range = "(0, ∞)",
        Default = "0.5 for cosine-embedding, 1 for contrastive and triplet")]
    public double Margin
    {
        get => Objective.Margin;
        init => Objective = Objective with { Margin = value };
    }

    /// <summary>Gets the classes that are held out from training for measurement; at least 2. Default: 5, 7, 8.</summary>
    [JsonConverter(typeof(ValueListConverter<int>))]
    [TrainingOption(
        "held-out", "Classes held out from training for measurement; give it again for each of two or more",
        ValueName = "class", Range = "[0, ∞)", Default = "5, 7 and 8: sandals, sneakers, bags")]
    public ValueList<int> HeldOut { get; init; } = [5, 7, 8];

    /// <summary>Gets the learning rate of Adam; not negative. Default: 1e-3.</summary>
    [TrainingOption("lr", "Learning rate of Adam", ValueName = "rate", Range = "[0, ∞)")]
    public double LearningRate { get; init; } = 1e-3;

    internal override TrainingOptionList List => Declared;

    private protected override void CheckTogether()
    {
        if (HeldOut.Distinct().Count() != HeldOut.Count || HeldOut.Count < 2)
        {
            throw new TrainingException(
                $"{nameof(SiameseOptions)}.{nameof(HeldOut)}: the value must be two or more different classes, which are told apart, "
                + $"but is {string.Join(", ", HeldOut)}. Give different classes.");
        }
    }
}
