using System.Text.Json.Serialization;
using Criterion.Losses;
using Criterion.Schedules;

namespace Criterion.Training;

/// <summary>The options of a GAN training, apart from its networks and its data. The defaults are those of DCGAN.</summary>
public sealed record GanOptions : TrainingOptions
{
    const string Recipe = "the recipe's";

    /// <summary>Gets the declared options.</summary>
    public static TrainingOptionList Declared { get; } = TrainingOptionList.Of<GanOptions>();

    /// <summary>Gets the generator steps to train for; at least 1. Default: 1,000.</summary>
    [TrainingOption("steps", "Generator steps to train for", ValueName = "count", Range = "[1, 2147483647]")]
    public int Steps { get; init; } = 1000;

    /// <summary>Gets the samples in a batch; from 1 to 65,536. Default: 64.</summary>
    [TrainingOption("batch", "Samples in a batch", ValueName = "count", Range = "[1, 65536]", Default = Recipe)]
    public int BatchSize { get; init; } = 64;

    /// <summary>
    /// Gets the size of a latent; from 1 to 65,536. Latents are <c>[N, Latent, 1, 1]</c>, or <c>[N, Latent]</c> if the generator accepts
    /// only these. Default: 64.
    /// </summary>
    [TrainingOption("latent", "Random numbers that the generator maps to a sample", ValueName = "count", Range = "[1, 65536]")]
    public int Latent { get; init; } = 64;

    /// <summary>
    /// Gets the shape of the latent of one sample, such as [64] or [8, 4, 4], with 1 to 7 dimensions of at least 1; setting it sets
    /// <see cref="Latent"/> to the first. Default: empty, which stands for [Latent, 1, 1] or [Latent], whichever the generator accepts.
    /// </summary>
    [JsonConverter(typeof(ValueListConverter<int>))]
    public ValueList<int> LatentShape
    {
        get;
        init
        {
            field = CheckedShape(value);
            Latent = field.Count > 0 ? field[0] : Latent;
        }
    } = [];

    /// <summary>
    /// Gets the objective of discriminator and generator, of the library or of the program itself. Default:
    /// <see cref="NonSaturatingGanLoss"/>.
    /// </summary>
    [JsonConverter(typeof(GanLossConverter))]
    [TrainingOption("objective", "Objective of discriminator and generator", ValueName = "name", Default = Recipe)]
    public GanLoss Objective { get; init; } = new NonSaturatingGanLoss();

    /// <summary>Gets the penalties of the discriminator. Default: none.</summary>
    [JsonConverter(typeof(ValueListConverter<Regularizer>))]
    [TrainingOption(
        "penalty", "Penalty of the discriminator; give it again for several", ValueName = "name=weight@every", Default = Recipe)]
    public ValueList<Regularizer> Regularizers { get; init; } = [];

    /// <summary>
    /// Gets the features of the discriminator that the generator matches beside the objective; null for none. Default: null.
    /// </summary>
    [TrainingOption(
        "feature-matching",
        "Weight of feature matching in the loss of the generator: mean features of the discriminator's last hidden layer, "
            + "or of the named layer, such as 0.1@4",
        ValueName = "weight@layer", Default = "0")]
    public FeatureMatchingOptions? FeatureMatching { get; init; }

    /// <summary>Gets the networks for images; points and <see cref="CustomNetworks"/> have their own. Default: those of DCGAN.</summary>
    [TrainingOption("network", "Networks for images", ValueName = "name", Default = Recipe)]
    public GanNetwork Network { get; init; }

    /// <summary>Gets the discriminator steps per generator step, each on a new batch; from 1 to 1,000. Default: 1.</summary>
    [TrainingOption("d-steps", "Discriminator steps per generator step", ValueName = "count", Range = "[1, 1000]", Default = Recipe)]
    public int DiscriminatorSteps { get; init; } = 1;

    /// <summary>Gets the learning rate of both networks, not negative; null if they differ. Setting it sets both. Default: 2e-4.</summary>
    [JsonIgnore]
    [TrainingOption("lr", "Learning rate of both networks", ValueName = "rate", Range = "[0, ∞)", Default = Recipe)]
    public double? LearningRate
    {
        get => DiscriminatorLearningRate == GeneratorLearningRate ? GeneratorLearningRate : null;
        init => DiscriminatorLearningRate = GeneratorLearningRate = value ?? throw new ArgumentNullException(nameof(value));
    }

    /// <summary>Gets the learning rate of the discriminator; not negative. Default: 2e-4.</summary>
    [TrainingOption("d-lr", "Learning rate of the discriminator", ValueName = "rate", Range = "[0, ∞)", Default = "that of both networks")]
    public double DiscriminatorLearningRate { get; init; } = 2e-4;

    /// <summary>Gets the learning rate of the generator; not negative. Default: 2e-4.</summary>
    [TrainingOption("g-lr", "Learning rate of the generator", ValueName = "rate", Range = "[0, ∞)", Default = "that of both networks")]
    public double GeneratorLearningRate { get; init; } = 2e-4;

    /// <summary>
    /// Gets the factor of both learning rates as a function of the generator steps that are done and were not skipped; null for 1.
    /// Default: null.
    /// </summary>
    [JsonConverter(typeof(ScheduleConverter))]
    public Schedule? Schedule { get; init; }

    /// <summary>
    /// Gets the share of the steps with the full learning rates, in [0, 1]; over the others they fall linearly to 0. Default: 1, for
    /// constant rates.
    /// </summary>
    [TrainingOption(
        "constant-share", "Share of the steps with the full learning rates; over the others they fall linearly to 0",
        ValueName = "share", Range = "[0, 1]", Default = Recipe)]
    public double ConstantShare { get; init; } = 1;

    /// <summary>
    /// Gets the limit to which the norm of each network's gradient is scaled down before an update; not negative, 0 for no limit.
    /// Default: 0.
    /// </summary>
    [TrainingOption(
        "gradient-clip", "Limit to which the norm of each network's gradient is scaled down before an update; 0 for no limit",
        ValueName = "norm", Range = "[0, ∞)")]
    public double GradientClip { get; init; }

    /// <summary>
    /// Gets the optimizer of both networks; <see cref="GanOptimizers"/> takes any other. Default: <see cref="GanOptimizer.Adam"/>.
    /// </summary>
    [TrainingOption("optimizer", "Optimizer of both networks", ValueName = "name", Default = Recipe)]
    public GanOptimizer Optimizer { get; init; }

    /// <summary>Gets the β₁ of Adam, in [0, 1). Default: 0.5.</summary>
    [TrainingOption(
        "beta1", "Decay of Adam's mean of gradients per step; 0 for no momentum", ValueName = "decay", Range = "[0, 1)", Default = Recipe)]
    public double Beta1 { get; init; } = 0.5;

    /// <summary>Gets the β₂ of Adam, in [0, 1). Default: 0.999.</summary>
    [TrainingOption("beta2", "Decay of Adam's mean of squared gradients per step", ValueName = "decay", Range = "[0, 1)", Default = Recipe)]
    public double Beta2 { get; init; } = 0.999;

    /// <summary>
    /// Gets the share of the running average of the generator's weights that a step keeps, in [0, 1); 0 for no average. Samples are drawn
    /// from the average. Default: 0.
    /// </summary>
    [TrainingOption(
        "ema",
        "Decay of the moving average of the generator's weights per step, such as 0.999; "
            + "samples are drawn from the average; 0 for no average",
        ValueName = "decay", Range = "[0, 1)", Default = Recipe)]
    public double AverageDecay { get; init; }

    /// <summary>
    /// Gets the augmentation of the images that the discriminator sees in the steps of both networks. Penalties are taken
    /// at the images before they are augmented: the slope of a gradient penalty passes through the augmentation. Default:
    /// <see cref="Augmentation.Automatic"/>, which is none in a <see cref="GanTrainer"/> without a <see cref="GanRun"/>.
    /// </summary>
    [TrainingOption(
        "augment", AugmentationText.Description, ValueName = "parts", Default = AugmentationText.Default)]
    public Augmentation Augment { get; init; } = Augmentation.Automatic;

    /// <summary>
    /// Gets the normalisation of the discriminator's layers. Default: batch norm, or none for points and with a penalty per sample.
    /// </summary>
    [TrainingOption(
        "d-norm", "Normalisation of the discriminator's layers", ValueName = "name",
        Default = "the recipe's; batch, or none with a penalty on slopes")]
    public DiscriminatorNorm? DiscriminatorNorm { get; init; }

    /// <summary>
    /// Gets the limit to which the discriminator's weights are clipped after each of its steps; null for none. Default: null.
    /// </summary>
    [TrainingOption(
        "clip", "Limit to which the discriminator's weights are clipped after each step, such as 0.01, or none",
        ValueName = "limit", Default = Recipe)]
    public WeightClip? Clip { get; init; }

    /// <summary>Gets the weight of the class loss for data with labels (ACGAN); not negative, 0 for no classes. Default: 0.</summary>
    [TrainingOption(
        "class-weight", "Weight of the class loss for data with labels, with which the generator is conditioned on a class; 0 for none",
        ValueName = "weight", Range = "[0, ∞)", Default = Recipe)]
    public double ClassWeight { get; init; }

    /// <summary>
    /// Gets whether the class loss of the discriminator counts generated images as well as real ones, as published; otherwise it counts
    /// real ones alone. Without a class loss it has no effect. Default: true.
    /// </summary>
    [TrainingOption(
        "classify-fakes", "Whether the discriminator of acgan learns the classes of generated images too: true or false",
        ValueName = "flag")]
    public bool ClassifyFakes { get; init; } = true;

    /// <summary>
    /// Gets how both networks learn the classes of labelled images, with any objective of logits. Default: not at all.
    /// </summary>
    [TrainingOption(
        "classes", "How both networks learn the classes of labelled images: by a projection in the discriminator and conditional batch "
            + "norm in the generator, or not", ValueName = "way")]
    public ClassConditioning Classes { get; init; }

    /// <summary>
    /// Gets the controller of <see cref="BoundaryEquilibriumGanLoss"/>, which starts from the k of the loss. Other objectives ignore it.
    /// Default: <see cref="BoundaryEquilibriumController"/> with its defaults.
    /// </summary>
    public BoundaryEquilibriumController Equilibrium { get; init; } = new();

    /// <summary>
    /// Gets the γ of <see cref="Equilibrium"/>: the ratio of errors that the controller aims at, in (0, 1]. Default: 0.75.
    /// </summary>
    [JsonIgnore]
    [TrainingOption(
        "gamma", "Ratio of errors that the controller of began aims at: lower gives better images and less variety",
        ValueName = "ratio", Range = "(0, 1]", Default = Recipe)]
    public double Gamma
    {
        get => Equilibrium.Gamma;
        init => Equilibrium = Equilibrium with { Gamma = value };
    }

    /// <summary>Gets the kind of output of the discriminator. Default: the kind that the objective expects.</summary>
    public DiscriminatorOutput? DiscriminatorOutput { get; init; }

    internal override TrainingOptionList List => Declared;

    /// <summary>Creates the description of the networks of recipes that these options need.</summary>
    /// <param name="data">The data.</param>
    /// <param name="width">
    /// The channels of the layer next to an image, or the units of a layer for points. Default: 32 for a DCGAN, 8 for the other networks of
    /// images, and 128 for points.
    /// </param>
    /// <exception cref="TrainingException">
    /// Images are not square or of a size that the networks cannot generate, the data lack labels that are needed, or are points where the
    /// networks are of images.
    /// </exception>
    public RecipeNetworks Networks(Dataset data, int? width = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        RecipeNetworks networks = (data, Network) switch
        {
            (ImageDataset images, GanNetwork.Dcgan) => Dcgan.For(images, width ?? 32, Latent, DiscriminatorNorm ?? DefaultNorm),
            (ImageDataset images, GanNetwork.StyleGan2) => StyleGan2.For(images, width ?? 8, Latent) with { DiscriminatorNorm = PlainNorm },
            (ImageDataset images, _) => R3Gan.For(images, width ?? 8, Latent) with { DiscriminatorNorm = PlainNorm },
            (_, GanNetwork.Dcgan) => new PointNetworks(width ?? 128, Latent, PlainNorm),
            _ => throw new TrainingException(
                $"{nameof(GanOptions)}.{nameof(Network)}: {ValueText.Word(Network)} generates images, and '{data.Source}' is not a set of "
                + $"images. Set it to {ValueText.Word(GanNetwork.Dcgan)}, which stands for networks of points there."),
        };
        return networks with
        {
            DiscriminatorOutput = DiscriminatorOutput ?? DefaultOutput,
            Classes = HasClasses ? data.Classes() : 0,
            Conditioning = Classes,
        };
    }

    /// <summary>Gets whether the generator is conditioned on a class.</summary>
    internal bool HasClasses => ClassWeight > 0 || Classes != ClassConditioning.None;

    /// <summary>Returns the stream of random numbers of one part of the training.</summary>
    internal RandomStream Random(RandomPart part) => new RandomStream(Seed).Fork((ulong)part);

    private protected override void CheckTogether()
    {
        if (DiscriminatorOutput is { } output && !Takes(output))
        {
            throw new TrainingException(
                $"{nameof(GanOptions)}.{nameof(DiscriminatorOutput)}: {Objective.GetType().Name} does not accept {output}. "
                + $"Set it to null or {DefaultOutput}.");
        }

        if (LatentShape.Count > 0 && LatentShape[0] != Latent)
        {
            throw new TrainingException(
                $"{nameof(GanOptions)}.{nameof(LatentShape)}: {LatentShape} contradicts {nameof(Latent)} {Latent}. "
                + "Set only one of the two.");
        }

        if (ConstantShare < 1 && Schedule is not null)
        {
            throw new TrainingException(
                $"{nameof(GanOptions)}.{nameof(ConstantShare)}: the learning rates cannot follow both a share of "
                + $"{NumberText.Format(ConstantShare)} and {nameof(Schedule)}. Set only one of the two.");
        }

        if (ClassWeight > 0 && Classes != ClassConditioning.None)
        {
            throw new TrainingException(
                $"{nameof(GanOptions)}.{nameof(Classes)}: the discriminator cannot both classify images ({nameof(ClassWeight)} "
                + $"{NumberText.Format(ClassWeight)}) and score their classes. Set {nameof(GanOptions)}.{nameof(ClassWeight)} to 0, or "
                + $"{nameof(GanOptions)}.{nameof(Classes)} to none.");
        }

        if (LatentShape.Skip(1).Any(static size => size > 1) && HasClasses)
        {
            throw new TrainingException(
                $"{nameof(GanOptions)}.{nameof(LatentShape)}: classes are appended to a latent of one dimension, and {LatentShape} has "
                + $"several. Use [{Latent}], or set {nameof(ClassWeight)} to 0 and {nameof(Classes)} to none.");
        }

        Regularizer.Check(Regularizers);
    }

    static ValueList<int> CheckedShape(ValueList<int> shape) => shape is { Count: <= 7 } && shape.All(static size => size >= 1)
        ? shape
        : throw new TrainingException(
            $"{nameof(GanOptions)}.{nameof(LatentShape)}: the value must be 1 to 7 sizes of at least 1, but is {shape}. "
            + "Set the shape of the latent of one sample, such as [64].");

    DiscriminatorOutput DefaultOutput => Objective switch
    {
        EnergyBasedGanLoss => Training.DiscriminatorOutput.SquaredError,
        BoundaryEquilibriumGanLoss => Training.DiscriminatorOutput.AbsoluteError,
        ProbabilityGanLoss => Training.DiscriminatorOutput.Probability,
        _ => Training.DiscriminatorOutput.Logit,
    };

    // An energy can be either error.
    bool Takes(DiscriminatorOutput output) => output == DefaultOutput
        || (Objective is EnergyBasedGanLoss or BoundaryEquilibriumGanLoss
            && output is Training.DiscriminatorOutput.AbsoluteError or Training.DiscriminatorOutput.SquaredError);

    DiscriminatorNorm PlainNorm => DiscriminatorNorm ?? Training.DiscriminatorNorm.None;

    DiscriminatorNorm DefaultNorm => Regularizers.Any(static one => one.Penalty is InputGradientPenalty { AllowBatchCoupling: false })
        ? Training.DiscriminatorNorm.None
        : Training.DiscriminatorNorm.Batch;
}

/// <summary>The optimizers of a GAN.</summary>
public enum GanOptimizer
{
    /// <summary>Adam with the betas of the options.</summary>
    Adam,

    /// <summary>RMSprop with α = 0.99, for Wasserstein critics with clipped weights, which momentum makes unstable.</summary>
    RMSprop,
}

/// <summary>The parts of a training that draw random numbers, each from its own stream.</summary>
internal enum RandomPart : ulong
{
    GeneratorWeights = 1,
    DiscriminatorWeights,
    Latents,
    DataOrder,
    Penalty,
    Samples,
    Labels,
    Modes,
    Augmentation,
}
