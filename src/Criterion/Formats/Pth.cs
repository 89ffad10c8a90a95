using System.IO.Compression;

namespace Criterion.Formats;

/// <summary>
/// PyTorch's <c>.pth</c> and <c>.pt</c>: state dicts written by <c>torch.save(model.state_dict(), path)</c>, alone or in a checkpoint. The
/// pickle is read as data and never executed. Objects other than numbers, text and tensors are skipped, and throw only if they are
/// requested.
/// </summary>
/// <remarks>
/// Float, double, long, byte and bool keep their type; half, bfloat16, float8_e4m3fn and float8_e5m2 are read as Float32, and int, short,
/// char, uint16, uint32 and uint64 as Int64, all without loss; a uint64 above 2⁶³ − 1 throws. Tensors that share a storage in the file
/// share memory. Expanded tensors are views of their storage; those that one call requests must not represent more than 64 MiB or 16 times
/// the file, whichever is larger. Reads the zip format of PyTorch 1.6 and later and the format before it, of Python 2 and 3, pickle
/// protocols 2 to 5, and either byte order; not the tar files of PyTorch 0.1. Source: torch.serialization.
/// </remarks>
/// <example><code>network.LoadStateDict(Pth.Read("checkpoint.pth", "state_dict"));</code></example>
public static class Pth
{
    const string Format = nameof(Pth);

    const int Shown = 10;

    // The limit of all expanded tensors: so many bytes, or so many times the file's.
    const long MostExpanded = 1 << 26;
    const long MostExpansion = 16;

    /// <summary>Reads the tensors of a state dict in a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="key">
    /// The name of a part of a checkpoint, such as <c>state_dict</c>; dots separate nested names. Without it, the error lists the names.
    /// Default: null.
    /// </param>
    /// <param name="names">Selects the tensors to read. Others are skipped, whatever they are. Default: all.</param>
    /// <returns>The tensors by name, in the order of the file.</returns>
    /// <exception cref="DataFormatException">The file is damaged, or the requested part is missing or not made of tensors.</exception>
    public static IReadOnlyDictionary<string, Tensor> Read(string path, string? key = null, Func<string, bool>? names = null) =>
        ByteSource.Open(path, Format, source => Read(source, key, names));

    /// <summary>Reads the tensors of a state dict in a seekable stream that contains nothing else.</summary>
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
            throw source.Error("a .pth is read from its end, but this stream cannot seek.", "Copy it to a file or a MemoryStream first.");
        }

        if (source.StartsWith(PthZip.Magic))
        {
            return Unzipped(source, key, names);
        }

        return source.StartsWith(PthLegacy.Start) ? Tensors(new PthLegacy(source), key, names) : throw (IsTar(source.Stream)
            ? source.Error("it is a tar file, as PyTorch 0.1 saved.", "Load and save it in PyTorch: torch.save(torch.load(path), path).")
            : source.Error(
                "it does not start like a known .pth format.", "Check that the download is complete and that torch.save wrote it."));
    }

    static bool IsTar(Stream stream)
    {
        const int MagicAt = 257;
        byte[] magic = new byte[5];
        stream.Position = Math.Min(MagicAt, stream.Length);
        return stream.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false) == magic.Length
            && magic.AsSpan().SequenceEqual("ustar"u8);
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
            throw source.Error("its zip is damaged.", "It is truncated or modified: download it again.", e);
        }
    }

    static OrderedDictionary<string, Tensor> Tensors(PthContainer file, string? key, Func<string, bool>? names)
    {
        (string Name, PthTensor Tensor, PthLayout Layout)[] wanted =
        [
            .. from pair in Wanted(file, key, names)
               select (pair.Name, pair.Tensor, pair.Tensor.Layout(file.Source, pair.Name)),
        ];
        CheckExpanded(file.Source, wanted);
        IReadOnlyDictionary<PthStorage, Tensor> storages = file.Load(wanted.Select(static entry => entry.Tensor.View.Storage).ToHashSet());
        OrderedDictionary<string, Tensor> tensors = new(wanted.Length);
        foreach ((string name, PthTensor tensor, PthLayout layout) in wanted)
        {
            tensors.Add(name, storages[tensor.View.Storage].View(layout.Shape, layout.Strides, layout.Offset));
        }

        return tensors;
    }

    /// <summary>Limits expanded tensors: they are views, but a copy would fill memory from a few bytes.</summary>
    static void CheckExpanded(ByteSource source, (string Name, PthTensor Tensor, PthLayout Layout)[] wanted)
    {
        long most = Math.Max(MostExpanded, MostExpansion * source.Stream.Length);
        long bytes = 0;
        foreach ((string name, PthTensor tensor, PthLayout layout) in wanted)
        {
            bool isExpanded = layout.Shape.Count > tensor.View.Count;
            bytes += isExpanded ? (long)layout.Shape.Count * tensor.View.Storage.Type.Size : 0;
            if (bytes > most)
            {
                throw source.Error(
                    $"tensor '{name}' of shape {layout.Shape} expands {tensor.View.Count} elements, and up to {most} bytes of expanded "
                    + "tensors are read.",
                    "Save it with .contiguous(), or leave it out by names.");
            }
        }
    }

    /// <summary>Returns the requested tensors.</summary>
    static IEnumerable<(string Name, PthTensor Tensor)> Wanted(PthContainer file, string? key, Func<string, bool>? names)
    {
        object? found = string.IsNullOrEmpty(key) ? file.Root : Find(file, file.Root, key);
        string what = string.IsNullOrEmpty(key) ? "it" : $"'{key}'";
        if (found is not PthDict dictionary)
        {
            string unread = found is PthOpaque or PthGlobal ? "Nothing was executed. " : "";
            throw file.Source.Error(
                $"{what} is {Kind(found)}, no state dict.", $"{unread}Save the weights by name: torch.save(model.state_dict(), path).");
        }

        KeyValuePair<string, object?>[] wanted = [.. dictionary.Where(pair => names.Selects(pair.Key))];
        bool isChosen = names is not null && wanted.Length > 0;
        if (!dictionary.IsState && (!isChosen || wanted.Any(static pair => pair.Value is not PthTensor)))
        {
            throw file.Source.Error($"{what} holds more than tensors: {Describe(dictionary)}.", Fix(dictionary, key));
        }

        return dictionary.DuplicateKey is { } twice
            ? throw file.Source.Error($"{what} names '{PthGlobal.Short(twice)}' twice.", "The file is damaged: save or download it again.")
            : wanted.Select(static pair => (pair.Key, (PthTensor)pair.Value!));
    }

    /// <summary>Returns the value of a key, a path of names; a name may contain dots itself.</summary>
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
            $"it has no '{key}'{(at is PthDict there ? $", but {Describe(there)}" : $": what should hold it is {Kind(at)}")}.",
            "Give the name of one that holds tensors by name.");
    }

    static string Fix(PthDict checkpoint, string? key)
    {
        if (checkpoint.FirstOrDefault(static pair => pair.Value is PthDict { IsState: true, Count: > 0 }).Key is { } part)
        {
            return $"Name the one to read, for example Pth.Read(path, \"{(string.IsNullOrEmpty(key) ? part : $"{key}.{part}")}\").";
        }

        string unread = checkpoint.Values.Any(static value => value is PthOpaque) ? "Nothing was executed. " : "";
        string? other = checkpoint.FirstOrDefault(static pair => pair.Value is not PthTensor).Key;
        return unread + (other is not null && checkpoint.Values.Any(static value => value is PthTensor)
            ? $"Choose the tensors to read, for example names: name => name != \"{PthGlobal.Short(other)}\"."
            : "Save the weights alone: torch.save(model.state_dict(), path).");
    }

    static string Describe(PthDict dictionary)
    {
        // Entries that are not tensors come first: they are the reason for the error.
        IEnumerable<string> parts =
            from pair in dictionary.OrderBy(static pair => pair.Value is PthTensor).Take(Shown)
            select $"'{PthGlobal.Short(pair.Key)}' ({Kind(pair.Value)})";
        int more = Math.Max(0, dictionary.Count - Shown) + dictionary.UnnamedCount;
        return $"{string.Join(", ", parts)}{(more > 0 ? $" and {more} more" : "")}";
    }

    static string Kind(object? value) => value switch
    {
        null => "nothing",
        PthTensor => "a tensor",
        PthOpaque opaque => $"an object of '{opaque.Name}'",
        PthGlobal global => $"the class or function '{global.Name}'",
        PthView => "a storage",
        PthDict { IsState: true } dictionary => $"{dictionary.Count} tensors by name",
        PthDict dictionary => $"{dictionary.Count} entries",
        string => "text",
        PthList or object?[] => "a list",
        _ => "a number",
    };
}
