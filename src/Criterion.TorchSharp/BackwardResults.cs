using TorchSharp;

namespace Criterion.TorchSharp;

/// <summary>
/// The handles that backward passes on a thread returned to LibTorch, which copies them, and the error that replaced a gradient of its
/// losses. Both are dealt with when the thread enters this library again.
/// </summary>
internal sealed class BackwardResults
{
    [ThreadStatic]
    static BackwardResults? t_own;

    readonly List<torch.Tensor> _returned = [];
    Exception? _error;

    /// <summary>The results of this thread.</summary>
    public static BackwardResults OfThread => t_own ??= new();

    /// <summary>Disposes the handles that were returned before.</summary>
    public void Release()
    {
        _returned.ForEach(static gradient => gradient.Dispose());
        _returned.Clear();
    }

    /// <summary>Throws the error of an earlier backward pass, once.</summary>
    /// <exception cref="TensorException">A gradient could not be computed.</exception>
    public void ThrowError()
    {
        if (Interlocked.Exchange(ref _error, null) is { } error)
        {
            throw new TensorException(
                $"Criterion: a gradient of the previous backward pass could not be computed and is NaN. {error.Message} "
                + "Change a .clone() of inputs and gradients in place, or run the backward pass first.",
                error);
        }
    }

    /// <summary>Keeps an error of a backward pass, which may have run on another thread: an exception would end the process.</summary>
    public void Fail(Exception error) => Volatile.Write(ref _error, error);

    /// <summary>Returns the gradients for all arguments of a node, null for those without.</summary>
    public List<torch.Tensor> Return(params ReadOnlySpan<torch.Tensor?> gradients)
    {
        List<torch.Tensor> returned = new(gradients.Length);
        foreach (torch.Tensor? gradient in gradients)
        {
            returned.Add(gradient!);
            if (gradient is not null)
            {
                _returned.Add(gradient.DetachFromDisposeScope());
            }
        }

        return returned;
    }
}
