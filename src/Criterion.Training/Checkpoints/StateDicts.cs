namespace Criterion.Training;

/// <summary>Converts between tensors and the integers that a state holds.</summary>
internal static class StateDicts
{
    /// <summary>Stores integers as a tensor.</summary>
    public static Tensor Integers(params ReadOnlySpan<long> values) => Tensor.From(values.ToArray(), [values.Length]);

    /// <summary>Reads the integers of a name.</summary>
    /// <exception cref="StateDictException">They are missing, or their number differs.</exception>
    public static long[] Integers(this IReadOnlyDictionary<string, Tensor> state, string name, int count) =>
        state.TryGetValue(name, out Tensor? value) && value.DType == DType.Int64 && value.Count == count
            ? value.ToArray<long>()
            : throw new StateDictException($"The state has no {count} integers '{name}': it is that of another kind of training. "
                + "Load one of this run.");
}
