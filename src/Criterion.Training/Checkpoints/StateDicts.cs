namespace Criterion.Training;

/// <summary>Converts between tensors and the numbers that a state holds.</summary>
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

    /// <summary>Stores numbers as a tensor.</summary>
    public static Tensor Numbers(params ReadOnlySpan<double> values) => Tensor.From(values.ToArray(), [values.Length]);

    /// <summary>Reads the numbers of a name.</summary>
    /// <exception cref="StateDictException">They are missing, or their number differs.</exception>
    public static double[] Numbers(this IReadOnlyDictionary<string, Tensor> state, string name, int count) =>
        state.TryGetValue(name, out Tensor? value) && value.DType == DType.Float64 && value.Count == count
            ? value.ToArray<double>()
            : throw new StateDictException($"The state has no {count} numbers '{name}': it is that of another kind of training. "
                + "Load one of this run.");

    /// <summary>Stores the state of a stream of random numbers.</summary>
    public static Tensor State(this RandomStream random) => Integers((long)random.Key, (long)random.Position);

    /// <summary>Restores a stream of random numbers.</summary>
    public static RandomStream Random(this IReadOnlyDictionary<string, Tensor> state, string name)
    {
        long[] numbers = state.Integers(name, 2);
        return new RandomStream((ulong)numbers[0], (ulong)numbers[1]);
    }
}
