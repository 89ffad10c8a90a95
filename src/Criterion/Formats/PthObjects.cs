namespace Criterion.Formats;

/// <summary>What a pickle may call; everything else is refused.</summary>
internal enum PthFunction
{
    /// <summary>An empty ordered dictionary.</summary>
    OrderedDict,

    /// <summary>A tensor over a storage.</summary>
    RebuildTensor,

    /// <summary>A tensor that was learned: the same tensor here.</summary>
    RebuildParameter,
}

/// <summary>A list, only carried along: no tensor is looked for in it.</summary>
internal sealed class PthList : List<object?>;

/// <summary>A dictionary, in the order of the file. Whole numbers as keys are kept as text.</summary>
internal sealed class PthDict : OrderedDictionary<string, object?>
{
    /// <summary>Whether there is nothing but tensors in it: kept up to date, for one dictionary may stand in a million places.</summary>
    public bool IsState { get; private set; } = true;

    /// <summary>Puts a value in unless the key is taken.</summary>
    public bool TryPut(string key, object? value)
    {
        IsState &= value is PthTensor;
        return TryAdd(key, value);
    }
}

/// <summary>A block of numbers in the file, by the name that the pickle gives it.</summary>
internal sealed record PthStorage(StoredType Type, string Key, long Count)
{
    /// <summary>Its length in the file, once its count is known to be one that a tensor can have.</summary>
    public long Bytes(ByteSource source) => (long)source.Shape([Count], $"storage '{Key}'").Count * Type.Size;
}

/// <summary>A tensor as the pickle describes it; nothing about it is checked before it is asked for.</summary>
internal sealed record PthTensor(PthStorage Storage, long Offset, object?[] Sizes, object?[] Strides)
{
    const string Damaged = "The file is damaged: save or fetch it again.";

    /// <summary>Where this tensor lies in its storage.</summary>
    /// <exception cref="DataFormatException">Not within it, or it has more elements than it.</exception>
    public PthLayout Layout(ByteSource source, string name)
    {
        Shape shape = source.Shape(Numbers(source, name, Sizes), $"tensor '{name}'");
        IReadOnlyList<long> steps = Numbers(source, name, Strides);
        if (steps.Count != shape.Rank)
        {
            throw Wrong(source, name, $"has {shape.Rank} sizes and {steps.Count} strides", Damaged);
        }

        if (shape.Count > Storage.Count)
        {
            throw Wrong(source, name, $"has {shape.Count} elements over a storage of {Storage.Count}", "Save it with .contiguous(): an expanded view is not read, for a few bytes could stand for gigabytes.");
        }

        return shape.Count == 0 ? new PthLayout(shape, null, 0) : Within(source, name, shape, steps);
    }

    PthLayout Within(ByteSource source, string name, Shape shape, IReadOnlyList<long> steps)
    {
        // Every sum stays below the storage's length, and every product below 2⁶²: nothing overflows.
        long last = Offset;
        int[] strides = new int[shape.Rank];
        for (int dim = 0; dim < strides.Length && last >= 0 && last < Storage.Count; dim++)
        {
            // The step along a single element is never taken, and may be anything.
            long step = shape[dim] == 1 ? 0 : steps[dim];
            last = step >= 0 && step < Storage.Count ? last + ((shape[dim] - 1) * step) : long.MaxValue;
            strides[dim] = unchecked((int)step);
        }

        return Offset >= 0 && last < Storage.Count
            ? new PthLayout(shape, strides, (int)Offset)
            : throw Wrong(source, name, $"of shape {shape} with the strides [{string.Join(", ", steps)}] and the offset {Offset} reaches out of its storage of {Storage.Count}", Damaged);
    }

    static IReadOnlyList<long> Numbers(ByteSource source, string name, object?[] numbers) => numbers.All(static n => n is long)
        ? [.. numbers.Cast<long>()]
        : throw Wrong(source, name, "has a size or a stride that is no whole number of up to 64 bits", Damaged);

    static DataFormatException Wrong(ByteSource source, string name, string what, string wayOut) =>
        source.Error($"tensor '{name}' {what}.", wayOut);
}

/// <summary>Where a tensor lies in its storage; strides are null where it is empty.</summary>
internal readonly record struct PthLayout(Shape Shape, int[]? Strides, int Offset);
