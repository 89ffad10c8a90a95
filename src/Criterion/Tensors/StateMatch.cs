namespace Criterion;

/// <summary>Compares the names and shapes of two states.</summary>
internal static class StateMatch
{
    const int Shown = 10;

    /// <summary>Throws unless a loaded state has the names and shapes of the present one.</summary>
    /// <param name="owner">The object that the error names.</param>
    /// <param name="own">The present state.</param>
    /// <param name="loaded">The loaded state.</param>
    /// <param name="strict">Whether missing and unexpected names throw.</param>
    /// <param name="alternative">What else helps where only names differ, such as ", or pass strict: false"; or nothing.</param>
    public static void Check(
        string owner,
        IReadOnlyDictionary<string, Tensor> own,
        IReadOnlyDictionary<string, Tensor> loaded,
        bool strict = true,
        string alternative = "")
    {
        string[] shapes = [.. ShapeFaults(own, loaded)];
        string[] faults = [.. strict ? NameFaults(own, loaded) : [], .. shapes];
        if (faults.Length == 0)
        {
            faults = [.. List("different values for the names of one shared tensor", Conflicts(own, loaded))];
        }

        if (faults.Length > 0)
        {
            throw new StateDictException(
                $"{owner}: the state does not match: {string.Join("; ", faults)}. Use the options that it was saved with"
                + $"{(shapes.Length == 0 ? alternative : "")}.");
        }
    }

    /// <summary>Returns the single integer of a state, which a double might round.</summary>
    /// <exception cref="StateDictException">It is missing or not a single Int64.</exception>
    public static long Integer(string owner, IReadOnlyDictionary<string, Tensor> state, string name) =>
        state.TryGetValue(name, out Tensor? value) && value.DType == DType.Int64 && value.Count == 1
            ? value.ToArray<long>()[0]
            : throw new StateDictException(
                $"{owner}: the state has no '{name}' of one Int64. Load a state that {owner}.StateDict() returned.");

    static IEnumerable<string> NameFaults(IReadOnlyDictionary<string, Tensor> own, IReadOnlyDictionary<string, Tensor> loaded)
    {
        HashSet<TensorMemory> given = [.. own.Where(pair => loaded.ContainsKey(pair.Key)).Select(
            static pair => TensorMemory.Of(pair.Value))];
        IEnumerable<string> missing = own
            .Where(pair => !loaded.ContainsKey(pair.Key) && !given.Contains(TensorMemory.Of(pair.Value)))
            .Select(static pair => pair.Key);
        return [.. List("missing", missing), .. List("unexpected", loaded.Keys.Where(name => !own.ContainsKey(name)))];
    }

    static IEnumerable<string> ShapeFaults(IReadOnlyDictionary<string, Tensor> own, IReadOnlyDictionary<string, Tensor> loaded) =>
        List("of another shape", own
            .Where(pair => loaded.TryGetValue(pair.Key, out Tensor? value) && value.Shape != pair.Value.Shape)
            .Select(pair => $"{pair.Key} {loaded[pair.Key].Shape} (should be {pair.Value.Shape})"));

    static string[] List(string what, IEnumerable<string> names)
    {
        string[] all = [.. names];
        return all.Length == 0
            ? []
            : [$"{what}: {string.Join(", ", all.Take(Shown))}{(all.Length > Shown ? $" and {all.Length - Shown} more" : "")}"];
    }

    /// <summary>Copies a checked state into tensors of the same names.</summary>
    public static void Copy(IReadOnlyDictionary<string, Tensor> own, IReadOnlyDictionary<string, Tensor> loaded)
    {
        using (Autograd.NoGrad())
        {
            foreach ((string name, Tensor value) in own)
            {
                if (loaded.TryGetValue(name, out Tensor? other))
                {
                    value.CopyFrom(other);
                }
            }
        }
    }

    static IEnumerable<string> Conflicts(IReadOnlyDictionary<string, Tensor> own, IReadOnlyDictionary<string, Tensor> loaded) =>
        from pair in own
        where loaded.ContainsKey(pair.Key)
        group pair.Key by TensorMemory.Of(pair.Value) into names
        where names.Skip(1).Any(name => !SameValues(loaded[names.First()], loaded[name]))
        select string.Join(" and ", names);

    /// <summary>Returns whether two tensors have the same values; NaN equals NaN.</summary>
    public static bool SameValues(Tensor a, Tensor b) =>
        ReferenceEquals(a, b) || a.Detach().To(DType.Float64).ToArray<double>().AsSpan().SequenceEqual(
            b.Detach().To(DType.Float64).ToArray<double>());
}
