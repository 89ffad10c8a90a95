using TorchSharp;

namespace Criterion.TorchSharp;

/// <summary>
/// The gradients that this thread has returned to LibTorch, which copies their handles, and the error that one of them replaced. Both are
/// dealt with when the thread enters this library again.
/// </summary>
internal static class BackwardResults
{
    [ThreadStatic]
    static List<torch.Tensor>? t_returned;

    [ThreadStatic]
    static Exception? t_error;

    /// <summary>Disposes the handles that were returned before.</summary>
    public static void Release()
    {
        t_returned?.ForEach(static gradient => gradient.Dispose());
        t_returned?.Clear();
    }

    /// <summary>Throws the error of an earlier backward pass, once.</summary>
    /// <exception cref="TensorException">A gradient could not be computed.</exception>
    public static void ThrowError()
    {
        if (t_error is { } error)
        {
            t_error = null;
            throw new TensorException(
                $"Criterion: a gradient of the previous backward pass could not be computed and is NaN. {error.Message} "
                + "Change a .clone() of inputs and gradients in place, or run the backward pass first.",
                error);
        }
    }

    /// <summary>Returns the gradients for all arguments of a node, null for those without.</summary>
    public static List<torch.Tensor> Return(DisposeScope scope, torch.Tensor?[] gradients)
    {
        t_returned ??= [];
        foreach (torch.Tensor gradient in gradients.OfType<torch.Tensor>())
        {
            t_returned.Add(scope.Detach(gradient));
        }

        return [.. gradients.Select(static gradient => gradient!)];
    }

    /// <summary>Returns NaN in place of gradients, and keeps the error: an exception would end the process.</summary>
    public static List<torch.Tensor> Fail(Exception error, torch.Tensor?[] gradients)
    {
        t_error = error;
        (t_returned ??= []).AddRange(gradients.OfType<torch.Tensor>());
        return [.. gradients.Select(static gradient => gradient!)];
    }
}
