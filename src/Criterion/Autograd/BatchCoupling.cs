using Criterion.Memory;

namespace Criterion;

/// <summary>
/// Layers that mix the samples of a batch, such as batch normalisation by the statistics of the batch. A computation that needs each sample
/// to be independent, such as a gradient penalty, would silently get wrong numbers from them. Such a layer calls <see cref="Declare"/>, and
/// such a computation calls <see cref="Refuse"/>.
/// </summary>
/// <example><code>
/// using (BatchCoupling.Refuse("R1: the gradient by an image must be that of its own score."))
/// {
///     scores = critic(images);   // throws BatchCouplingException in the first layer that mixes the images
/// }
/// </code></example>
public static class BatchCoupling
{
    /// <summary>Declares that the output of the calling layer for one sample depends on the other samples of the batch.</summary>
    /// <param name="layer">The name of the layer, for the error.</param>
    /// <exception cref="BatchCouplingException">Coupling is refused.</exception>
    public static void Declare(string layer)
    {
        if (ThreadContext.Current.Settings.CouplingRefusal is { } reason)
        {
            throw new BatchCouplingException(layer, reason);
        }
    }

    /// <summary>Refuses layers that mix the samples of a batch, on this thread, until disposed.</summary>
    /// <param name="reason">The computation that refuses them, the reason and the fix: a sentence or two for the error.</param>
    public static Restriction Refuse(string reason)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        return new Restriction(reason);
    }

    /// <summary>Allows layers that mix the samples of a batch, also inside of <see cref="Refuse"/>, until disposed.</summary>
    public static Restriction Allow() => new(null);

    /// <summary>A block of code in which coupling is refused or allowed; ends when disposed.</summary>
    /// <remarks>
    /// It belongs to the thread that opened it. It is a ref struct: the compiler does not allow it across <c>await</c> or <c>yield</c>,
    /// in a lambda or in a field.
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

        /// <summary>Restores the setting from before.</summary>
        /// <exception cref="TensorException">A scope or mode opened later on this thread was still open; it is closed too.</exception>
        public void Dispose() => _change.Undo(nameof(BatchCoupling));
    }
}

/// <summary>The error for a layer that mixes the samples of a batch where each must be independent.</summary>
/// <param name="layer">The layer.</param>
/// <param name="reason">The computation that refuses it, and the reason.</param>
public sealed class BatchCouplingException(string layer, string reason)
    : TensorException($"{layer} mixes the samples of the batch. {reason}")
{
    /// <summary>Gets the layer that mixes samples.</summary>
    public string Layer { get; } = layer;
}
