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
    /// <exception cref="TensorException">The inputs are on different devices, or an earlier backward pass failed.</exception>
    public static torch.Tensor Apply(Func<Tensor, Tensor> function, torch.Tensor x)
    {
        ArgumentNullException.ThrowIfNull(function);
        return Apply([x], inputs => function(inputs[0]!));
    }

    /// <summary>Evaluates a function of two tensors.</summary>
    /// <inheritdoc cref="Apply(Func{Tensor, Tensor}, torch.Tensor)"/>
    /// <param name="function">The function, in differentiable operations of Criterion.</param>
    /// <param name="x">The first tensor.</param>
    /// <param name="y">The second tensor.</param>
    public static torch.Tensor Apply(Func<Tensor, Tensor, Tensor> function, torch.Tensor x, torch.Tensor y)
    {
        ArgumentNullException.ThrowIfNull(function);
        return Apply([x, y], inputs => function(inputs[0]!, inputs[1]!));
    }

    /// <summary>Evaluates a function of any number of tensors.</summary>
    /// <inheritdoc cref="Apply(Func{Tensor, Tensor}, torch.Tensor)"/>
    /// <param name="function">The function, in differentiable operations of Criterion.</param>
    /// <param name="inputs">The tensors.</param>
    public static torch.Tensor Apply(Func<IReadOnlyList<Tensor>, Tensor> function, params IReadOnlyList<torch.Tensor> inputs)
    {
        ArgumentNullException.ThrowIfNull(function);
        ArgumentNullException.ThrowIfNull(inputs);
        return Apply([.. inputs], x => function(x!));
    }

    /// <summary>Evaluates a function whose inputs may be null.</summary>
    internal static torch.Tensor Apply(torch.Tensor?[] inputs, Func<Tensor?[], Tensor> function) =>
        Evaluation.Run(x => [function(x)], inputs)[0];

    /// <summary>Computes what is not a tensor, and has no gradient.</summary>
    internal static T Read<T>(torch.Tensor?[] inputs, Func<Tensor?[], T> function)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using (Autograd.NoGrad())
        {
            return function([.. inputs.Select(static input => input is null ? null : HostTensor.Borrow(input))]);
        }
    }
}
