using Criterion.Memory;

namespace Criterion;

/// <summary>
/// Where each sample of a batch is to be on its own, as in a gradient penalty, a layer that mixes them (batch normalisation by the
/// batch's own statistics) gives wrong numbers in silence. Such a layer says so by <see cref="Declare"/>, and who relies on single samples
/// refuses it by <see cref="Refuse"/>.
/// </summary>
/// <example><code>
/// using (BatchCoupling.Refuse("R1: the gradient by an image must be that of its own score."))
/// {
///     scores = critic(images);   // throws BatchCouplingException in the first layer that mixes the images
/// }
/// </code></example>
public static class BatchCoupling
{
    /// <summary>Says that this layer's output for one sample depends on the other samples of the batch. Costs nothing where nobody minds.</summary>
    /// <param name="layer">The layer, for the message.</param>
    /// <exception cref="BatchCouplingException">Coupling is refused at present.</exception>
    public static void Declare(string layer)
    {
        if (ThreadContext.Current.Settings.CouplingRefusal is { } reason)
        {
            throw new BatchCouplingException(layer, reason);
        }
    }

    /// <summary>Refuses layers that mix the samples of a batch, on this thread, until disposed.</summary>
    /// <param name="reason">Who refuses and why, with the way out: a sentence or two for the message.</param>
    public static Restriction Refuse(string reason)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        return new Restriction(reason);
    }

    /// <summary>Allows them again, inside of a refusal, until disposed.</summary>
    public static Restriction Allow() => new(null);

    /// <summary>A stretch of code in which coupling is refused or allowed; ends when disposed.</summary>
    /// <remarks>
    /// It belongs to the thread that opened it. As a ref struct it cannot be held across <c>await</c> or <c>yield</c>, captured by a
    /// lambda, or stored in a field: the compiler refuses.
    /// </remarks>
    public readonly ref struct Restriction : IDisposable
    {
        readonly SettingsChange _change;

        internal Restriction(string? reason)
        {
            ThreadContext thread = ThreadContext.Current;
            _change = new SettingsChange(thread);
            thread.Settings.CouplingRefusal = reason;
        }

        /// <summary>Restores what was before.</summary>
        /// <exception cref="TensorException">A scope or mode opened later on this thread is still open; it is closed too.</exception>
        public void Dispose() => _change.Undo(nameof(BatchCoupling));
    }
}

/// <summary>A layer mixes the samples of a batch where each was to be on its own.</summary>
/// <param name="layer">The layer.</param>
/// <param name="reason">Who refuses and why.</param>
public sealed class BatchCouplingException(string layer, string reason)
    : TensorException($"{layer} mixes the samples of the batch. {reason}")
{
    /// <summary>The layer that mixes samples.</summary>
    public string Layer { get; } = layer;
}
