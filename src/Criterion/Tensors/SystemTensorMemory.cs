using System.Buffers;
using System.Runtime.InteropServices;

namespace Criterion;

/// <summary>
/// The memory of a dense <see cref="System.Numerics.Tensors.Tensor{T}"/>, which exposes only a reference to its first element.
/// </summary>
/// <remarks>Spans contain that reference, so the memory lives as long as they do, even if the tensors are collected.</remarks>
internal sealed class SystemTensorMemory<T>(System.Numerics.Tensors.Tensor<T> tensor, int length) : MemoryManager<T>
    where T : unmanaged
{
    public override Span<T> GetSpan() => MemoryMarshal.CreateSpan(ref tensor.GetPinnableReference(), length);

    public override unsafe MemoryHandle Pin(int elementIndex = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(elementIndex);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(elementIndex, length);
        MemoryHandle whole = tensor.GetPinnedHandle();
        return new((T*)whole.Pointer + elementIndex, pinnable: new Pinned(whole));
    }

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
    }

    sealed class Pinned(MemoryHandle whole) : IPinnable
    {
        MemoryHandle _whole = whole;

        public MemoryHandle Pin(int elementIndex) =>
            throw new NotSupportedException("SystemTensorMemory: pinned memory is pinned by its own handle only.");

        public void Unpin() => _whole.Dispose();
    }
}
