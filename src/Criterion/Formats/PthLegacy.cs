namespace Criterion.Formats;

/// <summary>
/// What <c>torch.save</c> wrote before version 1.6, and many published weights are still in: pickles of a magic number, a version, the
/// machine, the object and the keys of its storages, and then the storages in that order, each behind its length.
/// </summary>
internal sealed class PthLegacy : PthContainer
{
    const long KnownVersion = 1001;

    readonly IReadOnlyDictionary<string, PthStorage> _storages;
    readonly string[] _order;
    readonly bool _bigEndian;

    public PthLegacy(ByteSource source)
        : base(source)
    {
        source.Take(Magic.Length, "the magic number");
        _bigEndian = !IsLittleEndian(new PthPickle(source).Read(), new PthPickle(source).Read());
        PthPickle pickle = new(source);
        Root = pickle.Read();
        _storages = pickle.Storages;
        _order = new PthPickle(source).Read() is PthList keys && keys.All(static key => key is string) && keys.Distinct().Count() == keys.Count
            ? [.. keys.Cast<string>()]
            : throw source.Error("its list of storages holds something else than different names.", "The file is damaged: save or fetch it again.");
    }

    /// <summary>The first pickle, whole: always the same number.</summary>
    public static ReadOnlySpan<byte> Magic => [0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, (byte)'.'];

    /// <inheritdoc/>
    public override object? Root { get; }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, Tensor> Load(IReadOnlySet<PthStorage> wanted)
    {
        Dictionary<string, Tensor> rows = [];
        foreach (string key in _order)
        {
            PthStorage storage = _storages.TryGetValue(key, out PthStorage? known) && StoredType.Int64.Read(Source, [], $"the length of storage '{key}'", _bigEndian).Item() == known.Count
                ? known
                : throw Source.Error($"storage '{key}' is not as its pickle says.", "The file is damaged: save or fetch it again.");
            if (wanted.Contains(storage))
            {
                rows.Add(key, Read(Source, storage, _bigEndian));
            }
            else
            {
                Source.Skip(storage.Bytes(Source), $"storage '{key}'");
            }
        }

        return Source.Last(wanted.FirstOrDefault(storage => !rows.ContainsKey(storage.Key))) is { } missing
            ? throw Source.Error($"storage '{missing.Key}' is not there.", "The file is damaged: save or fetch it again.")
            : rows;
    }

    bool IsLittleEndian(object? version, object? machine) =>
        version is KnownVersion && machine is PthDict about && about.GetValueOrDefault("little_endian") is bool little
            ? little
            : throw Source.Error("its version or its byte order is unknown.", "Save it again with a newer PyTorch: torch.save(torch.load(path), path).");
}
