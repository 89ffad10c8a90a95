using Criterion.Losses;
using Criterion.Nn;

namespace Criterion.Training;

/// <summary>Which options do not go together: some are refused, of some there is a word of warning.</summary>
public static class GanAdvice
{
    /// <summary>What is known to go badly together in these options, in words; nothing where all is well.</summary>
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
            yield return "Spectral norm and a gradient penalty both bound the discriminator's slope, and together leave it little to learn with. Keep one: --penalty none or --d-norm none.";
        }

        if (options.Objective is WassersteinGanLoss && options is { Optimizer: GanOptimizer.Adam, Beta1: > 0 })
        {
            yield return $"A Wasserstein critic is unstable with momentum, and Adam's beta1 is {options.Beta1}. Take --beta1 0, or --optimizer rmsprop.";
        }

        if (options.Objective is WassersteinGanLoss && options.Clip is null && !hasSlopePenalty && !isSpectral)
        {
            yield return "Nothing bounds the slope of the Wasserstein critic: its loss can fall without end. Add --penalty gradient-penalty=10, or --clip 0.01.";
        }

        if (options.Clip is not null && options.Objective is not WassersteinGanLoss)
        {
            yield return $"Clipped weights are meant for the Wasserstein objective; with {options.Objective.GetType().Name} they mostly weaken the discriminator. Leave them with --clip none.";
        }
    }

    /// <summary>Refuses a discriminator that can't be trained with these options.</summary>
    /// <exception cref="TrainingException">It mixes samples under a gradient penalty, or ends in a sigmoid that its objective applies itself.</exception>
    internal static void Check(GanOptions options, Module discriminator, Dataset data)
    {
        if (options.Regularizers.Any(static one => one.Penalty is InputGradientPenalty { AllowBatchCoupling: false }) && MixesSamples(discriminator))
        {
            throw new TrainingException(
                "A gradient penalty needs the slope of each image's own score, and batch norm in the discriminator mixes images. Build it without (GanOptions.DiscriminatorNorm = None, Layer, Instance or Spectral; --d-norm).");
        }

        if (options.Objective is not ProbabilityGanLoss && EndsInSigmoid(discriminator))
        {
            throw new TrainingException(
                $"{options.Objective.GetType().Name} takes logits or scores, and the discriminator ends in a sigmoid. Leave out the sigmoid, or take ProbabilityBCE.");
        }

        if (data is not ImageDataset && options.Regularizers.Any(static one => one.Penalty is ConsistencyPenalty))
        {
            throw new TrainingException("Consistency compares an image with a shifted copy, and these data are no images. Leave it out.");
        }
    }

    static bool MixesSamples(Module module) => module is BatchNorm || module.Children().Any(MixesSamples);

    static bool EndsInSigmoid(Module module) => module is Sigmoid || (module is Sequential { Count: > 0 } chain && EndsInSigmoid(Last(chain)));

    // What only reshapes does not end a chain.
    static Module Last(Sequential chain) => chain.LastOrDefault(static module => module is not (Flatten or Identity)) ?? chain[^1];
}
