namespace Criterion.Formats;

/// <summary>
/// Values that a pickle takes again, by number. Python's picklers count from 0 or from 1, and an optimised pickle leaves numbers out;
/// what is far from that order is kept in a tree, whose depth no choice of numbers can spoil as it could a hash table.
/// </summary>
internal sealed class PthMemo
{
    /// <summary>How far ahead a number may be and still be kept in the list.</summary>
    const int Gap = 1024;

    static readonly object Missing = new();

    readonly List<object?> _dense = [];
    readonly SortedDictionary<long, object?> _sparse = [];
    int _inList;

    /// <summary>How many values are kept: the number of the next in a pickle that does not give numbers.</summary>
    public int Count => _inList + _sparse.Count;

    /// <summary>Keeps a value.</summary>
    public void Put(long index, object? value)
    {
        // Twice the values kept: the list then takes memory in proportion to the pickle.
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

    /// <summary>The value kept under a number.</summary>
    public bool TryGet(long index, out object? value)
    {
        value = index < _dense.Count ? _dense[(int)index] : Missing;
        return !ReferenceEquals(value, Missing) || _sparse.TryGetValue(index, out value);
    }
}
