using System.Runtime.CompilerServices;
using TorchSharp;

namespace Criterion.TorchSharp;

/// <summary>Functions of Criterion's tensors on TorchSharp's.</summary>
/// <remarks>
/// <para>On the CPU, in Float32, Float64, Int64, UInt8 and Bool, Criterion computes on LibTorch's memory without a copy. Other devices and
/// types cost a copy to the CPU and back: half precision is computed and returned in Float32, and smaller integers as Int64.</para>
/// <para>Results have a graph where an input requires a gradient and gradients are enabled. Gradients of every order are computed by
/// Criterion: those of a scalar along with it, others in the backward pass, which evaluates the function again, so that it must give the
/// same result each time. Parameters of a network that it calls get no gradient. All errors are thrown by the call. If an input was
/// changed in place before the backward pass, its gradient is NaN, and the next call throws the reason.</para>
/// </remarks>
public static class TorchFunction
{
    /// <summary>Evaluates a function of one tensor.</summary>
    /// <param name="function">The function, in differentiable operations of Criterion.</param>
    /// <param name="x">The tensor.</param>
    /// <exception cref="DTypeException">Criterion has no element type for that of an input, such as a complex one.</exception>
    /// <exception cref="TensorException">
    /// An input was disposed, is sparse, is a meta tensor or, where a graph is recorded, was made in inference mode; the inputs are on
    /// different devices; or an earlier backward pass failed.
    /// </exception>
    public static torch.Tensor Apply(Func<Tensor, Tensor> function, torch.Tensor x)
    {
        ArgumentNullException.ThrowIfNull(function);
        return Apply(nameof(TorchFunction), [x], inputs => function(inputs[0]!));
    }

    /// <summary>Evaluates a function of two tensors.</summary>
    /// <inheritdoc cref="Apply(Func{Tensor, Tensor}, torch.Tensor)"/>
    /// <param name="function">The function, in differentiable operations of Criterion.</param>
    /// <param name="x">The first tensor.</param>
    /// <param name="y">The second tensor.</param>
    public static torch.Tensor Apply(Func<Tensor, Tensor, Tensor> function, torch.Tensor x, torch.Tensor y)
    {
        ArgumentNullException.ThrowIfNull(function);
        return Apply(nameof(TorchFunction), [x, y], inputs => function(inputs[0]!, inputs[1]!));
    }

    /// <summary>Evaluates a function of any number of tensors.</summary>
    /// <inheritdoc cref="Apply(Func{Tensor, Tensor}, torch.Tensor)"/>
    /// <param name="function">The function, in differentiable operations of Criterion.</param>
    /// <param name="inputs">The tensors.</param>
    public static torch.Tensor Apply(Func<IReadOnlyList<Tensor>, Tensor> function, params IReadOnlyList<torch.Tensor> inputs)
    {
        ArgumentNullException.ThrowIfNull(function);
        ArgumentNullException.ThrowIfNull(inputs);
        return Apply(nameof(TorchFunction), [.. inputs], x => function(x!));
    }

    /// <summary>Evaluates a function whose inputs may be null.</summary>
    /// <param name="owner">The loss, the type of a static method, or a name, for errors.</param>
    /// <param name="inputs">The inputs.</param>
    /// <param name="function">The function.</param>
    /// <param name="arguments">The names of the inputs.</param>
    internal static torch.Tensor Apply(
        object owner,
        torch.Tensor?[] inputs,
        Func<Tensor?[], Tensor> function,
        [CallerArgumentExpression(nameof(inputs))] string arguments = "") =>
        Evaluation.Run(new(owner, arguments), x => [function(x)], inputs)[0];

    /// <summary>Computes what is not a tensor, and has no gradient.</summary>
    /// <inheritdoc cref="Apply(object, torch.Tensor?[], Func{Tensor?[], Tensor}, string)"/>
    internal static T Read<T>(
        object owner,
        torch.Tensor?[] inputs,
        Func<Tensor?[], T> function,
        [CallerArgumentExpression(nameof(inputs))] string arguments = "")
    {
        new Invocation(owner, arguments).Check(inputs);
        using DisposeScope scope = torch.NewDisposeScope();
        using (Autograd.NoGrad())
        {
            return function([.. inputs.Select(static input => input is null ? null : HostTensor.Borrow(input))]);
        }
    }
}
