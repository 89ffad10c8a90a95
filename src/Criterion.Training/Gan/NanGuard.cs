namespace Criterion.Training;

/// <summary>What to do when a loss or a gradient is no number.</summary>
public enum NanPolicy
{
    /// <summary>Stop, and say where it came from; the last checkpoint is as it was.</summary>
    Stop,

    /// <summary>Leave the weights as they are, count it, and go on with the next step.</summary>
    Skip,
}

/// <summary>Keeps losses and gradients that are no numbers from the weights, in every trainer alike.</summary>
internal sealed class NanGuard(NanPolicy policy)
{
    /// <summary>Steps that were left out up to now.</summary>
    public long Skipped { get; set; }

    /// <summary>A step, or <paramref name="skipped"/> in the place of one that is to be left out.</summary>
    public TStep Step<TStep>(Func<TStep> play, TStep skipped)
    {
        try
        {
            return play();
        }
        catch (NotANumberException) when (policy == NanPolicy.Skip)
        {
            Skipped++;
            return skipped;
        }
    }

    /// <summary>The value, if it is a number.</summary>
    /// <param name="value">A loss, or the length of a gradient.</param>
    /// <param name="what">What it is.</param>
    /// <param name="step">The number of the step, from 1.</param>
    /// <param name="tensors">What it was made of, in the order in which that came about.</param>
    /// <exception cref="TrainingException">It is not; the message names the first tensor that held none.</exception>
    public static double Finite(double value, string what, long step, Func<NanSearch> tensors) => double.IsFinite(value)
        ? value
        : throw new NotANumberException(
            $"The {what} became {value} in step {step}. {tensors().First()} Lower the learning rate (--lr), try another seed, or leave such steps out (--on-nan skip).");

    /// <summary>A loss or gradient that must not reach the weights.</summary>
    sealed class NotANumberException(string message) : TrainingException(message);
}
