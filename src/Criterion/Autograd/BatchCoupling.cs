namespace Criterion;

/// <summary>
/// Where each sample of a batch is to be on its own, as in a gradient penalty, a layer that mixes them (batch normalisation by the
/// batch's own statistics) gives wrong numbers in silence. Such a layer says so by <see cref="Note"/>, and who relies on single samples
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
    [ThreadStatic]
    static string? t_reason;

    /// <summary>Says that this layer's output for one sample depends on the other samples of the batch. Costs nothing where nobody minds.</summary>
    /// <param name="layer">The layer, for the message.</param>
    /// <exception cref="BatchCouplingException">Coupling is refused at present.</exception>
    public static void Note(string layer)
    {
        if (t_reason is { } reason)
        {
            throw new BatchCouplingException(layer, reason);
        }
    }

    /// <summary>Refuses layers that mix the samples of a batch, on this thread, until disposed.</summary>
    /// <param name="reason">Who refuses and why, with the way out: a sentence or two for the message.</param>
    public static Refusal Refuse(string reason)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        return new Refusal(reason);
    }

    /// <summary>Allows them again, inside of a refusal, until disposed.</summary>
    public static Refusal Allow() => new(null);

    /// <summary>A stretch of code in which coupling is refused or allowed; ends when disposed.</summary>
    public readonly struct Refusal : IDisposable
    {
        readonly string? _before;

        internal Refusal(string? reason)
        {
            _before = t_reason;
            t_reason = reason;
        }

        /// <summary>Back to how it was.</summary>
        public void Dispose() => t_reason = _before;
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
