namespace Criterion.Memory;

/// <summary>Counts of elements that never wrap: products of sizes are computed in more bits than they can need.</summary>
internal static class BufferSize
{
    /// <summary>The product of sizes that are not negative; <see cref="long.MaxValue"/> / 2 if it is larger than that.</summary>
    public static long Of(long a, long b, long c = 1) => (long)UInt128.Min((UInt128)(ulong)a * (ulong)b * (ulong)c, long.MaxValue / 2);

    /// <summary>A number of elements, checked to fit into one array.</summary>
    /// <exception cref="TensorException">It does not.</exception>
    public static int Checked(long length) => length >= 0 && length <= Array.MaxLength
        ? (int)length
        : throw new TensorException(
            $"The operation needs a buffer of {length} elements, and the largest array has {Array.MaxLength}. Use a smaller batch, image, padding or dilation.");
}
