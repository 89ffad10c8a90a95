namespace Criterion.Memory;

/// <summary>The states of a storage. docs/memory.md draws the transitions between them.</summary>
internal enum StorageState : byte
{
    /// <summary>The garbage collector owns the buffer: it was created outside every scope, or kept.</summary>
    Kept,

    /// <summary>A scope owns the buffer and releases it when it ends, at the latest.</summary>
    Scoped,

    /// <summary>Scoped, and read by nothing but the gradients of recorded operations: released after the last of them.</summary>
    Activation,

    /// <summary>The gradient of a leaf: kept until it is cleared, then adopted by the scope that is open.</summary>
    Gradient,

    /// <summary>The buffer is back in the pool.</summary>
    Released,
}

/// <summary>
/// The memory behind one tensor, or behind several that are views of one another. Six verbs change its state, and nothing else does:
/// <see cref="Rent{T}"/>, <see cref="Keep"/>, <see cref="Adopt"/>, <see cref="Save"/>, <see cref="Forget"/> and <see cref="Release"/>.
/// </summary>
internal abstract class Storage
{
    static long s_last;

    int _readers;
    ReleaseHistory _releases;

    public abstract DType DType { get; }

    public int Length { get; private protected set; }

    public StorageState State { get; private set; }

    /// <summary>The number of the latest storage that was rented, on any thread.</summary>
    public static long LastNumber => Interlocked.Read(ref s_last);

    /// <summary>Grows with time; 0 for memory of the user.</summary>
    public long Number { get; private set; }

    /// <summary>Whether this is a gradient that is computed along with the result of its operation, and saved until it is needed.</summary>
    public bool IsFusedGradient { get; set; }

    /// <summary>Whether this is a number that C# converted to a tensor, in memory that no pool reuses.</summary>
    public bool IsNumber { get; init; }

    /// <summary>The number of releases so far. A tensor that was created before the last one has lost its memory.</summary>
    public int Generation { get; private set; }

    /// <summary>The number of changes in place, by which a gradient detects that a value that it needs was overwritten.</summary>
    public int Version { get; set; }

    /// <summary>The number of these changes that updated the values, as an optimizer does; the others replaced them.</summary>
    public int Updates { get; set; }

    /// <summary>The scope that owns the buffer, or null where the garbage collector does.</summary>
    public MemoryScope? Scope { get; private set; }

    /// <summary>The number of storages that the scope had before this one.</summary>
    public int Place { get; private set; }

    /// <summary>Whether a recorded operation reads this for its gradient.</summary>
    public bool IsSaved => _readers != 0;

    /// <summary>Rents memory with unspecified content: from the pool inside a scope, from the garbage collector outside.</summary>
    public static Storage<T> Rent<T>(int length)
        where T : unmanaged
    {
        MemoryScope? scope = MemoryScope.Current;
        Storage<T> storage = scope is null ? new(BufferPool<T>.Allocate(length)) : Storage<T>.FromPool(length);
        storage.Number = Interlocked.Increment(ref s_last);
        if (scope is not null)
        {
            storage.Adopt(scope);
        }

        return storage;
    }

    /// <summary>Rents memory of an element type known only at run time.</summary>
    public static Storage Rent(DType dtype, int length) => dtype.RunElements(new RentElements(length)).Storage!;

    /// <summary>Gives the memory to the garbage collector: it lives as long as it is referenced.</summary>
    /// <param name="from">The only scope to take it from, or null for any. A scope around that one still owns its storages.</param>
    /// <param name="asGradient">Whether a leaf keeps it as its gradient.</param>
    /// <exception cref="TensorException">A scope of another thread, which may end at any time, owns it.</exception>
    public void Keep(MemoryScope? from = null, bool asGradient = false)
    {
        Scope?.CheckThread();
        if (Scope is null || from is null || Scope == from)
        {
            Scope = null;
            State = asGradient ? StorageState.Gradient : StorageState.Kept;
        }
    }

    /// <summary>Gives the memory to a scope, which releases it when it ends.</summary>
    public void Adopt(MemoryScope scope)
    {
        (Scope, Place, State) = (scope, scope.Count, StorageState.Scoped);
        scope.Add(this);
    }

    /// <summary>Counts an operation that reads this for its gradient.</summary>
    public void Save() => Interlocked.Increment(ref _readers);

    /// <summary>Counts off an operation that has read this for the last time.</summary>
    public void Forget() => Interlocked.Decrement(ref _readers);

    /// <summary>Returns the memory of a scope to the pool; a later use of its tensors throws.</summary>
    /// <param name="cause">Why it is released, for the error.</param>
    /// <param name="by">The operation or the type of the module that caused it, or null.</param>
    /// <param name="afterGradients">Whether to wait for the gradients that read it: it is then an activation until they have.</param>
    public void Release(ReleaseCause cause, object? by = null, bool afterGradients = false)
    {
        if (afterGradients && IsSaved)
        {
            State = StorageState.Activation;
            return;
        }

        _releases.Add(cause, by);
        (Scope, State, _readers, IsFusedGradient) = (null, StorageState.Released, 0, false);
        Generation++;
        ReturnBuffer();
    }

    /// <summary>Describes how the memory of a tensor of an earlier generation was released, and how to avoid it.</summary>
    public string DescribeRelease(int generation) => _releases.Describe(Generation - generation);

    private protected abstract void ReturnBuffer();

    struct RentElements(int length) : IElementTask
    {
        public Storage? Storage { get; private set; }

        public void Run<T>()
            where T : unmanaged => Storage = Rent<T>(length);
    }
}

/// <summary>The memory behind a tensor of elements <typeparamref name="T"/>.</summary>
internal sealed class Storage<T> : Storage
    where T : unmanaged
{
    /// <summary>More than a step creates. Without a limit a thread that releases what others create would collect them forever.</summary>
    const int MaxSpare = 1 << 15;

    /// <summary>Objects released on this thread, to be used again: as many as a step has tensors.</summary>
    [ThreadStatic]
    static Stack<Storage<T>>? t_spare;

    bool _isPooled;

    /// <summary>Memory that the garbage collector owns.</summary>
    /// <exception cref="TensorException"><typeparamref name="T"/> is not an element type.</exception>
    public Storage(Memory<T> memory)
    {
        _ = DType;
        (Memory, Length) = (memory, memory.Length);
    }

    public override DType DType => DTypes.Of<T>();

    public Memory<T> Memory { get; private set; }

    /// <summary>Replaces memory that is not from the pool by other memory of the caller.</summary>
    public void Replace(Memory<T> memory) => (Memory, Length) = (memory, memory.Length);

    public static Storage<T> FromPool(int length)
    {
        Storage<T> storage = t_spare is not null && t_spare.TryPop(out Storage<T>? spare) ? spare : new(default);
        (storage.Memory, storage.Length, storage._isPooled) = (BufferPool<T>.Rent(length), length, true);
        return storage;
    }

    private protected override void ReturnBuffer()
    {
        Memory<T> memory = Memory;
        Memory = default;
        if (_isPooled)
        {
            BufferPool<T>.Return(memory);
            Stack<Storage<T>> spare = t_spare ??= new();
            if (spare.Count < MaxSpare)
            {
                spare.Push(this);
            }
        }
    }
}
