using System.Collections.Frozen;

namespace Criterion.Formats;

/// <summary>An element type by its name in PyTorch.</summary>
/// <param name="Name">The name, for errors.</param>
/// <param name="Size">The bytes of an element; 0 if unknown.</param>
/// <param name="Stored">The stored type, or null if tensors do not support it.</param>
internal sealed record PthType(string Name, int Size, StoredType? Stored)
{
    static readonly PthType Bytes = new("untyped bytes", 1, null);

    static readonly FrozenDictionary<string, PthType> ByName = Named(
        new("float32", 4, StoredType.Float32),
        new("float64", 8, StoredType.Float64),
        new("float16", 2, StoredType.Float16),
        new("bfloat16", 2, StoredType.BFloat16),
        new("int64", 8, StoredType.Int64),
        new("int32", 4, StoredType.Int32),
        new("int16", 2, StoredType.Int16),
        new("int8", 1, StoredType.Int8),
        new("uint8", 1, StoredType.UInt8),
        new("uint16", 2, StoredType.UInt16),
        new("uint32", 4, StoredType.UInt32),
        new("uint64", 8, StoredType.UInt64),
        new("bool", 1, StoredType.Bool),
        new("float8_e4m3fn", 1, StoredType.Float8E4M3),
        new("float8_e5m2", 1, StoredType.Float8E5M2),
        new("complex64", 8, null),
        new("complex128", 16, null),
        new("quint8", 1, null),
        new("qint8", 1, null),
        new("qint32", 4, null),
        new("quint4x2", 1, null),
        new("quint2x4", 1, null));

    static readonly FrozenDictionary<string, string> Storages = new Dictionary<string, string>
    {
        ["FloatStorage"] = "float32",
        ["DoubleStorage"] = "float64",
        ["HalfStorage"] = "float16",
        ["BFloat16Storage"] = "bfloat16",
        ["LongStorage"] = "int64",
        ["IntStorage"] = "int32",
        ["ShortStorage"] = "int16",
        ["CharStorage"] = "int8",
        ["ByteStorage"] = "uint8",
        ["BoolStorage"] = "bool",
        ["ComplexFloatStorage"] = "complex64",
        ["ComplexDoubleStorage"] = "complex128",
        ["QUInt8Storage"] = "quint8",
        ["QInt8Storage"] = "qint8",
        ["QInt32Storage"] = "qint32",
        ["QUInt4x2Storage"] = "quint4x2",
        ["QUInt2x4Storage"] = "quint2x4",
    }.ToFrozenDictionary();

    /// <summary>Gets whether these are bytes whose type is specified by the tensor.</summary>
    public bool IsUntyped => ReferenceEquals(this, Bytes);

    /// <summary>Returns the type of a storage class; older files name the device's own, such as torch.cuda.FloatStorage.</summary>
    public static PthType OfStorage(string type)
    {
        string name = type[(type.LastIndexOf('.') + 1)..];
        return !type.StartsWith("torch.", StringComparison.Ordinal) ? new PthType(type, 0, null)
            : Storages.TryGetValue(name, out string? dtype) ? ByName[dtype]
            : name is "UntypedStorage" or "_UntypedStorage" ? Bytes
            : new PthType(type, 0, null);
    }

    /// <summary>Returns the type of a name such as torch.float32.</summary>
    public static PthType OfName(string name) =>
        name.StartsWith("torch.", StringComparison.Ordinal) && ByName.TryGetValue(name["torch.".Length..], out PthType? type)
            ? type
            : new PthType(name, 0, null);

    static FrozenDictionary<string, PthType> Named(params PthType[] types) => types.ToFrozenDictionary(static type => type.Name);
}
