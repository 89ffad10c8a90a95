using System.Buffers;
using Criterion.Drivers;
using Criterion.Memory;

namespace Criterion;

/// <summary>
/// A tensor over pinned memory of a caller for the duration of one call. The objects serve the next call of their thread, so that none is
/// allocated once it is warm.
/// </summary>
/// <remarks>
/// Only losses of this library read such a tensor, because none of them keeps it. Memory that is used after the call is empty, so that
/// freed memory is never read.
/// </remarks>
internal sealed unsafe class BorrowedTensor<T> : MemoryManager<T>
    where T : unmanaged
{
    [ThreadStatic]
    static Stack<BorrowedTensor<T>>? t_spare;

    readonly Storage<T> _storage = new(default);
    T* _address;
    int _length;

    BorrowedTensor() => Tensor = new Tensor(_storage, [0]);

    public Tensor Tensor { get; }

    public Elements Elements => new(_storage, 0, _length);

    /// <summary>Borrows pinned memory.</summary>
    public static BorrowedTensor<T> Of(T* address, Shape shape)
    {
        BorrowedTensor<T> borrowed = (t_spare ??= new()).TryPop(out BorrowedTensor<T>? spare) ? spare : new();
        borrowed.Point(address, shape);
        return borrowed;
    }

    /// <summary>Ends the loan, so that the object can be used again.</summary>
    public void Return()
    {
        Point(null, [0]);
        t_spare!.Push(this);
    }

    public override Span<T> GetSpan() => new(_address, _length);

    public override MemoryHandle Pin(int elementIndex = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(elementIndex);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(elementIndex, _length);
        return new(_address + elementIndex);
    }

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
    }

    void Point(T* address, Shape shape)
    {
        _address = address;
        _length = shape.Count;
        _storage.Replace(Memory);
        Tensor.Reuse(shape);
    }
}
