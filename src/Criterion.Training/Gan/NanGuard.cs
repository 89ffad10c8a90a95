using Criterion.Nn;

namespace Criterion.Training;

/// <summary>What to do when a loss or a gradient is no number.</summary>
public enum NanPolicy
{
    /// <summary>Stop, and say where it came from; the last checkpoint is as it was.</summary>
    Stop,

    /// <summary>Leave the weights as they are, count it, and go on with the next step.</summary>
    Skip,
}

/// <summary>Keeps losses and gradients that are no numbers from networks, in every trainer alike.</summary>
/// <param name="policy">What to do with a step that has them.</param>
/// <param name="networks">What is trained.</param>
internal sealed class NanGuard(NanPolicy policy, params Module[] networks)
{
    readonly Tensor[] _buffers = [.. networks.SelectMany(static network => network.NamedBuffers()).Select(static named => named.Value)];

    /// <summary>Steps that were left out up to now.</summary>
    public long Skipped { get; set; }

    /// <summary>A step, or <paramref name="skipped"/> in the place of one that is to be left out.</summary>
    public TStep Step<TStep>(Func<TStep> play, TStep skipped)
    {
        if (policy == NanPolicy.Stop)
        {
            return play();
        }

        // Running statistics take a batch in as it passes, before its loss is known.
        Tensor[] before = [.. _buffers.Select(static buffer => buffer.Clone())];
        try
        {
            return play();
        }
        catch (NotANumberException)
        {
            Array.ForEach([.. _buffers.Zip(before)], static pair => pair.First.CopyFrom(pair.Second));
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
