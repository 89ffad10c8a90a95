using System.Globalization;
using Criterion.Losses;

namespace Criterion.Training;

/// <summary>The problems of a training, which <see cref="HealthCheck"/> and <see cref="EmbeddingHealthCheck"/> find, or of a
/// measurement.</summary>
public enum FindingKind
{
    /// <summary>The discriminator separates real and generated samples, and the generator gets little gradient.</summary>
    DiscriminatorWon,

    /// <summary>The discriminator ranks generated samples above real ones.</summary>
    GeneratorWon,

    /// <summary>The generator maps all latents to nearly the same sample.</summary>
    Collapse,

    /// <summary>Hardly any gradient reaches the generator.</summary>
    VanishingGradient,

    /// <summary>An encoder maps all items to nearly the same embedding.</summary>
    EmbeddingCollapse,

    /// <summary>The loss stays at its value for equal embeddings, so that these tell nothing apart.</summary>
    StuckLoss,

    /// <summary>Many steps were skipped because a loss or gradient was not finite.</summary>
    SkippedSteps,

    /// <summary>The features of a measurement come from a classifier of other images.</summary>
    UnsuitedFeatures,

    /// <summary>The adaptive augmentation is so probable that it may leak into samples.</summary>
    LeakingAugmentation,

    /// <summary>The generator maps all latents of a class to nearly the same sample.</summary>
    ClassCollapse,
}

/// <summary>A problem of a training.</summary>
public readonly record struct Finding
{
    /// <summary>Initializes the finding.</summary>
    /// <param name="kind">The kind of problem.</param>
    /// <param name="message">The evidence and what may help.</param>
    public Finding(FindingKind kind, string message) => (Kind, Message) = (kind, message);

    /// <summary><inheritdoc cref="Finding(FindingKind, string)" path="/param[@name='kind']/node()"/></summary>
    public FindingKind Kind { get; init; }

    /// <summary><inheritdoc cref="Finding(FindingKind, string)" path="/param[@name='message']/node()"/></summary>
    public string Message { get; init; }
}

/// <summary>Checks the latest steps of a GAN for common problems.</summary>
public static class HealthCheck
{
    /// <summary>The number of steps that are examined. A problem is reported only if it lasts as long.</summary>
    public const int Window = 100;

    // Before this step both networks are near random.
    const long Settled = 200;

    /// <summary>The first step at which a problem can be reported.</summary>
    internal const long FirstStep = Settled + Window - 1;

    // A healthy DCGAN also ranks nearly all samples correctly, with a loss above 0.1; only a small loss shows certainty.
    internal const double SeparatedAccuracy = 0.995;
    internal const double CertainLoss = 0.02;
    const double InvertedAccuracy = 0.1;
    const double CollapsedDiversity = 0.15;
    const double VanishedNorm = 1e-6;

    // Karras et al., 2020, section 3.1: beyond it the generator cannot tell which of the augmented images are the real ones.
    internal const double LeakingProbability = 0.8;

    const string DiscriminatorRate = $"{nameof(GanOptions)}.{nameof(GanOptions.DiscriminatorLearningRate)}";
    const string DiscriminatorSteps = $"{nameof(GanOptions)}.{nameof(GanOptions.DiscriminatorSteps)}";
    const string Rates = $"{nameof(GanOptions)}.{nameof(GanOptions.LearningRate)}";
    const string Objective = $"{nameof(GanOptions)}.{nameof(GanOptions.Objective)}";
    const string Classes = $"{nameof(GanOptions)}.{nameof(GanOptions.Classes)}";
    const string ClassWeight = $"{nameof(GanOptions)}.{nameof(GanOptions.ClassWeight)}";
    const string Augment = $"{nameof(GanOptions)}.{nameof(GanOptions.Augment)}";

    /// <summary>Finds the problems of the last <see cref="Window"/> steps.</summary>
    /// <param name="rows">The steps so far, or the last of them, in order.</param>
    /// <param name="objective">The objective; a critic that separates all samples is normal for some.</param>
    /// <returns>The findings; none if there are fewer steps than the window.</returns>
    public static IReadOnlyList<Finding> Examine(IReadOnlyList<GanStep> rows, GanLoss objective)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(objective);
        if (rows.Count < Window || rows[^Window].Step < Settled)
        {
            return [];
        }

        GanStep[] last = [.. rows.TakeLast(Window)];
        return
        [
            .. Balance(last, objective), .. Samples(last), .. Gradients(last), .. Augmentations(last), .. SkippedSteps.In(last, Rates),
        ];
    }

    static IEnumerable<Finding> Balance(GanStep[] rows, GanLoss objective)
    {
        double accuracy = rows.Average(static row => row.Accuracy);
        double loss = rows.Average(static row => row.DiscriminatorLoss);
        bool mayBeCertain = objective is WassersteinGanLoss or EnergyBasedGanLoss or BoundaryEquilibriumGanLoss;
        if (accuracy >= SeparatedAccuracy && loss < CertainLoss && !mayBeCertain)
        {
            yield return new(
                FindingKind.DiscriminatorWon,
                Text($"The discriminator has won: for {Window} steps it ranked {NumberText.Percent(accuracy, 1)} of the pairs of real and ")
                + $"generated samples correctly at a loss of {NumberText.Format(loss)}, which leaves the generator little gradient. "
                + $"Lower {DiscriminatorRate}, or use a recipe with a penalty (r3gan, wgan-gp).");
        }

        if (accuracy <= InvertedAccuracy)
        {
            yield return new(
                FindingKind.GeneratorWon,
                Text($"The generator has won: for {Window} steps the discriminator ranked generated samples above real ones ")
                + $"({NumberText.Percent(accuracy, 1)} correct). Raise {DiscriminatorSteps} or {DiscriminatorRate}.");
        }
    }

    static IEnumerable<Finding> Samples(GanStep[] rows)
    {
        if (rows.All(static row => row.Diversity < CollapsedDiversity))
        {
            yield return new(FindingKind.Collapse,
                "The samples have collapsed: the distance between generated samples is "
                    + $"{NumberText.Fixed(rows[^1].Diversity, 2)} times that "
                + $"between real ones. Resume from a checkpoint with a lower {Rates}, or use a recipe that keeps modes (r3gan, wgan-gp).");
        }
        else if (rows.All(static row => row.ClassDiversity is > 0 and < CollapsedDiversity))
        {
            yield return new(FindingKind.ClassCollapse,
                "The classes have collapsed: the distance between generated samples of one class is "
                    + $"{NumberText.Fixed(rows[^1].ClassDiversity, 2)} times that between real ones, so that each class has nearly one "
                    + $"sample. Lower {ClassWeight}, or set {Classes} to none.");
        }
    }

    static IEnumerable<Finding> Gradients(GanStep[] rows)
    {
        if (rows.All(static row => row.GeneratorGradientNorm < VanishedNorm))
        {
            yield return new(FindingKind.VanishingGradient,
                $"The gradient of the generator has vanished (norm {NumberText.Significant(rows[^1].GeneratorGradientNorm, 2)}), "
                    + "so it no longer "
                + $"learns. Set {Objective} to one that does not saturate (dcgan, hinge, wgan-gp), or use a smaller discriminator.");
        }
    }

    static IEnumerable<Finding> Augmentations(GanStep[] rows)
    {
        if (rows.All(static row => row.Augmentation > LeakingProbability))
        {
            yield return new(
                FindingKind.LeakingAugmentation,
                Text($"The adaptive augmentation may leak into samples: its probability is {NumberText.Fixed(rows[^1].Augmentation, 2)}, ")
                + $"and beyond {NumberText.Format(LeakingProbability)} rotated or recoloured samples pass as real ones. Compare the "
                + $"samples with the real images. Add data, use a smaller discriminator, or set {Augment} to translation,cutout.");
        }
    }

    static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
