using Criterion.Losses;
using Criterion.Nn;

namespace Criterion.Training;

/// <summary>Finds options that are incompatible with one another: some are refused, others are reported as warnings.</summary>
public static class GanAdvice
{
    const string Norm = $"{nameof(GanOptions)}.{nameof(GanOptions.DiscriminatorNorm)}";
    const string Penalties = $"{nameof(GanOptions)}.{nameof(GanOptions.Regularizers)}";
    const string Beta1 = $"{nameof(GanOptions)}.{nameof(GanOptions.Beta1)}";
    const string Optimizer = $"{nameof(GanOptions)}.{nameof(GanOptions.Optimizer)}";
    const string Clip = $"{nameof(GanOptions)}.{nameof(GanOptions.Clip)}";

    /// <summary>Returns warnings about combinations of options that are known to train badly.</summary>
    /// <param name="options">The options.</param>
    public static IReadOnlyList<string> Warnings(GanOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return [.. Known(options)];
    }

    static IEnumerable<string> Known(GanOptions options)
    {
        bool hasSlopePenalty = options.Regularizers.Any(static one => one.Penalty is InputGradientPenalty);
        bool isSpectral = options.DiscriminatorNorm == DiscriminatorNorm.Spectral;
        if (isSpectral && hasSlopePenalty)
        {
            yield return "Spectral norm and a gradient penalty both bound the slope of the discriminator and together limit its capacity. "
                + $"Keep one: set {Penalties} or {Norm} to none.";
        }

        if (options.Objective is WassersteinGanLoss && options is { Optimizer: GanOptimizer.Adam, Beta1: > 0 })
        {
            yield return $"A Wasserstein critic is unstable with momentum, and the beta1 of Adam is {NumberText.Format(options.Beta1)}. "
                + $"Set {Beta1} to 0, or {Optimizer} to {ValueText.Word(GanOptimizer.RMSprop)}.";
        }

        if (options.Objective is WassersteinGanLoss && options.Clip is null && !hasSlopePenalty && !isSpectral)
        {
            yield return "Nothing bounds the slope of the Wasserstein critic, so its loss can fall without limit. "
                + $"Add gradient-penalty=10 to {Penalties}, or set {Clip} to 0.01.";
        }

        if (options.Clip is not null && options.Objective is not WassersteinGanLoss)
        {
            yield return "Weight clipping is meant for the Wasserstein objective; "
                + $"with {options.Objective.GetType().Name} it mostly weakens the discriminator. Set {Clip} to none.";
        }
    }

    /// <summary>Refuses a discriminator that cannot be trained with these options.</summary>
    /// <exception cref="TrainingException">
    /// It mixes samples under a gradient penalty, ends in a sigmoid that its objective applies itself, or the data are not images where
    /// the consistency penalty or an augmentation needs them.
    /// </exception>
    internal static void Check(GanOptions options, Module discriminator, Dataset data)
    {
        bool isPerSample = options.Regularizers.Any(static one => one.Penalty is InputGradientPenalty { AllowBatchCoupling: false });
        if (isPerSample && MixesSamples(discriminator))
        {
            throw new TrainingException(
                "A gradient penalty needs the slope of the score of each sample alone, and batch norm in the discriminator mixes samples. "
                + (options.DiscriminatorNorm is null
                    ? "Replace it by another normalization, such as GroupNorm."
                    : $"Set {Norm} to none, layer, instance or spectral."));
        }

        if (Groups(discriminator) is { } groups)
        {
            CheckGroups(options, groups, isPerSample);
        }

        if (options.Objective is not ProbabilityGanLoss && EndsInSigmoid(discriminator))
        {
            throw new TrainingException(
                $"{options.Objective.GetType().Name} expects logits or scores, and the discriminator ends in a sigmoid. "
                + $"Remove the sigmoid, or use {nameof(ProbabilityGanLoss)}.");
        }

        if (data is not ImageDataset && options.Regularizers.Any(static one => one.Penalty is ConsistencyPenalty))
        {
            throw new TrainingException(
                $"{nameof(ConsistencyPenalty)} compares an image with a shifted copy, and '{data.Source}' is not a set of images. "
                + $"Remove it from {Penalties}.");
        }

        CheckAugmentation(options, data);
    }

    static void CheckAugmentation(GanOptions options, Dataset data)
    {
        if (data is not ImageDataset && options.Augment is { IsNone: false } augmentation)
        {
            throw new TrainingException(
                $"{nameof(GanOptions)}.{nameof(GanOptions.Augment)}: {augmentation} augments images, and '{data.Source}' is not a set of "
                + $"images. Set it to {GanNames.None}.");
        }
    }

    static void CheckGroups(GanOptions options, MinibatchStdDev groups, bool isPerSample)
    {
        if (isPerSample)
        {
            throw new TrainingException(
                $"{Penalties}: a gradient penalty needs the slope of the score of each sample alone, and the minibatch standard "
                + "deviation of the discriminator mixes samples. Set allowBatchCoupling of the penalty to true, as in StyleGAN2, such as "
                + "r1=0.01:allowBatchCoupling=true@16.");
        }

        if (options.BatchSize > groups.GroupSize && options.BatchSize % groups.GroupSize != 0)
        {
            throw new TrainingException(
                $"{nameof(GanOptions)}.{nameof(GanOptions.BatchSize)}: the discriminator compares samples in groups of {groups.GroupSize}, "
                + $"which do not divide a batch of {options.BatchSize}. Set it to a multiple of {groups.GroupSize}.");
        }
    }

    static MinibatchStdDev? Groups(Module module) =>
        module as MinibatchStdDev ?? module.Children().Select(Groups).FirstOrDefault(static found => found is not null);

    static bool MixesSamples(Module module) => module is BatchNorm || module.Children().Any(MixesSamples);

    static bool EndsInSigmoid(Module module) =>
        module is Sigmoid || (module is Sequential { Count: > 0 } chain && EndsInSigmoid(Last(chain)));

    // Modules that only reshape are not the end of a chain.
    static Module Last(Sequential chain) => chain.LastOrDefault(static module => module is not (Flatten or Identity)) ?? chain[^1];
}
