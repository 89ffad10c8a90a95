using Criterion.Losses;

namespace Criterion.Training;

/// <summary>
/// A penalty that a GAN's discriminator is trained with: a <see cref="InputGradientPenalty"/>, <see cref="DriftPenalty"/>, <see cref="LeCamPenalty"/>, or
/// <see cref="ConsistencyPenalty"/> of real images and copies that are shifted by up to an eighth of their side.
/// </summary>
/// <param name="Penalty">The penalty with its weight.</param>
/// <param name="Interval">
/// The penalty runs in every so many discriminator steps. Beyond 1 it counts that many times, in an update of its own, and Adam's
/// settings are rescaled: see <see cref="LazyPenalty"/>.
/// </param>
public sealed record Regularizer(Penalty Penalty, int Interval = 1)
{
    /// <summary>Whether the penalty has updates of its own.</summary>
    internal bool IsLazy => Interval > 1;

    /// <summary>Whether penalties of a kind are for discriminators.</summary>
    internal static bool Takes(Type kind) =>
        kind.IsAssignableTo(typeof(InputGradientPenalty)) || kind == typeof(DriftPenalty) || kind == typeof(LeCamPenalty) || kind == typeof(ConsistencyPenalty);

    /// <summary>A penalty of every step.</summary>
    public static implicit operator Regularizer(Penalty penalty) => new(penalty);

    /// <summary>Adam's settings for a player with these regularisers.</summary>
    internal static (double LearningRate, double Beta1, double Beta2) Rescale(IEnumerable<Regularizer> all, double learningRate, double beta1, double beta2)
    {
        int[] lazy = [.. all.Where(static one => one.IsLazy).Select(static one => one.Interval)];
        return lazy.Length == 0 ? (learningRate, beta1, beta2) : new LazyPenalty(lazy.Min()).Rescale(learningRate, beta1, beta2);
    }

    /// <summary>Refuses lists that can't be trained with.</summary>
    /// <exception cref="TrainingException">A penalty is of no kind for discriminators, an interval out of range, or intervals do not go together.</exception>
    internal static void Check(IReadOnlyList<Regularizer> all)
    {
        if (all.FirstOrDefault(static one => !Takes(one.Penalty.GetType())) is { } other)
        {
            throw new TrainingException($"{other.Penalty.GetType().Name} is no penalty that the trainer of GANs gives a discriminator. It takes GradientPenalty, R1, R2, R1R2, Drift, LeCamPenalty and Consistency.");
        }

        if (all.FirstOrDefault(static one => one.Interval < 1) is { } never)
        {
            throw new TrainingException($"The interval of {never.Penalty.GetType().Name} must be 1 step or more, and is {never.Interval}.");
        }

        if (all.Count(static one => one.Penalty is LeCamPenalty) > 1)
        {
            throw new TrainingException("There is more than one LeCam penalty; add up their weights.");
        }

        // Then the updates of all lazy penalties fall on those of the most frequent one, by which Adam is rescaled.
        int[] lazy = [.. all.Where(static one => one.IsLazy).Select(static one => one.Interval)];
        if (lazy.FirstOrDefault(interval => interval % lazy.Min() != 0) is not 0 and var odd)
        {
            throw new TrainingException($"The intervals of lazy penalties must be multiples of the shortest, and {odd} is no multiple of {lazy.Min()}.");
        }
    }
}
