using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Criterion.Simd;

/// <summary>
/// Asks for memory before it is used. Along a stretch the processor does so by itself, but it starts anew at every page: where a row
/// is computed with for as long as the next one takes to arrive, asking in time hides all of that.
/// </summary>
internal static unsafe class Prefetch
{
    /// <summary>Asks for the line that holds an element. It may lie outside: that is not read.</summary>
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
