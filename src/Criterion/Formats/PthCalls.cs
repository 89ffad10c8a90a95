namespace Criterion.Formats;

/// <summary>
/// Simulates the calls in a pickle, none of which is executed: those of dictionaries and dense tensors are interpreted, all others return
/// an opaque value.
/// </summary>
internal static class PthCalls
{
    /// <summary>Returns the simulated result of a call.</summary>
    /// <param name="function">The full name of a function or class.</param>
    /// <param name="arguments">The arguments of the call.</param>
    /// <param name="charge">Receives the number of copied values.</param>
    public static object Call(string function, object?[] arguments, Action<long> charge) => (function, arguments) switch
    {
        ("collections.OrderedDict" or "collections.Counter" or "collections.defaultdict" or "builtins.dict" or "__builtin__.dict", _) =>
            (object?)Dictionary(arguments, charge) ?? new PthOpaque(function),
        ("torch.Size", [object?[] sizes]) => sizes,
        ("torch._tensor._rebuild_from_type_v2" or "torch._utils._rebuild_from_type", [PthGlobal rebuild, _, object?[] inner, ..]) =>
            Tensor(rebuild.Name, inner),
        ("copyreg._reconstructor" or "copy_reg._reconstructor", [PthGlobal type, ..]) => new PthOpaque(type.Name),
        ("numpy.core.multiarray._reconstruct" or "numpy._core.multiarray._reconstruct", [PthGlobal type, ..]) => new PthOpaque(type.Name),
        _ => Tensor(function, arguments),
    };

    /// <summary>Returns the tensor that PyTorch would rebuild, or an opaque value if it is not dense. Source: torch._utils.</summary>
    static object Tensor(string function, object?[] arguments) => (function, arguments) switch
    {
        ("torch._utils._rebuild_tensor" or "torch._utils._rebuild_tensor_v2", [PthView view, ..]) =>
            TensorOf(view, arguments) ?? new PthOpaque(function),
        ("torch._utils._rebuild_tensor_v3", [PthView view, _, _, _, _, _, PthGlobal type, ..]) =>
            TensorOf(view.As(PthType.OfName(type.Name)), arguments) ?? new PthOpaque(function),
        ("torch._utils._rebuild_parameter" or "torch._utils._rebuild_parameter_with_state", [PthTensor tensor, ..]) => tensor,
        ("torch.nn.parameter.Parameter" or "torch._utils._rebuild_device_tensor_from_cpu_tensor", [PthTensor tensor, ..]) => tensor,
        _ => new PthOpaque(function),
    };

    static object? TensorOf(PthView? view, object?[] arguments) =>
        view is not null && arguments is [_, long offset, object?[] sizes, object?[] strides, ..]
            ? new PthTensor(view, offset, sizes, strides)
            : null;

    /// <summary>Creates a dictionary from nothing, another one, or pairs: lists of two under Python 2, tuples otherwise.</summary>
    static PthDict? Dictionary(object?[] arguments, Action<long> charge)
    {
        switch (arguments)
        {
            case [] or [PthGlobal or null]:
                return [];
            case [.., PthDict same] and { Length: <= 2 }:
                return same;
            case [PthList pairs]:
                return FromPairs(pairs, charge);
            case [object?[] pairs]:
                return FromPairs(pairs, charge);
            default:
                return null;
        }
    }

    static PthDict? FromPairs(IReadOnlyCollection<object?> pairs, Action<long> charge)
    {
        // A list may be referenced a million times.
        charge(pairs.Count);
        PthDict dictionary = [];
        foreach (object? pair in pairs)
        {
            if (pair is not IReadOnlyList<object?> { Count: 2 } two)
            {
                return null;
            }

            dictionary.Put(two[0], two[1]);
        }

        return dictionary;
    }
}
