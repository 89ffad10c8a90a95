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

    /// <summary>
    /// Gets the classes that are held out from training for measurement, two or more; none holds out a fifth of the images of each class
    /// instead. Default: 5, 7, 8, which suit Fashion-MNIST; see <see cref="For"/>.
    /// </summary>
    [JsonConverter(typeof(ValueListConverter<int>))]
    [TrainingOption(
        "held-out", "Classes held out from training for measurement, by number; give it again for each of two or more. "
            + "none holds out a fifth of the images of each class instead",
        ValueName = "class", Range = "[0, ∞)",
        Default = "5, 7 and 8 for fashion-mnist: sandals, sneakers, bags; the last third of five or more other classes; otherwise none")]
    public ValueList<int> HeldOut { get; init; } = [5, 7, 8];

    /// <summary>Gets the learning rate of Adam; not negative. Default: 1e-3.</summary>
    [TrainingOption("lr", "Learning rate of Adam", ValueName = "rate", Range = "[0, ∞)")]
    public double LearningRate { get; init; } = 1e-3;

    internal override TrainingOptionList List => Declared;

    /// <summary>
    /// Returns the options with the classes to hold out that suit labelled images: 5, 7 and 8 of Fashion-MNIST, the last third of five or
    /// more other classes, and none of fewer, so that there are two or more to train on and to measure.
    /// </summary>
    /// <param name="data">The labelled images.</param>
    /// <exception cref="TrainingException">There are no labels.</exception>
    public SiameseOptions For(ImageDataset data)
    {
        const int Fewest = 5;
        ArgumentNullException.ThrowIfNull(data);
        if (data.Source == ImageDataset.FashionMnistName)
        {
            return this with { HeldOut = new SiameseOptions().HeldOut };
        }

        int[] classes = [.. data.LabelsOf(SiameseRun.WhyLabels).Distinct().Order()];
        return this with { HeldOut = classes.Length < Fewest ? [] : [.. classes[^Math.Max(2, classes.Length / 3)..]] };
    }

    private protected override void CheckTogether()
    {
        if (HeldOut.Distinct().Count() != HeldOut.Count || HeldOut.Count == 1)
        {
            throw new TrainingException(
                $"{nameof(SiameseOptions)}.{nameof(HeldOut)}: the value must be two or more different classes, which are told apart, "
                + $"but is {string.Join(", ", HeldOut)}. Give different classes, or none.");
        }
    }
}
