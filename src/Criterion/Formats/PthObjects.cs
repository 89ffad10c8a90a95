using System.Globalization;

namespace Criterion.Formats;

/// <summary>A class or function by its full name; nobody looks for it.</summary>
internal sealed record PthGlobal(string Name)
{
    const int MostShown = 100;

    /// <summary>The name as Python writes it.</summary>
    public static PthGlobal Of(string module, string name) => new(Short($"{module}.{name}"));

    /// <summary>A text cut to what an error can show.</summary>
    public static string Short(string text) => text.Length <= MostShown ? text : text[..MostShown] + "…";
}

/// <summary>Something that is no data to a reader of tensors: what class it is of, or what function would make it.</summary>
internal sealed record PthOpaque(string Name);

/// <summary>A list, only carried along: no tensor is looked for in it.</summary>
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

/// <summary>A dictionary, in the order of the file. Numbers, truth and None as keys are kept as Python writes them.</summary>
internal sealed class PthDict : OrderedDictionary<string, object?>
{
    /// <summary>Whether there is nothing but tensors in it: kept up to date, for one dictionary may stand in a million places.</summary>
    public bool IsState { get; private set; } = true;

    /// <summary>The first name that came twice: an error if the dictionary is asked for.</summary>
    public string? DuplicateKey { get; private set; }

    /// <summary>How many entries have keys that are no names, such as tuples.</summary>
    public int UnnamedCount { get; private set; }

    /// <summary>Puts an entry in.</summary>
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

/// <summary>A block of numbers in the file, by the name that the pickle gives it.</summary>
internal sealed record PthStorage(PthType Type, string Key, long Count)
{
    /// <summary>Its length in the file, once its count is known to be one that a tensor can have.</summary>
    /// <exception cref="DataFormatException">It is not, or the size of its elements is unknown.</exception>
    public long Bytes(ByteSource source) => Type.Size > 0
        ? (long)source.Shape([Count], $"storage '{Key}'").Count * Type.Size
        : throw source.Error($"storage '{Key}' has elements of the unknown type '{Type.Name}'.", "Save the file without it.");
}

/// <summary>A part of a storage, as the first versions of PyTorch kept it, or all of it.</summary>
internal sealed record PthView(PthStorage Storage, long Offset, long Count)
{
    /// <summary>Computes the same bytes as elements of a type, or null where that cannot be.</summary>
    public PthView? As(PthType type)
    {
        // A type that is not known is refused by its name if the tensor is asked for.
        long size = Math.Max(1, type.Size);
        return Storage.Type.IsUntyped && Offset == 0 && Count == Storage.Count && Count % size == 0
            ? new PthView(Storage with { Type = type, Count = Count / size }, 0, Count / size)
            : null;
    }
}

/// <summary>A tensor as the pickle describes it; nothing about it is checked before it is asked for.</summary>
internal sealed record PthTensor(PthView View, long Offset, object?[] Sizes, object?[] Strides)
{
    const string Damaged = "The file is damaged: save or fetch it again.";

    /// <summary>Where this tensor lies in its storage.</summary>
    /// <exception cref="DataFormatException">Not within it, or its elements are of a type that no tensor holds.</exception>
    public PthLayout Layout(ByteSource source, string name)
    {
        if (View.Storage.Type.Stored is null)
        {
            throw Wrong(
                source, name, $"has elements of type '{View.Storage.Type.Name}', which no tensor holds",
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
        // Every sum stays below the view's length, and every product below 2⁶²: nothing overflows.
        (PthStorage storage, long begin, long count) = View;
        bool isInside = begin >= 0 && count >= 0 && count <= storage.Count && begin <= storage.Count - count;
        isInside = isInside && Offset >= 0 && Offset < count;
        long last = Offset;
        int[] strides = new int[shape.Rank];
        for (int dim = 0; dim < strides.Length && isInside; dim++)
        {
            // The step along a single element is never taken, and may be anything.
            long step = shape[dim] == 1 ? 0 : steps[dim];
            last = step >= 0 && step < count ? last + ((shape[dim] - 1) * step) : long.MaxValue;
            strides[dim] = unchecked((int)step);
            isInside = last < count;
        }

        return isInside
            ? new PthLayout(shape, strides, unchecked((int)(begin + Offset)))
            : throw Wrong(source, name, $"of shape {shape} with the strides [{string.Join(", ", steps)}] and the offset {Offset} reaches out of its storage of {count}", Damaged);
    }

    static IReadOnlyList<long> Numbers(ByteSource source, string name, object?[] numbers) => numbers.All(static n => n is long)
        ? [.. numbers.Cast<long>()]
        : throw Wrong(source, name, "has a size or a stride that is no whole number of up to 64 bits", Damaged);

    static DataFormatException Wrong(ByteSource source, string name, string what, string wayOut) =>
        source.Error($"tensor '{name}' {what}.", wayOut);
}

/// <summary>Where a tensor lies in its storage; strides are null where it is empty.</summary>
internal readonly record struct PthLayout(Shape Shape, int[]? Strides, int Offset);
