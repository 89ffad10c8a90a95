namespace Criterion.Losses;

/// <summary>
/// An object made from the options of a record on first use. A copy by <c>with</c> makes its own, and it does not count in comparisons.
/// </summary>
internal struct Cached<T> : IEquatable<Cached<T>>
    where T : class
{
    Entry? _entry;

    /// <summary>Returns the object of the record that holds this. Threads that meet here make one each; any of them is kept.</summary>
    public T Of<TOwner>(TOwner owner, Func<TOwner, T> make)
        where TOwner : class
    {
        Entry? entry = _entry;
        if (entry is null || !ReferenceEquals(entry.Owner, owner))
        {
            _entry = entry = new(owner, make(owner));
        }

        return entry.Value;
    }

    public readonly bool Equals(Cached<T> other) => true;

    public override readonly bool Equals(object? obj) => obj is Cached<T>;

    public override readonly int GetHashCode() => 0;

    sealed class Entry(object owner, T value)
    {
        public object Owner { get; } = owner;

        public T Value { get; } = value;
    }
}
