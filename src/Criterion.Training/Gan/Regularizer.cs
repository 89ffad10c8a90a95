using System.Text.Json.Serialization;
using Criterion.Losses;

namespace Criterion.Training;

/// <summary>
/// A penalty of the discriminator of a GAN: an <see cref="InputGradientPenalty"/>, <see cref="DriftPenalty"/>, <see cref="LeCamPenalty"/>,
/// the <see cref="ConsistencyPenalty"/> of real images and copies that are shifted by up to an eighth of their side, or a
/// <see cref="CustomPenalty"/>.
/// </summary>
public sealed record Regularizer
{
    /// <summary>The penalties that a discriminator can have, as a sentence of an error.</summary>
    internal const string Alternatives =
        $"Use {nameof(GradientPenalty)}, {nameof(R1Penalty)}, {nameof(R2Penalty)}, {nameof(R1R2Penalty)}, {nameof(DriftPenalty)}, "
        + $"{nameof(LeCamPenalty)} or {nameof(ConsistencyPenalty)}, or derive one from {nameof(CustomPenalty)}.";

    /// <summary>Initializes the regularizer.</summary>
    /// <param name="penalty">The penalty with its weight.</param>
    /// <param name="interval">
    /// The number of discriminator steps from one evaluation of the penalty to the next. Beyond 1 the penalty is scaled by the interval and
    /// is applied in separate updates, and the settings of Adam are rescaled: see <see cref="LazyPenalty"/>. Default: 1.
    /// </param>
    public Regularizer(Penalty penalty, int interval = 1) => (Penalty, Interval) = (penalty, interval);

    /// <summary><inheritdoc cref="Regularizer(Penalty, int)" path="/param[@name='penalty']/node()"/></summary>
    [JsonConverter(typeof(PenaltyConverter))]
    public Penalty Penalty { get; init; }

    /// <summary><inheritdoc cref="Regularizer(Penalty, int)" path="/param[@name='interval']/node()"/></summary>
    public int Interval { get; init; }

    /// <summary>Gets whether the penalty is applied in separate updates.</summary>
    internal bool IsLazy => Interval > 1;

    /// <summary>Creates a penalty that is evaluated in every step.</summary>
    public static implicit operator Regularizer(Penalty penalty) => new(penalty);

    /// <summary>Returns whether a discriminator can have penalties of a type.</summary>
    internal static bool Takes(Type type) =>
        type.IsAssignableTo(typeof(InputGradientPenalty)) || type.IsAssignableTo(typeof(CustomPenalty))
        || type == typeof(DriftPenalty) || type == typeof(LeCamPenalty) || type == typeof(ConsistencyPenalty);

    /// <summary>Returns the settings of Adam for a discriminator with these penalties.</summary>
    internal static (double LearningRate, double Beta1, double Beta2) Rescale(
        IEnumerable<Regularizer> all, double learningRate, double beta1, double beta2)
    {
        int[] lazy = [.. all.Where(static one => one.IsLazy).Select(static one => one.Interval)];
        return lazy.Length == 0 ? (learningRate, beta1, beta2) : new LazyPenalty(lazy.Min()).Rescale(learningRate, beta1, beta2);
    }

    /// <summary>Refuses lists of penalties that cannot be trained with.</summary>
    /// <exception cref="TrainingException">
    /// A penalty is not one of a discriminator, an interval is below 1, there are several LeCam penalties, or intervals are incompatible.
    /// </exception>
    internal static void Check(IReadOnlyList<Regularizer> all)
    {
        if (all.FirstOrDefault(static one => !Takes(one.Penalty.GetType())) is { } other)
        {
            throw new TrainingException(
                $"{nameof(GanOptions)}.{nameof(GanOptions.Regularizers)}: {other.Penalty.GetType().Name} is not a penalty of a "
                    + $"discriminator. {Alternatives}");
        }

        if (all.FirstOrDefault(static one => one.Interval < 1) is { } never)
        {
            throw new TrainingException(
                $"{nameof(GanOptions)}.{nameof(GanOptions.Regularizers)}: "
                    + $"the interval of {never.Penalty.GetType().Name} must be at least 1, "
                + $"but is {never.Interval}. Set it to 1 to evaluate the penalty in every step.");
        }

        if (all.Count(static one => one.Penalty is LeCamPenalty) > 1)
        {
            throw new TrainingException(
                $"{nameof(GanOptions)}.{nameof(GanOptions.Regularizers)}: there is more than one LeCamPenalty. "
                    + "Add up their weights in one.");
        }

        // The updates of all lazy penalties then coincide with those of the most frequent one, by which Adam is rescaled.
        int[] lazy = [.. all.Where(static one => one.IsLazy).Select(static one => one.Interval)];
        if (lazy.FirstOrDefault(interval => interval % lazy.Min() != 0) is not 0 and var odd)
        {
            throw new TrainingException(
                $"{nameof(GanOptions)}.{nameof(GanOptions.Regularizers)}: "
                    + "the intervals of lazy penalties must be multiples of the shortest one, "
                + $"but {odd} is not a multiple of {lazy.Min()}. Change one of the two.");
        }
    }
}
