using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Criterion.Simd;

/// <summary>
/// Stores that bypass the cache. An ordinary store first reads the line that it will overwrite. For a result larger than the cache, that
/// read is a third of the traffic of a loss with its gradient.
/// </summary>
internal static unsafe class Streaming
{
    /// <summary>The least size: smaller results may still be in the cache when they are read.</summary>
    const long LeastBytes = 8 << 20;

    /// <summary>Returns whether to stream to this address of a result with so many elements.</summary>
    public static bool Suits<L, S>(S* address, long count)
        where L : struct, ILane<L, S>
        where S : unmanaged => Suits(address, count, L.Width * sizeof(S));

    /// <summary>Returns whether to stream lanes of so many bytes to this address of a result with so many elements.</summary>
    public static bool Suits<S>(S* address, long count, int laneBytes)
        where S : unmanaged =>
        Sse.IsSupported && count * sizeof(S) >= LeastBytes && (nuint)address % (nuint)laneBytes == 0;

    /// <summary>Makes the stores visible to other threads, like ordinary ones.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void End()
    {
        if (Sse.IsSupported)
        {
            Sse.StoreFence();
        }
    }
}
