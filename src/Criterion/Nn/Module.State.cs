namespace Criterion.Nn;

/// <summary>A state does not fit the module or optimizer that it is loaded into: the message lists the names.</summary>
public sealed class StateDictException(string message) : TensorException(message);

public abstract partial class Module
{
    /// <summary>
    /// Parameters and buffers by dotted name, in PyTorch's order and layout. The tensors are the module's own, without history:
    /// they change as it learns; clone them for a snapshot.
    /// </summary>
    public IReadOnlyDictionary<string, Tensor> StateDict()
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
    /// <param name="state">Tensors by dotted name.</param>
    /// <param name="strict">Whether a name that is missing or unexpected is an error; a wrong shape always is.</param>
    /// <exception cref="StateDictException">Names or shapes do not fit; nothing was changed.</exception>
    public void LoadStateDict(IReadOnlyDictionary<string, Tensor> state, bool strict = true)
    {
        ArgumentNullException.ThrowIfNull(state);
        IReadOnlyDictionary<string, Tensor> own = StateDict();
        StateMatch.Check(GetType().Name, own, state, strict);
        using (Autograd.NoGrad())
        {
            foreach ((string name, Tensor value) in own)
            {
                if (state.TryGetValue(name, out Tensor? loaded))
                {
                    value.CopyFrom(loaded);
                }
            }
        }
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
            Add("missing", own.Keys.Where(name => !loaded.ContainsKey(name)));
            Add("unexpected", loaded.Keys.Where(name => !own.ContainsKey(name)));
        }

        Add("of another shape", own
            .Where(pair => loaded.TryGetValue(pair.Key, out Tensor? value) && value.Shape != pair.Value.Shape)
            .Select(pair => $"{pair.Key} {loaded[pair.Key].Shape} (should be {pair.Value.Shape})"));
        if (faults.Count > 0)
        {
            throw new StateDictException(
                $"{owner}: the state does not fit: {string.Join("; ", faults)}. Build the module with the options it was saved with{(strict ? ", or pass strict: false to load the names that fit" : "")}.");
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
}
