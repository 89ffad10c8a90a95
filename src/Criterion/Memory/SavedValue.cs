namespace Criterion.Memory;

/// <summary>The memory of a value that the gradient of a recorded operation reads, as it was when it was recorded.</summary>
internal readonly struct SavedValue
{
    readonly Storage _storage;
    readonly int _version;
    readonly int _generation;

    public SavedValue(Storage storage)
    {
        (_storage, _version, _generation) = (storage, storage.Version, storage.Generation);
        storage.Save();
    }

    public bool IsReleased => _storage.Generation != _generation;

    /// <summary>Whether the value was changed in place since.</summary>
    public bool IsChanged => !IsReleased && _storage.Version != _version;

    /// <summary>The storage if it is an activation that no gradient reads any more, else null.</summary>
    public Storage? UnreadActivation => !IsReleased && _storage is { State: StorageState.Activation, IsSaved: false } ? _storage : null;

    /// <summary>Declares that the operation reads the value no more.</summary>
    public void Forget()
    {
        if (!IsReleased)
        {
            _storage.Forget();
        }
    }
}
