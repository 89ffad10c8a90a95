namespace Criterion;

/// <summary>
/// Several stateful objects as one: <c>weight</c> of the part <c>model</c> becomes <c>model.weight</c>. Loading changes all parts or none.
/// </summary>
/// <example><code>
/// StateGroup group = new(("model", model), ("optimizer", optimizer), ("random", RandomStream.Default));
/// Safetensors.Write("state.safetensors", group.StateDict());
/// </code></example>
public sealed class StateGroup : IStateful
{
    readonly (string Name, IStateful Part)[] _parts;

    /// <summary>Initializes a group.</summary>
    /// <param name="parts">The parts with their names, of which none is empty or the beginning of another, as in a and a.b.</param>
    /// <exception cref="ArgumentException">A name is empty, repeated, or the beginning of another.</exception>
    public StateGroup(params ReadOnlySpan<(string Name, IStateful Part)> parts)
    {
        _parts = parts.ToArray();
        foreach ((string name, IStateful part) in _parts)
        {
            ArgumentException.ThrowIfNullOrEmpty(name, nameof(parts));
            ArgumentNullException.ThrowIfNull(part, nameof(parts));
            if (_parts.Count(other => IsUnder($"{other.Name}.", $"{name}.")) > 1)
            {
                throw new ArgumentException(
                    $"StateGroup: the name '{name}' is repeated, or the beginning of another. Choose another name.", nameof(parts));
            }
        }
    }

    /// <summary>Returns the states of all parts, each name after that of its part and a dot.</summary>
    public IReadOnlyDictionary<string, Tensor> StateDict()
    {
        OrderedDictionary<string, Tensor> state = [];
        foreach ((string name, IStateful part) in _parts)
        {
            foreach ((string key, Tensor value) in part.StateDict())
            {
                state.Add($"{name}.{key}", value);
            }
        }

        return state;
    }

    /// <summary>Loads the saved states of all parts; the values are copied.</summary>
    /// <param name="state">The state.</param>
    /// <exception cref="StateDictException">
    /// Parts are missing or unexpected, or a part refuses its state; the message lists all of them. Every part has the state it had before.
    /// </exception>
    public void LoadStateDict(IReadOnlyDictionary<string, Tensor> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        IReadOnlyDictionary<string, Tensor>[] before = [.. _parts.Select(static named => Snapshot(named.Part))];
        CheckParts(state, before);
        List<Exception> faults = [];
        foreach ((string name, IStateful part) in _parts)
        {
            Try(name, part, Part(state, name), faults);
        }

        if (faults.Count > 0)
        {
            foreach (((_, IStateful part), IReadOnlyDictionary<string, Tensor> old) in _parts.Zip(before))
            {
                part.LoadStateDict(old);
            }

            throw new StateDictException(string.Join(' ', faults.Select(static fault => fault.Message)), faults[0].InnerException!);
        }
    }

    /// <summary>Returns the state of one part from that of a group, with the part's own names.</summary>
    /// <param name="state">The state of a group.</param>
    /// <param name="name">The name of the part; an unknown one gives an empty state.</param>
    public static IReadOnlyDictionary<string, Tensor> Part(IReadOnlyDictionary<string, Tensor> state, string name)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentException.ThrowIfNullOrEmpty(name);
        string prefix = $"{name}.";
        return new OrderedDictionary<string, Tensor>(
            from pair in state
            where IsUnder(pair.Key, prefix)
            select KeyValuePair.Create(pair.Key[prefix.Length..], pair.Value));
    }

    /// <summary>Returns the first part of each name in the state of a group, in order.</summary>
    internal static IEnumerable<string> PartsOf(IEnumerable<string> names) => names.Select(static name => name.Split('.')[0]).Distinct();

    static bool IsUnder(string name, string prefix) => name.StartsWith(prefix, StringComparison.Ordinal);

    static OrderedDictionary<string, Tensor> Snapshot(IStateful part) => new(
        part.StateDict().Select(static pair => KeyValuePair.Create(pair.Key, pair.Value.Detach().Clone())));

    // The first part to refuse its state must not hide what the others report.
    static void Try(string name, IStateful part, IReadOnlyDictionary<string, Tensor> state, List<Exception> faults)
    {
        try
        {
            part.LoadStateDict(state);
        }
        catch (Exception e)
        {
            faults.Add(new StateDictException($"{name}: {e.Message}", e));
        }
    }

    /// <summary>Throws unless the parts with a state are those of the group. A part without any, such as a ReLU, has no names.</summary>
    void CheckParts(IReadOnlyDictionary<string, Tensor> state, IReadOnlyDictionary<string, Tensor>[] present)
    {
        string[] names = [.. _parts.Select(static named => named.Name)];
        IEnumerable<string> needed = names.Zip(present).Where(static pair => pair.Second.Count > 0).Select(static pair => pair.First);
        string missing = string.Join(", ", needed.Where(name => !state.Keys.Any(key => IsUnder(key, $"{name}."))));
        string unexpected = string.Join(", ", PartsOf(state.Keys.Where(key => !names.Any(name => IsUnder(key, $"{name}.")))));
        if (missing.Length + unexpected.Length > 0)
        {
            string faults = string.Join("; ", Fault("missing", missing).Concat(Fault("unexpected", unexpected)));
            throw new StateDictException(
                $"StateGroup: {faults}. Name the parts that were saved, or load one alone by StateGroup.Part.");
        }

        static string[] Fault(string what, string names) => names.Length > 0 ? [$"{what} parts: {names}"] : [];
    }
}
