using System.Runtime.InteropServices;
using TorchSharp;

namespace Criterion.TorchSharp;

/// <summary>The gradients of a term of a loss, whose graph is kept for the backward pass of the sum.</summary>
/// <remarks>
/// The graph is the user's, so that it may be freed or changed in place. <c>backward()</c> reports that by an exception, while
/// <c>autograd.grad</c> ends the process. It adds to the gradients of tensors, which are therefore set aside.
/// </remarks>
internal static class TermGradient
{
    /// <summary>Computes the gradients of a scalar by tensors, and restores the gradients that these had.</summary>
    /// <exception cref="AutogradException">The term is not a scalar with a graph, or does not depend on one of the tensors.</exception>
    public static torch.Tensor[] Of(string operation, torch.Tensor term, torch.Tensor[] at)
    {
        try
        {
            // Without it, reading the gradient of an intermediate result prints a warning.
            Array.ForEach(at, static tensor => tensor.retain_grad());
            return SetAside(at, () => torch.autograd.backward([term], retain_graph: true, inputs: at)) ?? throw new AutogradException(
                $"{operation}: a term does not depend on one of the tensors. Pass tensors from which all terms are computed.");
        }
        catch (ExternalException error)
        {
            throw new AutogradException(
                $"{operation}: the gradient of a term could not be computed. {error.Message} "
                + "Pass scalars with their graph, before backward(), and tensors that require a gradient.");
        }
    }

    /// <summary>Returns the gradients that a backward pass leaves, or null where one has none.</summary>
    static torch.Tensor[]? SetAside(torch.Tensor[] at, Action backward)
    {
        torch.Tensor?[] before = Array.ConvertAll(at, static tensor => tensor.grad);
        try
        {
            Array.ForEach(at, static tensor => tensor.grad = null);
            backward();
            torch.Tensor[] gradients = [.. at.Select(static tensor => tensor.grad).OfType<torch.Tensor>()];
            return gradients.Length == at.Length ? gradients : null;
        }
        finally
        {
            for (int i = 0; i < at.Length; i++)
            {
                at[i].grad = before[i];
            }
        }
    }
}
