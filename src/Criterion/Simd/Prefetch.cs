using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Criterion.Simd;

/// <summary>
/// Prefetches memory. The hardware prefetcher stops at every page: where computing a row takes as long as loading the next one, a
/// prefetch hides the whole load.
/// </summary>
internal static unsafe class Prefetch
{
    /// <summary>Prefetches the cache line of an element. Addresses outside of the memory have no effect.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Line<S>(ref readonly S first, nint index)
        where S : unmanaged
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(Unsafe.AsPointer(ref Unsafe.Add(ref Unsafe.AsRef(in first), index)));
        }
    }
}
