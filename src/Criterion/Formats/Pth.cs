using System.IO.Compression;

namespace Criterion.Formats;

/// <summary>
/// PyTorch's <c>.pth</c> and <c>.pt</c>: state dicts as <c>torch.save(model.state_dict(), path)</c> writes them. The pickle in it is read as data:
/// nothing is run, and anything in it but numbers, text and tensors is an error that names it.
/// </summary>
/// <remarks>
/// Float, double, long, byte and bool come as they are; half and bfloat16 as Float32, and int, short and char as Int64, all
/// without loss. Tensors that share a storage in the file share memory here. Reads the zip of PyTorch 1.6 and later and the format
/// before it, of either byte order; not the tar files of 2016. Source: torch.serialization.
/// </remarks>
/// <example><code>network.LoadStateDict(Pth.Read("checkpoint.pth", "state_dict"));</code></example>
public static class Pth
{
    const string Format = nameof(Pth);

    const int Shown = 10;

    /// <summary>Reads the tensors of a state dict in a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="key">
    /// Where a checkpoint holds several things, the name of the one to read, such as <c>state_dict</c>; dots lead further in. An error
    /// without it lists the names.
    /// </param>
    /// <param name="names">Which tensors to read; all if not given. The others take no time and no memory.</param>
    /// <returns>The tensors by name, in the order of the file.</returns>
    /// <exception cref="DataFormatException">The file holds no state dict, more than that, or is damaged.</exception>
    public static IReadOnlyDictionary<string, Tensor> Read(string path, string? key = null, Func<string, bool>? names = null) =>
        ByteSource.Open(path, Format, source => Read(source, key, names));

    /// <summary>Reads the tensors of a state dict in a stream that can seek and holds nothing else.</summary>
    /// <inheritdoc cref="Read(string, string?, Func{string, bool}?)"/>
    /// <param name="stream">The stream.</param>
    /// <param name="key"><inheritdoc cref="Read(string, string?, Func{string, bool}?)" path="/param[@name='key']"/></param>
    /// <param name="names"><inheritdoc cref="Read(string, string?, Func{string, bool}?)" path="/param[@name='names']"/></param>
    public static IReadOnlyDictionary<string, Tensor> Read(Stream stream, string? key = null, Func<string, bool>? names = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return Read(new ByteSource(stream, Format), key, names);
    }

    static IReadOnlyDictionary<string, Tensor> Read(ByteSource source, string? key, Func<string, bool>? names)
    {
        if (!source.Stream.CanSeek)
        {
            throw source.Error("a .pth is read from its end, and this stream cannot seek.", "Copy it to a file or a MemoryStream first.");
        }

        if (source.StartsWith(PthLegacy.Magic))
        {
            return Tensors(new PthLegacy(source), key, names);
        }

        return source.StartsWith(PthZip.Magic)
            ? Unzipped(source, key, names)
            : throw source.Error(
                "it starts like no .pth of a known format.",
                "The oldest ones are tar files: load them in PyTorch and save them again, torch.save(torch.load(path), path). Else check that the download is whole.");
    }

    static IReadOnlyDictionary<string, Tensor> Unzipped(ByteSource source, string? key, Func<string, bool>? names)
    {
        try
        {
            using ZipArchive zip = new(source.Stream, ZipArchiveMode.Read, leaveOpen: true);
            return Tensors(new PthZip(source, zip), key, names);
        }
        catch (InvalidDataException e)
        {
            throw source.Error("its zip is damaged.", "It was cut short or changed: fetch it again.", e);
        }
    }

    static OrderedDictionary<string, Tensor> Tensors(PthContainer file, string? key, Func<string, bool>? names)
    {
        (string Name, PthTensor Tensor, PthLayout Layout)[] wanted =
        [
            .. from pair in StateDict(file, key)
               where names is null || names(pair.Key)
               let tensor = (PthTensor)pair.Value!
               select (pair.Key, tensor, tensor.Layout(file.Source, pair.Key)),
        ];
        IReadOnlyDictionary<string, Tensor> storages = file.Load(wanted.Select(static entry => entry.Tensor.Storage).ToHashSet());
        OrderedDictionary<string, Tensor> tensors = new(wanted.Length);
        foreach ((string name, PthTensor tensor, PthLayout layout) in wanted)
        {
            tensors.Add(name, storages[tensor.Storage.Key].View(layout.Shape, layout.Strides, layout.Offset));
        }

        return tensors;
    }

    static PthDict StateDict(PthContainer file, string? key)
    {
        object? found = string.IsNullOrEmpty(key) ? file.Root : Find(file, file.Root, key);
        string what = string.IsNullOrEmpty(key) ? "it" : $"'{key}'";
        return found switch
        {
            PthDict { IsState: true } state => state,
            PthDict checkpoint => throw file.Source.Error($"{what} holds more than tensors: {Describe(checkpoint)}.", WayOut(checkpoint, key)),
            _ => throw file.Source.Error(
                $"{what} is {Kind(found)}, no state dict.", "Save the weights by name: torch.save(model.state_dict(), path)."),
        };
    }

    /// <summary>What a key leads to, one name after another; a name may hold dots itself.</summary>
    static object? Find(PthContainer file, object? at, string key)
    {
        if (at is PthDict dictionary)
        {
            if (dictionary.TryGetValue(key, out object? found))
            {
                return found;
            }

            int dot = key.IndexOf('.', StringComparison.Ordinal);
            if (dot > 0 && dictionary.TryGetValue(key[..dot], out object? next))
            {
                return Find(file, next, key[(dot + 1)..]);
            }
        }

        throw file.Source.Error(
            $"it has no '{key}'{(at is PthDict there ? $", but {Describe(there)}" : "")}.", "Give the name of one that holds tensors by name.");
    }

    static string WayOut(PthDict checkpoint, string? key)
    {
        string? part = checkpoint.FirstOrDefault(static pair => pair.Value is PthDict { IsState: true, Count: > 0 }).Key;
        return part is null
            ? "Save the weights alone: torch.save(model.state_dict(), path)."
            : $"Name the one to read, for example Pth.Read(path, \"{(string.IsNullOrEmpty(key) ? part : $"{key}.{part}")}\").";
    }

    static string Describe(PthDict dictionary)
    {
        IEnumerable<string> parts = dictionary.Take(Shown).Select(static pair => $"'{pair.Key}' ({Kind(pair.Value)})");
        return $"{string.Join(", ", parts)}{(dictionary.Count > Shown ? $" and {dictionary.Count - Shown} more" : "")}";
    }

    static string Kind(object? value) => value switch
    {
        null => "nothing",
        PthTensor => "a tensor",
        PthDict { IsState: true } dictionary => $"{dictionary.Count} tensors by name",
        PthDict dictionary => $"{dictionary.Count} entries",
        string => "text",
        PthList or object?[] => "a list",
        _ => "a number",
    };
}
