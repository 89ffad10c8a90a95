namespace Criterion.Training;

/// <summary>A part of a training that goes on where it stopped: everything that it needs for that is tensors by name.</summary>
public interface IStateful
{
    /// <summary>The state; the tensors may be the part's own.</summary>
    IReadOnlyDictionary<string, Tensor> StateDict();

    /// <summary>Goes on from a saved state; the values are copied.</summary>
    /// <exception cref="TensorException">The state is of another kind of part.</exception>
    void LoadStateDict(IReadOnlyDictionary<string, Tensor> state);
}

/// <summary>Puts the states of parts together under their names, and takes them apart again.</summary>
internal static class StateDicts
{
    /// <summary>Adds a part's state under a name: <c>weight</c> becomes <c>generator.weight</c>.</summary>
    public static void AddPart(this IDictionary<string, Tensor> whole, string name, IReadOnlyDictionary<string, Tensor> part)
    {
        foreach ((string key, Tensor value) in part)
        {
            whole.Add($"{name}.{key}", value);
        }
    }

    /// <summary>The state that was added under a name.</summary>
    public static IReadOnlyDictionary<string, Tensor> Part(this IReadOnlyDictionary<string, Tensor> whole, string name)
    {
        string prefix = $"{name}.";
        return new OrderedDictionary<string, Tensor>(
            from pair in whole
            where pair.Key.StartsWith(prefix, StringComparison.Ordinal)
            select KeyValuePair.Create(pair.Key[prefix.Length..], pair.Value));
    }

    /// <summary>Integers as a tensor.</summary>
    public static Tensor Integers(params ReadOnlySpan<long> values) => Tensor.From(values.ToArray(), [values.Length]);

    /// <summary>The integers of a name.</summary>
    /// <exception cref="CheckpointException">They are missing, or of another number.</exception>
    public static long[] Integers(this IReadOnlyDictionary<string, Tensor> state, string name, int count) =>
        state.TryGetValue(name, out Tensor? value) && value.DType == DType.Int64 && value.Count == count
            ? value.ToArray<long>()
            : throw new CheckpointException($"The checkpoint has no {count} integers '{name}': it was written by another kind of training.");

    /// <summary>Numbers as a tensor.</summary>
    public static Tensor Numbers(params ReadOnlySpan<double> values) => Tensor.From(values.ToArray(), [values.Length]);

    /// <summary>The numbers of a name.</summary>
    /// <exception cref="CheckpointException">They are missing, or of another number.</exception>
    public static double[] Numbers(this IReadOnlyDictionary<string, Tensor> state, string name, int count) =>
        state.TryGetValue(name, out Tensor? value) && value.DType == DType.Float64 && value.Count == count
            ? value.ToArray<double>()
            : throw new CheckpointException($"The checkpoint has no {count} numbers '{name}': it was written by another kind of training.");

    /// <summary>The state of a stream of random numbers.</summary>
    public static Tensor State(this RandomStream random) => Integers((long)random.Key, (long)random.Position);

    /// <summary>The stream of a saved state.</summary>
    public static RandomStream Random(this IReadOnlyDictionary<string, Tensor> state, string name)
    {
        long[] numbers = state.Integers(name, 2);
        return new RandomStream((ulong)numbers[0], (ulong)numbers[1]);
    }
}
