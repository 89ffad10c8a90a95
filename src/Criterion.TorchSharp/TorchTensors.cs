using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Criterion.TorchSharp;

/// <summary>Conversions between tensors of Criterion and of TorchSharp.</summary>
public static class TorchTensors
{
    /// <summary>
    /// Returns a Criterion tensor over the memory of a tensor on the CPU, in any layout: a change of one is visible in the other. Other
    /// devices, and types that Criterion does not have, are copied. The graph of the tensor is not part of the result.
    /// </summary>
    /// <param name="tensor">The tensor, which may be disposed afterwards.</param>
    /// <exception cref="DTypeException">Criterion has no element type for it, as for complex numbers.</exception>
    /// <exception cref="TensorException">The tensor was disposed, is sparse or is a meta tensor.</exception>
    public static Tensor ToCriterion(this torch.Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        new Invocation(nameof(ToCriterion), nameof(tensor)).Check(tensor);
        using DisposeScope scope = NewDisposeScope();
        return HostTensor.View(scope.Detach(HostTensor.From(tensor.detach())));
    }

    /// <summary>
    /// Returns a TorchSharp tensor on the CPU over the memory of a tensor: a change of one is visible in the other. A view that is not
    /// contiguous is copied. The graph of the tensor is not part of the result.
    /// </summary>
    /// <param name="tensor">The tensor. Its memory is taken out of its <see cref="TensorScope"/>.</param>
    /// <exception cref="TensorException">The tensor was released, or its scope belongs to another thread.</exception>
    public static torch.Tensor ToTorch(this Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        Tensor whole = tensor.Detach().Contiguous().Keep();
        return whole.DType.RunElements(new Share(whole)).Result!;
    }

    /// <summary>Returns a state by the same names, over the same memory: for <c>LoadStateDict</c> of a Criterion module.</summary>
    /// <param name="state">The tensors by name, as <c>module.state_dict()</c> returns them.</param>
    /// <inheritdoc cref="ToCriterion(torch.Tensor)"/>
    public static IReadOnlyDictionary<string, Tensor> ToCriterion(this IReadOnlyDictionary<string, torch.Tensor> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return new OrderedDictionary<string, Tensor>(
            state.Select(static entry => KeyValuePair.Create(entry.Key, entry.Value.ToCriterion())));
    }

    /// <summary>Returns a state by the same names, over the same memory: for <c>load_state_dict</c> of a TorchSharp module.</summary>
    /// <param name="state">The tensors by name, as <c>module.StateDict()</c> returns them.</param>
    /// <inheritdoc cref="ToTorch(Tensor)"/>
    public static Dictionary<string, torch.Tensor> ToTorch(this IReadOnlyDictionary<string, Tensor> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return state.ToDictionary(static entry => entry.Key, static entry => entry.Value.ToTorch());
    }

    struct Share(Tensor tensor) : IElementTask
    {
        public torch.Tensor? Result { get; private set; }

        public void Run<T>()
            where T : unmanaged
        {
            Memory<T> memory = tensor.Memory<T>();
            ScalarType type = HostTensor.TypeOf(tensor.DType);
            long[] sizes = HostTensor.Sizes(tensor.Shape);
            if (MemoryMarshal.TryGetMemoryManager<T, TorchMemory<T>>(memory, out TorchMemory<T>? manager, out int start, out _))
            {
                Result = manager.Alias(start, sizes);
            }
            else if (tensor.Count > 0 && MemoryMarshal.TryGetArray(memory, out ArraySegment<T> array))
            {
                using torch.Tensor flat = frombuffer(array.Array!, type, array.Count, array.Offset);
                Result = flat.view(sizes);
            }
            else
            {
                Result = HostTensor.Copy(tensor, CPU);
            }
        }
    }
}
