using System.Runtime.InteropServices;
using Criterion.Formats;

namespace Criterion.Tests.Formats;

/// <summary>What the tests of file formats share.</summary>
internal static class FormatTesting
{
    public static readonly DType[] AllTypes = Enum.GetValues<DType>();

    public static readonly Shape[] SomeShapes = [[], [1], [5], [0], [3, 0, 2], [2, 3], [4, 1, 3, 2], [70_001]];

    public static MemoryStream Fixture(string name) => new(Convert.FromBase64String(Fixtures.All[name]));

    public static byte[] Written(Action<Stream> write)
    {
        using MemoryStream stream = new();
        write(stream);
        return stream.ToArray();
    }

    /// <summary>Values that show a mix-up: every bit pattern is used sooner or later, NaN and infinities among them.</summary>
    public static Tensor Filled(DType dtype, Shape shape)
    {
        byte[] bytes = new byte[shape.Count * dtype.Size()];
        new Random(7).NextBytes(bytes);
        return dtype switch
        {
            DType.Float32 => Tensor.From(MemoryMarshal.Cast<byte, float>(bytes), shape),
            DType.Float64 => Tensor.From(MemoryMarshal.Cast<byte, double>(bytes), shape),
            DType.Int64 => Tensor.From(MemoryMarshal.Cast<byte, long>(bytes), shape),
            DType.UInt8 => Tensor.From(bytes, shape),
            _ => Tensor.From(bytes.Select(static b => b > 127).ToArray(), shape),
        };
    }

    public static void AssertSame(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.DType, actual.DType);
        Assert.Equal(expected.Shape, actual.Shape);
        Assert.True(Bits(expected).SequenceEqual(Bits(actual)), "the elements differ");
    }

    public static void AssertValues<T>(Tensor actual, Shape shape, params T[] values)
        where T : unmanaged => AssertSame(Tensor.Copied<T>(values, shape), actual);

    /// <summary>Runs a reader that must fail with the typed error.</summary>
    /// <returns>Its message.</returns>
    public static string Refused(Action read) => Assert.Throws<DataFormatException>(read).Message;

    static ReadOnlySpan<byte> Bits(Tensor tensor) => tensor.DType switch
    {
        DType.Float32 => MemoryMarshal.AsBytes(tensor.AsReadOnlySpan<float>()),
        DType.Float64 => MemoryMarshal.AsBytes(tensor.AsReadOnlySpan<double>()),
        DType.Int64 => MemoryMarshal.AsBytes(tensor.AsReadOnlySpan<long>()),
        DType.UInt8 => tensor.AsReadOnlySpan<byte>(),
        _ => MemoryMarshal.AsBytes(tensor.AsReadOnlySpan<bool>()),
    };
}

/// <summary>A folder of its own for a test's files; gone at its end.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("criterion-").FullName;

    public string this[string file] => System.IO.Path.Combine(Path, file);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

/// <summary>A stream as a socket gives it: a few bytes at a time, of unknown length, forwards only.</summary>
internal sealed class Trickle(byte[] bytes) : Stream
{
    int _at;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        int read = Math.Min(Math.Min(count, 1000), bytes.Length - _at);
        Array.Copy(bytes, _at, buffer, offset, read);
        _at += read;
        return read;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
