using System.Text.Json.Serialization;
using Criterion.Losses;

namespace Criterion.Training;

/// <summary>The options of training an encoder of images, apart from the encoder and the data.</summary>
public sealed record EmbeddingOptions : TrainingOptions
{
    /// <summary>The margin of <see cref="CosineEmbeddingLoss"/> in trainings.</summary>
    internal const double CosineMargin = 0.5;

    const string WithLabels = "a loss from labels or of class weights";

    /// <summary>Gets the declared options.</summary>
    public static TrainingOptionList Declared { get; } = TrainingOptionList.Of<EmbeddingOptions>();

    /// <summary>
    /// Gets the options of a Siamese network: 300 steps of 64 pairs, half of them of one class, with <see cref="CosineEmbeddingLoss"/>.
    /// </summary>
    public static EmbeddingOptions Siamese { get; } =
        new() { Loss = new CosineEmbeddingLoss(CosineMargin), Augmentation = null, Steps = 300, BatchSize = 64 };

    /// <summary>Gets the loss. Its kind decides what a batch contains. Default: <see cref="ProxyAnchorLoss"/>.</summary>
    [TrainingOption("loss", "Loss of the embeddings, whose kind decides what a batch contains", ValueName = "loss")]
    public IEmbeddingLoss Loss { get; init; } = new ProxyAnchorLoss();

    /// <summary>
    /// Gets whether the training is without labels: an item is similar to another view of itself alone. Needs a loss of two views, or one
    /// from labels, which are then the numbers of the images. Default: false.
    /// </summary>
    [TrainingOption("views", "Train without labels: two augmented views of an image belong together", ValueName = "flag")]
    public bool Views { get; init; }

    /// <summary>
    /// Gets the random changes of each image of a batch; null for none, or with <see cref="Views"/>, which must differ, for those of
    /// <see cref="ViewAugmentation"/>. Default: milder ones than these, with crops from 0.8 and brightness and contrast of 0.2: stronger
    /// changes cost Recall@1.
    /// </summary>
    [TrainingOption(
        "augment", "Random changes of each image of a batch: default for crop=0.5,shift=0.1,flip=true,brightness=0.4,contrast=0.4, some of "
            + "these with other values, or none",
        ValueName = "changes")]
    public ViewAugmentation? Augmentation { get; init; } = new(crop: 0.8, brightness: 0.2, contrast: 0.2);

    /// <summary>Gets the steps to train for; at least 1. Default: 500.</summary>
    [TrainingOption("steps", "Steps to train for", ValueName = "count", Range = "[1, 2147483647]")]
    public int Steps { get; init; } = 500;

    /// <summary>
    /// Gets the pairs, triplets or images in a batch; from 2 to 65,536. Class-balanced batches have as many images as their classes divide
    /// evenly. Default: 32.
    /// </summary>
    [TrainingOption("batch", "Pairs, triplets or images in a batch", ValueName = "count", Range = "[2, 65536]")]
    public int BatchSize { get; init; } = 32;

    /// <summary>
    /// Gets K, the images of each class in a class-balanced batch; 0 for all classes and as many images of each as fit, at least 2, with a
    /// loss from labels, and for batches in random order with a loss of class weights. Default: 0.
    /// </summary>
    [TrainingOption(
        "per-class", "Images of each class in a class-balanced batch", ValueName = "count", Range = "[0, 32768]",
        Default = "as many as fit of all classes for a loss from labels; random order for one of class weights")]
    public int PerClass { get; init; }

    /// <summary>Gets the margin of the loss; null if it has none, or several.</summary>
    [JsonIgnore]
    [TrainingOption(
        "margin", "Margin of the loss", ValueName = "margin", Range = "[0, ∞)",
        Default = "that of the loss; 0.5 for cosine-embedding, 1 for contrastive and triplet-margin")]
    public double? Margin
    {
        get => EmbeddingNames.Margin(Loss);
        init => Loss = value is { } margin ? EmbeddingNames.WithMargin(Loss, margin) : Loss;
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

    /// <summary>Gets the learning rate of class weights; not negative. Default: 1e-2.</summary>
    [TrainingOption("class-lr", "Learning rate of the weights of classes, for losses that have them", ValueName = "rate", Range = "[0, ∞)")]
    public double ClassLearningRate { get; init; } = 1e-2;

    /// <summary>
    /// Gets the number of embeddings of earlier batches that a loss from labels also compares with; 0 for none. See
    /// <see cref="CrossBatchMemory"/>. Default: 0.
    /// </summary>
    [TrainingOption(
        "memory", "Embeddings of earlier batches that a loss from labels also compares with",
        ValueName = "count", Range = "[0, 16777216]")]
    public int Memory { get; init; }

    /// <summary>Gets the batches before the memory is used; not negative. Default: 0.</summary>
    [TrainingOption("memory-after", "Batches before the memory is used", ValueName = "count", Range = "[0, 2147483647]")]
    public int MemoryAfter { get; init; }

    /// <summary>
    /// Gets the momentum of a slow copy of the encoder that embeds the images for the memory, in [0, 1); 0 for the embeddings of the
    /// encoder itself. See <see cref="Optim.MomentumEncoder"/>. Default: 0.
    /// </summary>
    [TrainingOption(
        "momentum", "Momentum of a slow copy of the encoder that embeds the images for the memory; 0 for the embeddings of the encoder",
        ValueName = "share", Range = "[0, 1)")]
    public double Momentum { get; init; }

    internal override TrainingOptionList List => Declared;

    /// <summary>Gets whether batches are class-balanced.</summary>
    internal bool IsClassBalanced => !Views && (Loss is ILabelLoss || (Loss is IClassWeightLoss && PerClass > 0));

    /// <summary>
    /// Returns the options with the classes to hold out that suit labelled images: 5, 7 and 8 of Fashion-MNIST, the last third of five or
    /// more other classes, and none of fewer, so that there are two or more to train on and to measure. Images without labels, which
    /// <see cref="Views"/> alone accept, have none.
    /// </summary>
    /// <param name="data">The images.</param>
    /// <exception cref="TrainingException">There are no labels, and the training needs some.</exception>
    public EmbeddingOptions For(ImageDataset data)
    {
        const int Fewest = 5;
        ArgumentNullException.ThrowIfNull(data);
        if (data.Source == ImageDataset.FashionMnistName)
        {
            return this with { HeldOut = new EmbeddingOptions().HeldOut };
        }

        if (Views && data.Labels is null)
        {
            return this with { HeldOut = [] };
        }

        int[] classes = [.. data.LabelsOf(EmbeddingRun.WhyLabels).Distinct().Order()];
        return this with { HeldOut = classes.Length < Fewest ? [] : [.. classes[^Math.Max(2, classes.Length / 3)..]] };
    }

    private protected override void CheckTogether()
    {
        if (HeldOut.Distinct().Count() != HeldOut.Count || HeldOut.Count == 1)
        {
            throw new TrainingException(
                $"{Name(nameof(HeldOut))}: the value must be two or more different classes, which are told apart, "
                + $"but is {string.Join(", ", HeldOut)}. Give different classes, or none.");
        }

        CheckLoss();
        CheckBatch();
    }

    void CheckLoss()
    {
        string loss = Loss.GetType().Name;
        if (Loss is Loss { Reduction: Reduction.None })
        {
            throw new TrainingException($"{Name(nameof(Loss))}: a training minimizes one number, and the reduction of {loss} is None. "
                + "Set it to Mean.");
        }

        if (Views ? Loss is not (IViewLoss or ILabelLoss) : Loss is IViewLoss)
        {
            throw new TrainingException(Views
                ? $"{loss} needs labels, and {Name(nameof(Views))} trains without. Set {Name(nameof(Loss))} to a loss of two views, such "
                    + "as nt-xent, or to one from labels, such as sup-con."
                : $"{loss} compares two views of each image. Set {Name(nameof(Views))}, or set {Name(nameof(Loss))} to a loss from "
                    + "labels.");
        }
    }

    void CheckBatch()
    {
        if (PerClass > 0 && (Views || Loss is not (ILabelLoss or IClassWeightLoss)))
        {
            throw new TrainingException($"{Name(nameof(PerClass))} applies to {WithLabels} on labelled images. Remove it.");
        }

        if (IsClassBalanced && BatchSize < 4)
        {
            throw new TrainingException(
                $"{Name(nameof(BatchSize))}: {Loss.GetType().Name} compares two images of two classes at least, but a batch has "
                + $"{BatchSize}. Set it to 4 or more.");
        }

        if (PerClass > BatchSize / 2 || (PerClass == 1 && Loss is ILabelLoss))
        {
            throw new TrainingException(
                $"{Name(nameof(PerClass))}: a batch of {BatchSize} needs {(Loss is ILabelLoss ? "from 2" : "up")} to {BatchSize / 2} "
                + "images of each class, so that there are two classes, but the value is "
                + $"{PerClass}. Change it or {Name(nameof(BatchSize))}.");
        }

        if (Memory > 0 && (Views || Loss is not IKeyedLabelLoss))
        {
            throw new TrainingException(
                $"{Name(nameof(Memory))} applies to losses from labels that compare with further rows, such as batch-contrastive and "
                + $"sup-con, and {Loss.GetType().Name}{(Views ? " of views" : "")} is none. Set it to 0, or change {Name(nameof(Loss))}.");
        }

        if (Momentum > 0 && Memory == 0)
        {
            throw new TrainingException($"{Name(nameof(Momentum))}: a slow copy of the encoder embeds images for the memory, and there is "
                + $"none. Set {Name(nameof(Memory))}, or {Name(nameof(Momentum))} to 0.");
        }

        if (Memory > 0 && Memory < BatchSize)
        {
            throw new TrainingException(
                $"{Name(nameof(Memory))}: {Memory} embeddings are fewer than the {BatchSize} of a batch. Set it to {BatchSize} or more.");
        }
    }

    static string Name(string property) => $"{nameof(EmbeddingOptions)}.{property}";
}
