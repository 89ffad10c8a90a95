using System.Buffers;
using System.Runtime.CompilerServices;

namespace Criterion;

/// <summary>Memory of an object that shows only a reference to its first element: pinned for as long as this lives.</summary>
internal sealed unsafe class PinnedMemory<T>(ref T first, int length, MemoryHandle handle) : MemoryManager<T>
    where T : unmanaged
{
    readonly T* _first = (T*)Unsafe.AsPointer(ref first);
    readonly PinLifetime _pin = new(handle);

    public override Span<T> GetSpan()
    {
        Span<T> span = new(_first, length);

        // The span keeps the memory alive, but the pin must last until there is one.
        GC.KeepAlive(_pin);
        return span;
    }

    public override MemoryHandle Pin(int elementIndex = 0) => new(_first + elementIndex, pinnable: this);

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing) => _pin.Release();

    // A class of its own, because the pin ends with the last tensor over the memory, not with a call.
    sealed class PinLifetime(MemoryHandle handle)
    {
        MemoryHandle _handle = handle;

        ~PinLifetime() => _handle.Dispose();

        public void Release()
        {
            _handle.Dispose();
            GC.SuppressFinalize(this);
        }
    }
}
