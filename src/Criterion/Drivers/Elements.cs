using Criterion.Memory;

namespace Criterion.Drivers;

/// <summary>Contiguous elements in the memory of a tensor, of a type known at run time; default where an operand is not given.</summary>
/// <param name="storage">The memory.</param>
/// <param name="offset">The index of the first element.</param>
/// <param name="count">The number of elements.</param>
internal readonly struct Elements(Storage? storage, int offset, int count)
{
    /// <summary>The number of elements.</summary>
    public int Count => count;

    /// <summary>Whether there are no elements, or the operand is not given.</summary>
    public bool IsEmpty => count == 0;

    /// <summary>The type of the elements.</summary>
    public DType DType => storage?.DType ?? default;

    /// <summary>Returns the elements; empty where the operand is not given.</summary>
    public Memory<S> Memory<S>()
        where S : unmanaged => storage is null ? default : ((Storage<S>)storage).Memory.Slice(offset, count);

    /// <summary>Returns some of the elements.</summary>
    public Elements Slice(int start, int length) => new(storage, offset + start, length);

    /// <summary>Returns the elements as a span.</summary>
    public Span<S> Span<S>()
        where S : unmanaged => Memory<S>().Span;

    /// <summary>
    /// Returns the rows from <paramref name="start"/> to <paramref name="end"/> of a matrix; empty where it is not given.
    /// </summary>
    public Span<S> Rows<S>(int start, int end, int length)
        where S : unmanaged => storage is null ? default : Span<S>()[(start * length)..(end * length)];
}
