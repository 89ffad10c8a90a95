namespace Criterion.Training;

/// <summary>Joins the states of parts under their names, and separates them again.</summary>
internal static class StateDicts
{
    /// <summary>Adds the state of a part under a name: <c>weight</c> becomes <c>generator.weight</c>.</summary>
    public static void AddPart(this IDictionary<string, Tensor> whole, string name, IReadOnlyDictionary<string, Tensor> part)
    {
        foreach ((string key, Tensor value) in part)
        {
            whole.Add($"{name}.{key}", value);
        }
    }

    /// <summary>Returns the state that was added under a name.</summary>
    public static IReadOnlyDictionary<string, Tensor> Part(this IReadOnlyDictionary<string, Tensor> whole, string name)
    {
        string prefix = $"{name}.";
        return new OrderedDictionary<string, Tensor>(
            from pair in whole
            where pair.Key.StartsWith(prefix, StringComparison.Ordinal)
            select KeyValuePair.Create(pair.Key[prefix.Length..], pair.Value));
    }

    /// <summary>Stores integers as a tensor.</summary>
    public static Tensor Integers(params ReadOnlySpan<long> values) => Tensor.From(values.ToArray(), [values.Length]);

    /// <summary>Reads the integers of a name.</summary>
    /// <exception cref="CheckpointException">They are missing, or their number differs.</exception>
    public static long[] Integers(this IReadOnlyDictionary<string, Tensor> state, string name, int count) =>
        state.TryGetValue(name, out Tensor? value) && value.DType == DType.Int64 && value.Count == count
            ? value.ToArray<long>()
            : throw new CheckpointException($"The checkpoint has no {count} integers '{name}': another kind of training wrote it. "
                + "Give one of this run.");

    /// <summary>Stores numbers as a tensor.</summary>
    public static Tensor Numbers(params ReadOnlySpan<double> values) => Tensor.From(values.ToArray(), [values.Length]);

    /// <summary>Reads the numbers of a name.</summary>
    /// <exception cref="CheckpointException">They are missing, or their number differs.</exception>
    public static double[] Numbers(this IReadOnlyDictionary<string, Tensor> state, string name, int count) =>
        state.TryGetValue(name, out Tensor? value) && value.DType == DType.Float64 && value.Count == count
            ? value.ToArray<double>()
            : throw new CheckpointException($"The checkpoint has no {count} numbers '{name}': another kind of training wrote it. "
                + "Give one of this run.");

    /// <summary>Stores the state of a stream of random numbers.</summary>
    public static Tensor State(this RandomStream random) => Integers((long)random.Key, (long)random.Position);

    /// <summary>Restores a stream of random numbers.</summary>
    public static RandomStream Random(this IReadOnlyDictionary<string, Tensor> state, string name)
    {
        long[] numbers = state.Integers(name, 2);
        return new RandomStream((ulong)numbers[0], (ulong)numbers[1]);
    }
}
