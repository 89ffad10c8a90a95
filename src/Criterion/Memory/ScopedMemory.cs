namespace Criterion.Memory;

/// <summary>The memory that one open <see cref="TensorScope"/> returns to the pool when it ends.</summary>
internal sealed class ScopedMemory
{
    /// <summary>Those of scopes that have ended on this thread, for the next ones.</summary>
    [ThreadStatic]
    static Stack<ScopedMemory>? t_spare;

    readonly List<Storage> _storages = [];
    readonly int _thread = Environment.CurrentManagedThreadId;

    /// <summary>How many storages have been made in this scope so far.</summary>
    public int Adopted => _storages.Count;

    /// <summary>Whether the scope was opened on the calling thread.</summary>
    public bool IsOfThisThread => _thread == Environment.CurrentManagedThreadId;

    public static ScopedMemory Rent() => t_spare is not null && t_spare.TryPop(out ScopedMemory? spare) ? spare : new();

    public void Adopt(Storage storage)
    {
        storage.Scope = this;
        storage.Place = _storages.Count;
        _storages.Add(storage);
    }

    /// <summary>Takes a storage out of this scope, if it is in it.</summary>
    /// <exception cref="TensorException">It is in a scope of another thread, which may end at any time.</exception>
    public void Keep(Storage storage)
    {
        storage.IsLent = false;
        if (storage.Scope is not { } scope)
        {
            return;
        }

        scope.CheckThread();
        if (scope == this)
        {
            storage.Scope = null;
        }
    }

    public void CheckThread()
    {
        if (!IsOfThisThread)
        {
            throw new TensorException(
                "Keep: the tensor was made in a TensorScope of another thread. Keep it on that thread, before handing it over.");
        }
    }

    /// <summary>Releases what was made since there were <paramref name="first"/>, except what is needed.</summary>
    public void ReleaseFrom(int first, HashSet<Storage> needed)
    {
        for (int i = first; i < _storages.Count; i++)
        {
            if (_storages[i].Scope == this && !needed.Contains(_storages[i]))
            {
                Release(_storages[i], first);
            }
        }
    }

    /// <summary>Releases a storage if it was made in this scope since there were <paramref name="first"/>.</summary>
    public void Release(Storage storage, int first)
    {
        if (storage.Scope == this && storage.Place >= first)
        {
            storage.Scope = null;
            storage.Release();
        }
    }

    /// <summary>
    /// Says of what was made in this scope since there were <paramref name="first"/> that only the gradients of operations recorded so
    /// far will read it: it is released when they have, or now if there are none.
    /// </summary>
    public void Pass(Storage storage, int first)
    {
        if (storage.Scope == this && storage.Place >= first)
        {
            storage.IsPassing = true;
            if (storage.Readers == 0)
            {
                Release(storage, first);
            }
        }
    }

    /// <summary>Releases what was not kept; the next scope of this thread may use this object.</summary>
    public void End()
    {
        foreach (Storage storage in _storages)
        {
            Release(storage, 0);
        }

        _storages.Clear();
        (t_spare ??= new()).Push(this);
    }
}
