using TorchSharp;

namespace Criterion.TorchSharp;

/// <summary>The called loss or function and its arguments, as errors name them.</summary>
/// <param name="owner">The loss, the type of a static method, or a name.</param>
/// <param name="arguments">The source text of the list of inputs, from which their names are read.</param>
internal readonly struct Invocation(object owner, string arguments)
{
    /// <summary>Gets the name of the loss or function.</summary>
    public string Name => owner as string ?? (owner as Type ?? owner.GetType()).Name;

    /// <summary>Returns the name of an input: that of its parameter, or its place where the parameters are lists.</summary>
    public string Input(int index)
    {
        string[] names = arguments.Trim('[', ']').Split(", ");
        return arguments.Contains("..", StringComparison.Ordinal) || index >= names.Length ? $"tensor {index + 1}" : names[index];
    }

    /// <summary>Throws where an input cannot be read: LibTorch would end the process, or read what is not there.</summary>
    /// <param name="inputs">The inputs, in the order of the arguments; null is accepted.</param>
    /// <exception cref="TensorException">An input was disposed, is sparse or is a meta tensor.</exception>
    /// <exception cref="DTypeException">No element type of Criterion represents that of an input.</exception>
    public void Check(params ReadOnlySpan<torch.Tensor?> inputs)
    {
        for (int i = 0; i < inputs.Length; i++)
        {
            if (inputs[i] is { } input && Fault(input) is { } fault)
            {
                throw new TensorException($"{Name}: {Input(i)} {fault}");
            }

            if (inputs[i] is { dtype: var type } && HostTensor.TypeOf(type) is null)
            {
                throw new DTypeException($"{Name}: {Input(i)} has the type {type}, which Criterion does not have. {Conversion(type)}");
            }
        }
    }

    /// <summary>Returns whether <see cref="Check"/> accepts a tensor.</summary>
    public static bool IsReadable(torch.Tensor input) => Fault(input) is null && HostTensor.TypeOf(input.dtype) is not null;

    static string? Fault(torch.Tensor input) =>
        input.IsInvalid ? "was disposed. Use it before its DisposeScope ends, or take it out by .MoveToOuterDisposeScope()."
        : input.device_type == DeviceType.META ? "is a meta tensor, which has no values. Pass a tensor on the CPU or a GPU."
        : input.is_sparse ? "is sparse. Convert it with .to_dense()."
        : null;

    static string Conversion(torch.ScalarType type) =>
        torch.is_quantized(type) ? "Convert it with .dequantize()."
        : torch.is_complex(type) ? "Pass .real and .imag."
        : "Convert it with .to(torch.float32).";
}
