using System.Globalization;
using System.Numerics;

namespace Criterion.Formats;

/// <summary>
/// The format of <c>torch.save</c> before version 1.6, still used by many published weights: pickles of a magic number, a version, the
/// machine, the object and the keys of its storages, followed by the storages in that order, each after its length.
/// </summary>
internal sealed class PthLegacy : PthContainer
{
    const long KnownVersion = 1001;

    // The first pickle: always this number.
    static readonly BigInteger Magic = BigInteger.Parse("119547037146038801333356", CultureInfo.InvariantCulture);

    readonly IReadOnlyDictionary<string, PthStorage> _storages;
    readonly string[] _order;
    readonly bool _bigEndian;

    public PthLegacy(ByteSource source)
        : base(source)
    {
        if (new PthPickle(source).Read() is not BigInteger magic || magic != Magic)
        {
            throw source.Error("it is a pickle, but none that torch.save wrote.", "In PyTorch: torch.save(model.state_dict(), path).");
        }

        _bigEndian = !IsLittleEndian(new PthPickle(source).Read(), new PthPickle(source).Read());
        PthPickle pickle = new(source);
        Root = pickle.Read();
        _storages = pickle.Storages;
        _order = new PthPickle(source).Read() is PthList keys && keys.All(static key => key is string)
            && keys.Distinct().Count() == keys.Count
            ? [.. keys.Cast<string>()]
            : throw source.Error(
                "its list of storages contains something other than distinct names.", "The file is damaged: save or download it again.");
    }

    /// <summary>Gets the first byte of a pickle of protocol 2 or later.</summary>
    public static ReadOnlySpan<byte> Start => [0x80];

    /// <inheritdoc/>
    public override object? Root { get; }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<PthStorage, Tensor> Load(IReadOnlySet<PthStorage> wanted)
    {
        Dictionary<PthStorage, Tensor> rows = [];
        ILookup<string, PthStorage> byKey = wanted.ToLookup(static storage => storage.Key);
        foreach (string key in _order)
        {
            PthStorage storage = _storages.TryGetValue(key, out PthStorage? known)
                && StoredType.Int64.Read(Source, [], $"the length of storage '{key}'", _bigEndian).Item() == known.Count
                ? known
                : throw Source.Error($"storage '{key}' differs from its pickle.", "The file is damaged: save or download it again.");
            if (byKey[key].FirstOrDefault() is { } typed)
            {
                rows.Add(typed, Read(Source, typed, _bigEndian));
            }
            else
            {
                Source.Skip(storage.Bytes(Source), $"storage '{key}'");
            }
        }

        return Source.EndWith(wanted.FirstOrDefault(storage => !rows.ContainsKey(storage))) is { } missing
            ? throw Source.Error(
                $"storage '{missing.Key}' is missing, or has two element types.", "The file is damaged: save or download it again.")
            : rows;
    }

    bool IsLittleEndian(object? version, object? machine) =>
        version is KnownVersion && machine is PthDict about && about.GetValueOrDefault("little_endian") is bool little
            ? little
            : throw Source.Error(
                "its version or its byte order is unknown.", "Save it again with a newer PyTorch: torch.save(torch.load(path), path).");
}
