using System.IO.Compression;
using System.Text;

namespace Criterion.Formats;

/// <summary>
/// The format of <c>torch.save</c> since version 1.6: an uncompressed zip with <c>NAME/data.pkl</c>, <c>NAME/data/KEY</c> for each storage,
/// and <c>NAME/byteorder</c> since version 2.1.
/// </summary>
internal sealed class PthZip : PthContainer
{
    const string PickleName = "/data.pkl";

    // The length of a zip's end record without a comment.
    const int EndBytes = 22;

    // The length of a local header without its name and padding.
    const int HeaderBytes = 30;

    readonly OrderedDictionary<string, ZipArchiveEntry> _entries = [];
    readonly string _folder;
    readonly bool _bigEndian;

    public PthZip(ByteSource source, ZipArchive zip)
        : base(source)
    {
        CheckEnd();
        CheckProgram(zip);
        List(zip);
        _folder = Folder();
        _bigEndian = _entries.GetValueOrDefault(_folder + "/byteorder") is { } order && IsBigEndian(order);
        ZipArchiveEntry pickle = _entries[_folder + PickleName];
        if (pickle.Length > Array.MaxLength)
        {
            throw Source.Error(
                $"its pickle has {pickle.Length} bytes, more than the limit of {Array.MaxLength}.",
                "Save the weights alone: torch.save(model.state_dict(), path).");
        }

        ByteSource data = source.Decompressed(
            new MemoryStream(Read(pickle, static (part, entry) => part.Take(entry.Length, entry.FullName))));
        Root = data.EndWith(new PthPickle(data).Read());
    }

    /// <summary>Gets the first bytes of a zip.</summary>
    public static ReadOnlySpan<byte> Magic => "PK\x03\x04"u8;

    /// <inheritdoc/>
    public override object? Root { get; }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<PthStorage, Tensor> Load(IReadOnlySet<PthStorage> wanted)
    {
        // All are located before memory is allocated for one.
        (PthStorage Storage, ZipArchiveEntry Entry)[] found = [.. wanted.Select(storage => (storage, EntryOf(storage)))];
        return found.ToDictionary(
            static pair => pair.Storage,
            pair => Read(pair.Entry, (part, _) => Read(part, pair.Storage, _bigEndian)));
    }

    ZipArchiveEntry EntryOf(PthStorage storage)
    {
        string name = $"{_folder}/data/{storage.Key}";
        ZipArchiveEntry entry = _entries.GetValueOrDefault(name) ?? throw Damaged($"lacks '{name}', which its pickle names");
        long bytes = storage.Bytes(Source);
        return entry.Length == bytes ? entry : throw Damaged($"has {entry.Length} bytes in '{name}' instead of {bytes}");
    }

    /// <summary>Reads an entry to its end and verifies its checksum.</summary>
    T Read<T>(ZipArchiveEntry entry, Func<ByteSource, ZipArchiveEntry, T> read)
    {
        using Stream stream = entry.Open();
        ByteSource part = Source.Part(stream, entry.Length);
        T result = part.EndWith(read(part, entry));
        return part.Checksum == entry.Crc32
            ? result
            : throw Source.Error(
                $"the checksum of '{entry.FullName}' is wrong.",
                "Its bytes were modified: download it again. If it was saved with torch.serialization.set_crc32_options(False), save it "
                + "without.");
    }

    /// <summary>Lists the entries by name: each uncompressed, and together no longer than the file.</summary>
    void List(ZipArchive zip)
    {
        long bytes = 0;
        foreach (ZipArchiveEntry entry in zip.Entries)
        {
            if (entry.CompressedLength != entry.Length)
            {
                throw Source.Error(
                    $"its entry '{entry.FullName}' is compressed, which torch.save never does.",
                    "Unpack it and pack it again without compression (zip -0 -r), or load and save it in PyTorch.");
            }

            // Overlapping entries could claim any length, and sum to more than the file.
            bytes += HeaderBytes + entry.Length;
            if (entry.Length < 0 || bytes > Source.Stream.Length || !_entries.TryAdd(entry.FullName, entry))
            {
                throw Damaged($"has entries that overlap or share the name '{entry.FullName}'");
            }
        }
    }

    string Folder()
    {
        string[] pickles = [.. _entries.Keys.Where(static name => name.EndsWith(PickleName, StringComparison.Ordinal))];
        return pickles.Length == 1 ? pickles[0][..^PickleName.Length] : throw Source.Error(
            "it is a zip, but torch.save did not write it: it has no data.pkl, or several.",
            "Save it with torch.save(model.state_dict(), path).");
    }

    void CheckProgram(ZipArchive zip)
    {
        if (zip.Entries.Any(static entry => entry.FullName.EndsWith("/constants.pkl", StringComparison.Ordinal)))
        {
            throw Source.Error(
                "it is a TorchScript archive, which is a program.", "In PyTorch: torch.save(torch.jit.load(path).state_dict(), other).");
        }
    }

    bool IsBigEndian(ZipArchiveEntry entry)
    {
        const int Longest = 6;
        byte[] text = entry.Length <= Longest ? Read(entry, static (part, entry) => part.Take(entry.Length, entry.FullName)) : [];
        return Encoding.ASCII.GetString(text) switch
        {
            "little" => false,
            "big" => true,
            _ => throw Damaged("has a byte order that is neither 'little' nor 'big'"),
        };
    }

    void CheckEnd()
    {
        Stream stream = Source.Stream;
        stream.Position = Math.Max(0, stream.Length - EndBytes);
        if (!Source.StartsWith("PK\x05\x06"u8))
        {
            throw Source.Error("its end is not the end of a zip.", "It is truncated, or more bytes follow it: download it again.");
        }
    }

    DataFormatException Damaged(string what) => Source.Error($"its zip {what}.", "The file is damaged: save or download it again.");
}
