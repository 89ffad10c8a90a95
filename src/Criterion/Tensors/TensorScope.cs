namespace Criterion;

/// <summary>
/// While a scope is open, what is made on its thread lives in pooled memory that goes back when the scope ends, so that a
/// training step allocates nothing once it is warm.
/// </summary>
/// <remarks>
/// <see cref="Keep"/> takes a tensor out; the gradients of leaves are taken out by themselves. A tensor used after its scope
/// ended throws. Gradients on their way through a backward pass, and what passes between the modules of a network, go back before that,
/// when they have been read. Scopes nest; each belongs to the thread that opened it.
/// <para>
/// A static field is initialised when it is first read. If that is inside a scope, its tensor ends with the scope: initialise it with
/// <see cref="Persist"/>. Modules, optimizers, data sets, feature sets and galleries do so themselves.
/// </para>
/// </remarks>
/// <example><code>
/// using (var scope = new TensorScope())
/// {
///     loss = scope.Keep(model.Forward(batch).Mean());
/// }
/// </code></example>
public sealed class TensorScope : IDisposable
{
    [ThreadStatic]
    static TensorScope? t_current;

    /// <summary>Lists of scopes that have ended, for those that are opened next.</summary>
    [ThreadStatic]
    static Stack<List<Storage>>? t_spare;

    readonly List<Storage> _storages;
    readonly TensorScope? _outer;
    bool _ended;

    /// <summary>Opens a scope on this thread.</summary>
    public TensorScope()
    {
        _storages = (t_spare ??= new()).TryPop(out List<Storage>? spare) ? spare : [];
        _outer = t_current;
        t_current = this;
    }

    internal static TensorScope? Current => t_current;

    /// <summary>Steps out of every scope until disposed: what is made meanwhile lives as long as it is referenced.</summary>
    public static Suspension Suspend() => new(t_current);

    /// <summary>Takes a tensor's memory out of this scope, so that it lives as long as it is referenced.</summary>
    /// <returns>The same tensor.</returns>
    public Tensor Keep(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        tensor.Storage.IsLent = false;
        if (tensor.Storage.Scope == this)
        {
            tensor.Storage.Scope = null;
        }

        return tensor;
    }

    /// <summary>Takes a tensor's memory out of the scope in which it was created, if any, so that it lives as long as it is referenced.</summary>
    /// <returns>The same tensor.</returns>
    /// <exception cref="TensorException">That scope has ended.</exception>
    public static Tensor Persist(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return tensor.Storage.Scope?.Keep(tensor) ?? tensor;
    }

    /// <summary>Ends the scope: the memory of all that was made in it and not kept goes back to the pool.</summary>
    public void Dispose()
    {
        if (_ended)
        {
            return;
        }

        _ended = true;
        t_current = _outer;
        foreach (Storage storage in _storages)
        {
            if (storage.Scope == this)
            {
                storage.Scope = null;
                storage.Release();
            }
        }

        _storages.Clear();
        (t_spare ??= new()).Push(_storages);
    }

    /// <summary>How many storages have been made in this scope so far.</summary>
    internal int Adopted => _storages.Count;

    /// <summary>Releases what was made since there were <paramref name="first"/>, except what is needed.</summary>
    internal void ReleaseFrom(int first, HashSet<Storage> needed)
    {
        for (int i = first; i < _storages.Count; i++)
        {
            if (_storages[i].Scope == this && !needed.Contains(_storages[i]))
            {
                _storages[i].Scope = null;
                _storages[i].Release();
            }
        }
    }

    /// <summary>Releases a storage if it was made in this scope since there were <paramref name="first"/>.</summary>
    internal void Release(Storage storage, int first)
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
    internal void Pass(Storage storage, int first)
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

    internal void Adopt(Storage storage)
    {
        storage.Scope = this;
        storage.Place = _storages.Count;
        _storages.Add(storage);
    }

    /// <summary>A stretch of code outside every scope; ends when disposed.</summary>
    public readonly struct Suspension : IDisposable
    {
        readonly TensorScope? _resume;

        internal Suspension(TensorScope? current)
        {
            _resume = current;
            t_current = null;
        }

        /// <summary>Goes back into the scope that was left.</summary>
        public void Dispose() => t_current = _resume;
    }
}
