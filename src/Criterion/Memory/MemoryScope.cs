namespace Criterion.Memory;

/// <summary>The storages that one open scope owns and releases when it ends.</summary>
internal sealed class MemoryScope
{
    /// <summary>A scope that owns nothing.</summary>
    public static readonly MemoryScope None = new();

    /// <summary>Objects of scopes that ended on this thread, to be used again.</summary>
    [ThreadStatic]
    static Stack<MemoryScope>? t_spare;

    readonly List<Storage> _storages = [];
    readonly int _thread = Environment.CurrentManagedThreadId;

    /// <summary>The innermost open scope of this thread, or null outside every scope.</summary>
    public static MemoryScope? Current => ThreadContext.Current.Settings.Scope;

    /// <summary>The number of storages that were given to this scope so far.</summary>
    public int Count => _storages.Count;

    public static MemoryScope Open() => t_spare is not null && t_spare.TryPop(out MemoryScope? spare) ? spare : new();

    public void Add(Storage storage) => _storages.Add(storage);

    /// <exception cref="TensorException">The calling thread is not the one that opened the scope.</exception>
    public void CheckThread()
    {
        if (_thread != Environment.CurrentManagedThreadId)
        {
            throw new TensorException(
                "Keep: the tensor was created in a TensorScope of another thread. Keep it on that thread, before handing it over.");
        }
    }

    /// <summary>Releases the storages from a place on, except those in use.</summary>
    public void ReleaseFrom(int first, HashSet<Storage> inUse, ReleaseCause cause, object? by)
    {
        for (int i = first; i < _storages.Count; i++)
        {
            Storage storage = _storages[i];
            if (storage.Scope == this && storage.Place >= first && !inUse.Contains(storage))
            {
                storage.Release(cause, by);
            }
        }
    }

    /// <summary>Releases the storages that were not kept; the next scope of this thread may use this object.</summary>
    public void End()
    {
        // A storage that was released before and rented again is in the list twice.
        foreach (Storage storage in _storages)
        {
            if (storage.Scope == this)
            {
                storage.Release(ReleaseCause.ScopeEnded);
            }
        }

        _storages.Clear();
        (t_spare ??= new()).Push(this);
    }
}
