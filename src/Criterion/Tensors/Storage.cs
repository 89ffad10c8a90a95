using System.Runtime.CompilerServices;
using Criterion.Kernels;

namespace Criterion;

/// <summary>The memory behind one tensor, or behind several that are views of one another.</summary>
internal abstract class Storage(int length, bool isPooled)
{
    public abstract DType DType { get; }

    public int Length { get; } = length;

    /// <summary>Whether the memory goes back to the pool when it is released.</summary>
    public bool IsPooled { get; } = isPooled;

    /// <summary>Counts changes in place, so that a gradient can tell that a value it needs is gone.</summary>
    public int Version { get; set; }

    /// <summary>The scope that will take this memory back, or null where the garbage collector does.</summary>
    public TensorScope? Scope { get; set; }

    /// <summary>How many storages its scope had before it.</summary>
    public int Place { get; set; }

    /// <summary>Whether this is pooled memory that a leaf's gradient took out of its scope, to go back when the gradient is cleared.</summary>
    public bool IsLent { get; set; }

    /// <summary>Whether the memory was given back.</summary>
    protected bool IsReleased { get; set; }

    /// <summary>Gives the memory back to the pool: whoever uses the storage after that is told.</summary>
    public abstract void Release();

    /// <summary>Memory with unspecified content; it belongs to the scope that is open, if any.</summary>
    public static Storage<T> Create<T>(int length)
        where T : unmanaged
    {
        if (TensorScope.Current is not { } scope)
        {
            return new Storage<T>(BufferPool<T>.Allocate(length), length, pooled: false);
        }

        Storage<T> storage = new(BufferPool<T>.Rent(length), length, pooled: true);
        scope.Adopt(storage);
        return storage;
    }

    /// <summary>Memory with unspecified content of an element type known only at run time.</summary>
    public static Storage Create(DType dtype, int length) => dtype switch
    {
        DType.Bool => Create<bool>(length),
        DType.UInt8 => Create<byte>(length),
        DType.Int64 => Create<long>(length),
        DType.Float32 => Create<float>(length),
        _ => Create<double>(length),
    };
}

/// <summary>The memory behind a tensor of elements <typeparamref name="T"/>.</summary>
internal sealed class Storage<T> : Storage
    where T : unmanaged
{
    Memory<T> _memory;

    /// <exception cref="TensorException"><typeparamref name="T"/> is no element type.</exception>
    public Storage(Memory<T> memory, int length, bool pooled)
        : base(length, pooled)
    {
        _ = DType;
        _memory = memory;
    }

    public override DType DType => DTypes.Of<T>();

    public Memory<T> Memory
    {
        get
        {
            if (IsReleased)
            {
                ThrowReleased();
            }

            return _memory;
        }
    }

    public override void Release()
    {
        if (IsReleased)
        {
            return;
        }

        IsReleased = true;
        if (IsPooled)
        {
            BufferPool<T>.Return(_memory);
        }

        _memory = default;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void ThrowReleased() => throw new TensorException(
        "This tensor was made in a TensorScope that has ended, and its memory is in use elsewhere. Call scope.Keep(tensor) before the scope ends to take it out.");
}
