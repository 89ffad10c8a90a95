using System.Globalization;

namespace Criterion.Formats;

/// <summary>A class or function by its full name; it is never resolved.</summary>
internal sealed record PthGlobal(string Name)
{
    const int MostShown = 100;

    /// <summary>Returns the class or function of a module.</summary>
    public static PthGlobal Of(string module, string name) => new(Short($"{module}.{name}"));

    /// <summary>Truncates a text for an error message.</summary>
    public static string Short(string text) => text.Length <= MostShown ? text : text[..MostShown] + "…";
}

/// <summary>An object that is irrelevant to tensors, by its class or the function that would create it.</summary>
internal sealed record PthOpaque(string Name);

/// <summary>A list, which is not searched for tensors.</summary>
internal sealed class PthList : List<object?>
{
    public PthList()
    {
    }

    public PthList(IEnumerable<object?> items)
        : base(items)
    {
    }
}

/// <summary>A dictionary in the order of the file. Numbers, booleans and None as keys are formatted as in Python.</summary>
internal sealed class PthDict : OrderedDictionary<string, object?>
{
    /// <summary>
    /// Gets whether all entries are tensors. Updated incrementally, since one dictionary may be referenced a million times.
    /// </summary>
    public bool IsState { get; private set; } = true;

    /// <summary>Gets the first duplicate key: an error if the dictionary is requested.</summary>
    public string? DuplicateKey { get; private set; }

    /// <summary>Gets the number of entries whose keys are not names, such as tuples.</summary>
    public int UnnamedCount { get; private set; }

    /// <summary>Adds an entry.</summary>
    public void Put(object? key, object? value)
    {
        IsState &= value is PthTensor;
        if (NameOf(key) is not { } name)
        {
            UnnamedCount++;
            IsState = false;
        }
        else if (!TryAdd(name, value))
        {
            DuplicateKey ??= name;
        }
    }

    static string? NameOf(object? key) => key switch
    {
        string text => text,
        null => "None",
        bool truth => truth ? "True" : "False",
        long number => number.ToString(CultureInfo.InvariantCulture),
        double number => number.ToString(CultureInfo.InvariantCulture),
        _ => null,
    };
}

/// <summary>A block of numbers in the file, by its key in the pickle.</summary>
internal sealed record PthStorage(PthType Type, string Key, long Count)
{
    /// <summary>Returns its length in the file, after checking that a tensor can have its count.</summary>
    /// <exception cref="DataFormatException">The count is invalid, or the size of its elements is unknown.</exception>
    public long Bytes(ByteSource source) => Type.Size > 0
        ? (long)source.Shape([Count], $"storage '{Key}'").Count * Type.Size
        : throw source.Error($"storage '{Key}' has elements of the unknown type '{Type.Name}'.", "Save the file without it.");
}

/// <summary>A storage, or a part of it as in the first versions of PyTorch.</summary>
internal sealed record PthView(PthStorage Storage, long Offset, long Count)
{
    /// <summary>Returns the same bytes as elements of a type, or null if that is impossible.</summary>
    public PthView? As(PthType type)
    {
        // An unknown type throws, by name, if the tensor is requested.
        long size = Math.Max(1, type.Size);
        return Storage.Type.IsUntyped && Offset == 0 && Count == Storage.Count && Count % size == 0
            ? new PthView(Storage with { Type = type, Count = Count / size }, 0, Count / size)
            : null;
    }
}

/// <summary>A tensor as described by the pickle; unchecked until it is requested.</summary>
internal sealed record PthTensor(PthView View, long Offset, object?[] Sizes, object?[] Strides)
{
    const string Damaged = "The file is damaged: save or download it again.";

    /// <summary>Returns the position of the tensor in its storage.</summary>
    /// <exception cref="DataFormatException">The tensor exceeds its storage, or its element type is not supported.</exception>
    public PthLayout Layout(ByteSource source, string name)
    {
        if (View.Storage.Type.Stored is null)
        {
            throw Wrong(
                source, name, $"has the unsupported element type '{View.Storage.Type.Name}'",
                "Convert it in PyTorch first, for example with .float(), or leave it out by names.");
        }

        Shape shape = source.Shape(Numbers(source, name, Sizes), $"tensor '{name}'");
        IReadOnlyList<long> steps = Numbers(source, name, Strides);
        if (steps.Count != shape.Rank)
        {
            throw Wrong(source, name, $"has {shape.Rank} sizes and {steps.Count} strides", Damaged);
        }

        return shape.Count == 0 ? new PthLayout(shape, null, 0) : Within(source, name, shape, steps);
    }

    PthLayout Within(ByteSource source, string name, Shape shape, IReadOnlyList<long> steps)
    {
        // Every sum is below the view's length, and every product below 2⁶²: nothing overflows.
        (PthStorage storage, long begin, long count) = View;
        bool isInside = begin >= 0 && count >= 0 && count <= storage.Count && begin <= storage.Count - count;
        isInside = isInside && Offset >= 0 && Offset < count;
        long last = Offset;
        int[] strides = new int[shape.Rank];
        for (int dim = 0; dim < strides.Length && isInside; dim++)
        {
            // The stride of a dimension of size 1 is never used, and may be anything.
            long step = shape[dim] == 1 ? 0 : steps[dim];
            last = step >= 0 && step < count ? last + ((shape[dim] - 1) * step) : long.MaxValue;
            strides[dim] = unchecked((int)step);
            isInside = last < count;
        }

        return isInside
            ? new PthLayout(shape, strides, unchecked((int)(begin + Offset)))
            : throw Wrong(
                source,
                name,
                $"of shape {shape} with strides [{string.Join(", ", steps)}] and offset {Offset} exceeds its storage of {count}",
                Damaged);
    }

    static IReadOnlyList<long> Numbers(ByteSource source, string name, object?[] numbers) => numbers.All(static n => n is long)
        ? [.. numbers.Cast<long>()]
        : throw Wrong(source, name, "has a size or a stride that is not a 64-bit integer", Damaged);

    static DataFormatException Wrong(ByteSource source, string name, string what, string fix) =>
        source.Error($"tensor '{name}' {what}.", fix);
}

/// <summary>The position of a tensor in its storage; strides are null for an empty tensor.</summary>
internal readonly record struct PthLayout(Shape Shape, int[]? Strides, int Offset);
