using System.Buffers.Binary;
using System.IO.Compression;

namespace Criterion.Formats;

/// <summary>The IDX format of MNIST and similar data sets, optionally compressed with gzip: one big-endian array of numbers.</summary>
/// <remarks>
/// Unsigned bytes, floats and doubles keep their type; signed integers of 8, 16 and 32 bits are read as Int64, without loss. Source: LeCun,
/// Cortes and Burges, "The MNIST database of handwritten digits".
/// </remarks>
public static class Idx
{
    const string Format = nameof(Idx);

    /// <summary>Reads the array in a file, for example <c>train-images-idx3-ubyte.gz</c>: UInt8 of [60000, 28, 28].</summary>
    /// <exception cref="DataFormatException">The file is not IDX, or is damaged.</exception>
    public static Tensor Read(string path) => ByteSource.Open(path, Format, static source => source.EndWith(Unpacked(source)));

    /// <summary>Reads one array. The stream is left at its end; a compressed one is read to the end of the stream.</summary>
    /// <exception cref="DataFormatException">The stream is not IDX, or is damaged.</exception>
    public static Tensor Read(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return Unpacked(new ByteSource(stream, Format));
    }

    static Tensor Unpacked(ByteSource source)
    {
        if (!source.StartsWith([0x1F, 0x8B]))
        {
            return ReadArray(source);
        }

        // The decompressor verifies its checksum only at the end.
        using GZipStream unpacked = new(source.Rest(), CompressionMode.Decompress, leaveOpen: true);
        ByteSource inner = source.Decompressed(unpacked);
        return inner.EndWith(ReadArray(inner));
    }

    static Tensor ReadArray(ByteSource source)
    {
        byte[] magic = source.Take(4, "the start of an IDX file");
        StoredType? type = magic is [0, 0, _, _] ? TypeOf(magic[2]) : null;
        if (type is null)
        {
            throw source.Error(
                $"it starts with the bytes {Convert.ToHexString(magic)}, not with those of IDX bytes, integers or floats.",
                "An IDX file starts with 0000, a type from 08 to 0E, and the number of dimensions. Unpack zip files first.");
        }

        byte[] sizes = source.Take(sizeof(int) * magic[3], "the sizes");
        long[] dims = [.. sizes.Chunk(sizeof(int)).Select(static size => (long)BinaryPrimitives.ReadUInt32BigEndian(size))];
        return type.Read(source, source.Shape(dims, "the array"), "the array", bigEndian: true);
    }

    static StoredType? TypeOf(byte code) => code switch
    {
        0x08 => StoredType.UInt8,
        0x09 => StoredType.Int8,
        0x0B => StoredType.Int16,
        0x0C => StoredType.Int32,
        0x0D => StoredType.Float32,
        0x0E => StoredType.Float64,
        _ => null,
    };
}
