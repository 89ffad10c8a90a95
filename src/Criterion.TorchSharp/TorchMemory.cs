using System.Buffers;
using TorchSharp;

namespace Criterion.TorchSharp;

/// <summary>The memory of a LibTorch tensor on the CPU, from its first element to its last.</summary>
/// <param name="owner">The tensor, whose managed object keeps the memory alive.</param>
/// <param name="address">The address of its first element.</param>
/// <param name="length">The number of elements from the first to the last.</param>
internal sealed unsafe class TorchMemory<T>(torch.Tensor owner, void* address, int length) : MemoryManager<T>
    where T : unmanaged
{
    /// <summary>Returns a tensor of the same memory, in row-major order from an element on.</summary>
    public torch.Tensor Alias(int start, long[] sizes)
    {
        using torch.Tensor flat = owner.as_strided([length], [1], owner.storage_offset());
        using torch.Tensor part = flat.narrow(0, start, sizes.Aggregate(1L, static (a, b) => a * b));
        return part.view(sizes);
    }

    public override Span<T> GetSpan() => owner.IsInvalid && length > 0
        ? throw new ObjectDisposedException(nameof(torch.Tensor), "Tensor: the torch.Tensor that owns the memory was disposed.")
        : new(address, length);

    public override MemoryHandle Pin(int elementIndex = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(elementIndex);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(elementIndex, length);
        return new((T*)address + elementIndex, pinnable: this);
    }

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
    }
}
