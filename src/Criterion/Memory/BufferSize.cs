namespace Criterion.Memory;

/// <summary>Numbers of elements whose products do not overflow.</summary>
internal static class BufferSize
{
    /// <summary>Returns the product of non-negative sizes, clamped to <see cref="long.MaxValue"/> / 2.</summary>
    public static long Of(long a, long b, long c = 1) => (long)UInt128.Min((UInt128)(ulong)a * (ulong)b * (ulong)c, long.MaxValue / 2);

    /// <summary>Checks that one array can have this many elements.</summary>
    /// <exception cref="TensorException">It cannot.</exception>
    public static int Checked(long length) => length >= 0 && length <= Array.MaxLength
        ? (int)length
        : throw new TensorException(
            $"The operation needs a buffer of {length} elements, and the largest array has {Array.MaxLength}. "
            + "Use a smaller batch, image, padding or dilation.");
}
