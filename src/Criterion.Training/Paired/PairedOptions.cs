using System.Text.Json.Serialization;
using Criterion.Losses;

namespace Criterion.Training;

/// <summary>Specifies how the pixels of an output and its target are compared.</summary>
public enum PixelLoss
{
    /// <summary>The mean absolute error, as in pix2pix, which blurs less.</summary>
    L1,

    /// <summary>The mean squared error, as in SRGAN, which the peak signal-to-noise ratio measures.</summary>
    Mse,
}

/// <summary>Specifies what the discriminator of a training on pairs sees.</summary>
public enum DiscriminatorView
{
    /// <summary>The input and the output, joined along the channels: a conditional GAN, as in pix2pix.</summary>
    Pair,

    /// <summary>The output alone, as in SRGAN.</summary>
    Output,
}

/// <summary>
/// The options of a training on pairs of images, apart from its networks and data: the loss of the translator is pixel weight · pixel loss
/// + adversarial weight · adversarial loss + perceptual weight · perceptual loss.
/// </summary>
public sealed record PairedOptions : TranslatorOptions
{
    /// <summary>Gets the declared options.</summary>
    public static TrainingOptionList Declared { get; } = TrainingOptionList.Of<PairedOptions>();

    /// <summary>
    /// Gets the options of pix2pix: the objective of the first GAN, without saturation, an L1 loss of weight 100, and Adam with 0.5.
    /// Source: Isola, Zhu, Zhou, Efros, Image-to-image translation with conditional adversarial networks, 2017.
    /// </summary>
    /// <remarks>For small networks: a learning rate of 1e-3 instead of 2e-4, and steps for minutes instead of hours.</remarks>
    public static PairedOptions Pix2Pix { get; } = new() { LearningRate = 1e-3, Steps = 6000 };

    /// <summary>
    /// Gets the options of super-resolution: a squared error, an adversarial loss of weight 1e-3 on the output alone after steps without,
    /// and Adam with 0.9. Source: Ledig et al., Photo-realistic single image super-resolution using a generative adversarial
    /// network, 2017.
    /// </summary>
    /// <remarks>For small networks: half of the steps without a discriminator, and a learning rate of 1e-3 instead of 1e-4.</remarks>
    public static PairedOptions SuperResolution { get; } = new()
    {
        View = DiscriminatorView.Output,
        PixelLoss = PixelLoss.Mse,
        PixelWeight = 1,
        AdversarialWeight = 1e-3,
        Pretrain = 0.5,
        Steps = 6000,
        LearningRate = 1e-3,
        Beta1 = 0.9,
    };

    /// <summary>Gets the adversarial objective. Default: non-saturating.</summary>
    [JsonConverter(typeof(GanLossConverter))]
    [TrainingOption("objective", "Adversarial objective, as for the recipes", ValueName = "name")]
    public GanLoss Objective { get; init; } = new NonSaturatingGanLoss();

    /// <summary>Gets what the discriminator sees. Default: the pair.</summary>
    [TrainingOption(
        "view", "What the discriminator sees, both images of a pair or the output alone", ValueName = "images")]
    public DiscriminatorView View { get; init; }

    /// <summary>Gets the loss of the pixels. Default: L1.</summary>
    [TrainingOption("pixel-loss", "Loss of the pixels, the mean absolute or squared error", ValueName = "loss")]
    public PixelLoss PixelLoss { get; init; }

    /// <summary>Gets the weight of the pixel loss; not negative. Default: 100.</summary>
    [TrainingOption("pixel-weight", "Weight of the loss of the pixels", ValueName = "weight", Range = "[0, ∞)")]
    public double PixelWeight { get; init; } = 100;

    /// <summary>Gets the weight of the adversarial loss; not negative, 0 to train without a discriminator. Default: 1.</summary>
    [TrainingOption(
        "adversarial-weight", "Weight of the adversarial loss; 0 trains without a discriminator", ValueName = "weight", Range = "[0, ∞)")]
    public double AdversarialWeight { get; init; } = 1;

    /// <summary>Gets the features of a perceptual loss; null for none. Default: null.</summary>
    [TrainingOption(
        "perceptual", "Network whose features a perceptual loss compares: " + PerceptualOptions.Classifier + " (embedded) or a file of "
            + "VGG19, " + Vgg19.WeightsFile + ", which is not downloaded; layers follow an @, such as @conv5_4; or none",
        ValueName = "network")]
    public PerceptualOptions? Perceptual { get; init; }

    /// <summary>Gets the weight of the perceptual loss; not negative. Default: 1.</summary>
    [TrainingOption("perceptual-weight", "Weight of the perceptual loss", ValueName = "weight", Range = "[0, ∞)")]
    public double PerceptualWeight { get; init; } = 1;

    /// <summary>Gets the share of the steps, from the first, with the pixel loss alone, in [0, 1]. Default: 0.</summary>
    [TrainingOption(
        "pretrain", "Share of the steps, from the first, with the loss of the pixels alone, without a discriminator", ValueName = "share",
        Range = "[0, 1]")]
    public double Pretrain { get; init; }

    /// <summary>Gets the steps to train for; at least 1. Default: 2,000.</summary>
    [TrainingOption("steps", "Steps to train for", ValueName = "count", Range = "[1, 2147483647]")]
    public int Steps { get; init; } = 2000;

    /// <summary>Gets the pairs in a batch; from 1 to 4,096. Default: 8.</summary>
    [TrainingOption("batch", "Pairs in a batch", ValueName = "count", Range = "[1, 4096]")]
    public int BatchSize { get; init; } = 8;

    /// <summary>
    /// Gets the augmentation of the images that the discriminator sees in the steps of both networks; both images of a pair are transformed
    /// alike. Default: <see cref="Augmentation.Automatic"/>, which is none in a <see cref="PairedTrainer"/> without a
    /// <see cref="PairedRun"/>.
    /// </summary>
    [TrainingOption(
        "augment", AugmentationText.Description, ValueName = "parts", Default = AugmentationText.Default)]
    public Augmentation Augment { get; init; } = Augmentation.Automatic;

    /// <summary>
    /// Gets the pairs that are held out from training, evenly spaced in the data, for measurements and pictures; null for a tenth, at most
    /// 500. Default: null.
    /// </summary>
    [TrainingOption(
        "held-out", "Pairs held out from training for measurements and pictures, evenly spaced in the data", ValueName = "count",
        Range = "[1, 2147483647]", Default = "a tenth, at most 500")]
    public int? HeldOut { get; init; }

    internal override TrainingOptionList List => Declared;

    /// <summary>Returns the factor of the learning rate in a step.</summary>
    /// <param name="step">The number of the step, from 0.</param>
    public double RateAt(long step) => LinearDecay.FactorAt(step, Steps, ConstantShare);

    private protected override void CheckTogether()
    {
        if (PixelWeight == 0 && AdversarialWeight == 0 && (Perceptual is null || PerceptualWeight == 0))
        {
            throw new TrainingException($"The loss of the translator has no term. Set {Name(nameof(PixelWeight))}, "
                + $"{Name(nameof(AdversarialWeight))}, or {Name(nameof(Perceptual))} and {Name(nameof(PerceptualWeight))}.");
        }

        if (Pretrain > 0 && PixelWeight == 0)
        {
            throw new TrainingException($"{Name(nameof(Pretrain))} trains with the loss of the pixels alone, but its weight is 0. "
                + $"Set {Name(nameof(PixelWeight))}, or {Name(nameof(Pretrain))} to 0.");
        }
    }

    static string Name(string property) => $"{nameof(PairedOptions)}.{property}";
}
