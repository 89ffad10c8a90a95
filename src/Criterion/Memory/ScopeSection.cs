namespace Criterion.Memory;

/// <summary>
/// The storages created in the innermost scope of this thread since the section began. It releases what is read no more before the scope
/// ends: activations between modules, intermediate gradients. Outside every scope it is empty and does nothing.
/// </summary>
internal readonly struct ScopeSection
{
    readonly MemoryScope? _scope;
    readonly int _first;

    ScopeSection(MemoryScope? scope) => (_scope, _first) = (scope, scope?.Count ?? 0);

    public bool IsOutside => _scope is null;

    public static ScopeSection Begin() => new(MemoryScope.Current);

    /// <summary>Releases a storage if it was created in this section.</summary>
    public void Release(Storage storage, ReleaseCause cause, object? by, bool afterGradients = false)
    {
        if (_scope is not null && storage.Scope == _scope && storage.Place >= _first)
        {
            storage.Release(cause, by, afterGradients);
        }
    }

    /// <summary>Releases all that was created in this section, except the storages in use.</summary>
    public void ReleaseAll(HashSet<Storage> inUse, ReleaseCause cause, object? by) => _scope?.ReleaseFrom(_first, inUse, cause, by);

    /// <summary>Releases the input of a module inside another one, unless the output shares its memory.</summary>
    /// <param name="input">The input; one that was created before the section began belongs to the caller and stays.</param>
    /// <param name="output">The output.</param>
    /// <param name="module">The type of the module, for the error.</param>
    public void ReleaseInput(Storage input, Storage output, Type module)
    {
        if (input != output)
        {
            Release(input, ReleaseCause.ModuleReturned, module, afterGradients: true);
        }
    }

    /// <summary>Releases an activation of this scope if the gradient that read it was the last.</summary>
    /// <param name="value">The value that the gradient read.</param>
    /// <param name="inUse">Storages that are still needed.</param>
    /// <param name="operation">The operation whose gradient it was.</param>
    public void ReleaseRead(SavedValue value, HashSet<Storage> inUse, string operation)
    {
        if (value.UnreadActivation is { } storage && storage.Scope == _scope && !inUse.Contains(storage))
        {
            storage.Release(ReleaseCause.GradientsComputed, operation);
        }
    }
}
