using Criterion.Nn;

namespace Criterion.Training;

/// <summary>The treatment of a step whose loss or gradient is not finite.</summary>
public enum NanPolicy
{
    /// <summary>Stop with an error that names the first tensor that is not finite. The last checkpoint is kept.</summary>
    Stop,

    /// <summary>Skip the step: keep the weights as they are, count the step, and continue with the next one.</summary>
    Skip,
}

/// <summary>Keeps losses and gradients that are not finite from the weights, in every trainer alike.</summary>
/// <param name="policy">The treatment of such steps.</param>
/// <param name="networks">The networks that are trained.</param>
internal sealed class NanGuard(NanPolicy policy, params Module[] networks)
{
    readonly Tensor[] _buffers = [.. networks.SelectMany(static network => network.NamedBuffers()).Select(static named => named.Value)];

    /// <summary>Gets or sets the number of steps skipped so far.</summary>
    public long Skipped { get; set; }

    /// <summary>Runs a step, or returns <paramref name="skipped"/> if the step was skipped.</summary>
    public TStep Step<TStep>(Func<TStep> train, TStep skipped)
    {
        if (policy == NanPolicy.Stop)
        {
            return train();
        }

        // Running statistics take in a batch in the forward pass, before its loss is known.
        Tensor[] before = [.. _buffers.Select(static buffer => buffer.Clone())];
        try
        {
            return train();
        }
        catch (NotFiniteException)
        {
            Array.ForEach([.. _buffers.Zip(before)], static pair => pair.First.CopyFrom(pair.Second));
            Skipped++;
            return skipped;
        }
    }

    /// <summary>Returns a value if it is finite.</summary>
    /// <param name="value">A loss, or the norm of a gradient.</param>
    /// <param name="what">The name of the value in the error.</param>
    /// <param name="step">The number of the step, from 1.</param>
    /// <param name="state">The argument of <paramref name="tensors"/>, so that a finite value costs no closure.</param>
    /// <param name="tensors">Collects the tensors that led to the value, in the order of computation.</param>
    /// <exception cref="NotFiniteException">The value is not finite. The message names the first tensor that is not.</exception>
    public static double Finite<TState>(double value, string what, long step, TState state, Func<TState, NanSearch> tensors) =>
        double.IsFinite(value) ? value : throw new NotFiniteException(
            $"The {what} became {value} in step {step}. {tensors(state).Describe()} "
            + $"Lower the learning rate, try another seed, or set {nameof(TrainingOptions)}.{nameof(TrainingOptions.OnNan)} to "
            + $"{nameof(NanPolicy.Skip)} to skip such steps.");
}
