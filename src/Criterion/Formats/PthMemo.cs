namespace Criterion.Formats;

/// <summary>
/// Values that a pickle refers to by number. Python's picklers count from 0 or 1, and an optimized pickle omits numbers. Numbers far from
/// that order are stored in a tree: unlike a hash table it has no worst case for chosen keys.
/// </summary>
internal sealed class PthMemo
{
    /// <summary>The maximum distance of a number from the list's end to be stored in the list.</summary>
    const int Gap = 1024;

    static readonly object Missing = new();

    readonly List<object?> _dense = [];
    readonly SortedDictionary<long, object?> _sparse = [];
    int _inList;

    /// <summary>Gets the number of stored values, which is the next number in a pickle that does not specify numbers.</summary>
    public int Count => _inList + _sparse.Count;

    /// <summary>Stores a value.</summary>
    public void Put(long index, object? value)
    {
        // At most twice the stored values: memory stays proportional to the pickle.
        if (index > (2L * _inList) + Gap)
        {
            _sparse[index] = value;
            return;
        }

        while (_dense.Count <= index)
        {
            _dense.Add(Missing);
        }

        _inList += ReferenceEquals(_dense[(int)index], Missing) ? 1 : 0;
        _dense[(int)index] = value;
    }

    /// <summary>Returns whether a number is stored, and its value.</summary>
    public bool TryGet(long index, out object? value)
    {
        value = index < _dense.Count ? _dense[(int)index] : Missing;
        return !ReferenceEquals(value, Missing) || _sparse.TryGetValue(index, out value);
    }
}
