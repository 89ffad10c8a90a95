namespace Criterion.Memory;

/// <summary>The memory behind one tensor, or behind several that are views of one another.</summary>
internal abstract class Storage
{
    public abstract DType DType { get; }

    public int Length { get; private protected set; }

    /// <summary>How often the memory was given back: a tensor of an earlier time has none any more.</summary>
    public int Generation { get; private protected set; }

    /// <summary>Counts changes in place, so that a gradient can tell that a value it needs is gone.</summary>
    public int Version { get; set; }

    /// <summary>How many of these changes were updates from the values before, as an optimizer makes them: the others replaced the values.</summary>
    public int Updates { get; set; }

    /// <summary>The scope that will take this memory back, or null where the garbage collector does.</summary>
    public ScopedMemory? Scope { get; set; }

    /// <summary>How many storages its scope had before it.</summary>
    public int Place { get; set; }

    /// <summary>Whether this is memory that a leaf's gradient took out of its scope, to go back when the gradient is cleared.</summary>
    public bool IsLent { get; set; }

    /// <summary>How many recorded operations will read this for their gradients.</summary>
    public int Readers { get; set; }

    /// <summary>Whether nothing but those operations will read this.</summary>
    public bool IsPassing { get; set; }

    /// <summary>Gives the memory back to the pool: whoever uses a tensor of it after that is told.</summary>
    public abstract void Release();

    /// <summary>Memory with unspecified content; it belongs to the scope that is open, if any.</summary>
    public static Storage<T> Create<T>(int length)
        where T : unmanaged
    {
        if (TensorScope.Current is not { } scope)
        {
            return new Storage<T>(BufferPool<T>.Allocate(length));
        }

        Storage<T> storage = Storage<T>.Rent(length);
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
    /// <summary>More than a step makes. Beyond it, a thread that returns what others make would collect them without end.</summary>
    const int MostSpare = 1 << 15;

    /// <summary>Those that were given back on this thread, for the next ones: they are as many as a step has tensors.</summary>
    [ThreadStatic]
    static Stack<Storage<T>>? t_spare;

    bool _isPooled;

    /// <summary>Memory that the garbage collector owns.</summary>
    /// <exception cref="TensorException"><typeparamref name="T"/> is no element type.</exception>
    public Storage(Memory<T> memory)
    {
        _ = DType;
        (Memory, Length) = (memory, memory.Length);
    }

    public override DType DType => DTypes.Of<T>();

    public Memory<T> Memory { get; private set; }

    /// <summary>Memory of the pool.</summary>
    public static Storage<T> Rent(int length)
    {
        Storage<T> storage = t_spare is not null && t_spare.TryPop(out Storage<T>? spare) ? spare : new(default);
        (storage.Memory, storage.Length, storage._isPooled) = (BufferPool<T>.Rent(length), length, true);
        return storage;
    }

    public override void Release()
    {
        Memory<T> memory = Memory;
        (Memory, Readers, IsPassing) = (default, 0, false);
        Generation++;
        if (_isPooled)
        {
            BufferPool<T>.Return(memory);
            Stack<Storage<T>> spare = t_spare ??= new();
            if (spare.Count < MostSpare)
            {
                spare.Push(this);
            }
        }
    }
}
