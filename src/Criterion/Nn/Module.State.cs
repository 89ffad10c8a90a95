namespace Criterion.Nn;

/// <summary>The exception for a state that does not match the module or optimizer it is loaded into. The message lists the names.</summary>
public sealed class StateDictException(string message) : TensorException(message);

public abstract partial class Module
{
    /// <summary>
    /// Returns parameters and buffers by dotted name, in PyTorch's order and layout. The tensors are the module's own, detached: they
    /// change in training; clone them for a snapshot. A shared tensor has an entry for each of its names.
    /// </summary>
    public IReadOnlyDictionary<string, Tensor> StateDict()
    {
        Visit(static (_, module) => module.PrepareState());
        return Entries();
    }

    OrderedDictionary<string, Tensor> Entries()
    {
        OrderedDictionary<string, Tensor> state = [];
        Visit((prefix, module) =>
        {
            foreach ((string name, Tensor value) in module._parameters.Concat(module._buffers))
            {
                state.Add(prefix + name, value.Detach());
            }
        });
        return state;
    }

    /// <summary>Copies values into parameters and buffers of the same names, converted to their types.</summary>
    /// <remarks>
    /// States of old versions of PyTorch can be loaded too: without <c>num_batches_tracked</c>, with running statistics of an instance
    /// normalization without them, and with other names of <see cref="SpectralNorm"/>. One of the names of a shared tensor is enough.
    /// </remarks>
    /// <param name="state">Tensors by dotted name.</param>
    /// <param name="strict">Whether a missing or unexpected name throws; a wrong shape always throws. Default: true.</param>
    /// <exception cref="StateDictException">
    /// Names or shapes do not match, or two names of one tensor have different values; nothing was changed.
    /// </exception>
    public void LoadStateDict(IReadOnlyDictionary<string, Tensor> state, bool strict = true)
    {
        ArgumentNullException.ThrowIfNull(state);
        OrderedDictionary<string, Tensor> present = new(state);
        Visit((prefix, module) => module.Translate(prefix, present));
        OrderedDictionary<string, Tensor> own = Entries();
        StateMatch.Check(GetType().Name, own, present, strict);
        StateMatch.Copy(own, present);
        Visit((prefix, module) => module.AfterLoad(name => present.ContainsKey(prefix + name)));
    }

    /// <summary>Updates the buffers before they are saved.</summary>
    private protected virtual void PrepareState()
    {
    }

    /// <summary>Converts entries of an earlier version of PyTorch, under a prefix, to the current ones.</summary>
    private protected virtual void Translate(string prefix, OrderedDictionary<string, Tensor> state)
    {
    }

    /// <summary>Runs after a state was loaded; the predicate returns whether it had a name.</summary>
    private protected virtual void AfterLoad(Predicate<string> wasLoaded)
    {
    }
}

/// <summary>Compares the names and shapes of two states.</summary>
internal static class StateMatch
{
    const int Shown = 10;

    public static void Check(
        string owner, IReadOnlyDictionary<string, Tensor> own, IReadOnlyDictionary<string, Tensor> loaded, bool strict)
    {
        List<string> faults = [];
        if (strict)
        {
            HashSet<TensorMemory> given = [.. own.Where(pair => loaded.ContainsKey(pair.Key)).Select(
                static pair => TensorMemory.Of(pair.Value))];
            Add("missing", own.Where(pair => !loaded.ContainsKey(pair.Key) && !given.Contains(TensorMemory.Of(pair.Value))).Select(
                static pair => pair.Key));
            Add("unexpected", loaded.Keys.Where(name => !own.ContainsKey(name)));
        }

        Add("of another shape", own
            .Where(pair => loaded.TryGetValue(pair.Key, out Tensor? value) && value.Shape != pair.Value.Shape)
            .Select(pair => $"{pair.Key} {loaded[pair.Key].Shape} (should be {pair.Value.Shape})"));
        if (faults.Count == 0)
        {
            Add("different values for the names of one shared tensor", Conflicts(own, loaded));
        }

        if (faults.Count > 0)
        {
            throw new StateDictException(
                $"{owner}: the state does not match: {string.Join("; ", faults)}. Use the options that it was saved with"
                + $"{(strict ? ", or pass strict: false to load the names that match" : "")}.");
        }

        void Add(string what, IEnumerable<string> names)
        {
            string[] all = [.. names];
            if (all.Length > 0)
            {
                faults.Add($"{what}: {string.Join(", ", all.Take(Shown))}{(all.Length > Shown ? $" and {all.Length - Shown} more" : "")}");
            }
        }
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

    static bool SameValues(Tensor a, Tensor b) =>
        ReferenceEquals(a, b) || a.Detach().To(DType.Float64).ToArray<double>().AsSpan().SequenceEqual(
            b.Detach().To(DType.Float64).ToArray<double>());
}
