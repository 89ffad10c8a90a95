using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Criterion.Formats;

/// <summary>Computes checksums of tensors of any size.</summary>
internal static class TensorHash
{
    // A span counts its bytes in an int, and a tensor may have eight times as many bytes as elements.
    const int Piece = 1 << 24;

    /// <summary>Adds the bytes of all values.</summary>
    public static void Append<T>(this IncrementalHash hash, ReadOnlySpan<T> values)
        where T : unmanaged
    {
        for (ReadOnlySpan<T> left = values; !left.IsEmpty; left = left[Math.Min(Piece, left.Length)..])
        {
            hash.AppendData(MemoryMarshal.AsBytes(left[..Math.Min(Piece, left.Length)]));
        }
    }
}
