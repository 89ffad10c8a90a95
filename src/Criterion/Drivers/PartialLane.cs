using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Criterion.Simd;

namespace Criterion.Drivers;

/// <summary>
/// The last elements of an array, fewer than a lane holds, in a padded lane: an element is computed by the same instructions, to the
/// same bits, at every position.
/// </summary>
/// <remarks>Never inlined: in a hot loop the code would count against what the JIT inlines.</remarks>
internal static class PartialLane<L, S>
    where L : struct, ILane<L, S>
    where S : unmanaged, INumberBase<S>
{
    /// <summary>
    /// Loads <paramref name="count"/> elements, each <paramref name="step"/> after the one before; padding repeats the last one, so that
    /// it never overflows alone.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static L Load(ref readonly S source, int count, int step = 1)
    {
        Span<S> padded = stackalloc S[L.Width];
        for (int i = 0; i < padded.Length; i++)
        {
            padded[i] = Unsafe.Add(ref Unsafe.AsRef(in source), Math.Min(i, count - 1) * step);
        }

        return L.Load(in MemoryMarshal.GetReference(padded), 0);
    }

    /// <summary>Loads all elements of a span that holds fewer than a lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Load(ReadOnlySpan<S> source) => Load(in MemoryMarshal.GetReference(source), source.Length);

    /// <summary>Loads elements of another type; padding repeats the last one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static L LoadWidened<TNarrow>(ReadOnlySpan<TNarrow> source)
        where TNarrow : unmanaged, INumberBase<TNarrow>
    {
        Span<S> padded = stackalloc S[L.Width];
        for (int i = 0; i < padded.Length; i++)
        {
            padded[i] = S.CreateTruncating(source[Math.Min(i, source.Length - 1)]);
        }

        return L.Load(in MemoryMarshal.GetReference(padded), 0);
    }

    /// <summary>Stores as many elements as the destination holds, rounded to its type.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void StoreNarrowed<TNarrow>(L lane, Span<TNarrow> destination)
        where TNarrow : unmanaged, INumberBase<TNarrow>
    {
        Span<S> padded = stackalloc S[L.Width];
        lane.Store(ref MemoryMarshal.GetReference(padded), 0);
        for (int i = 0; i < destination.Length; i++)
        {
            destination[i] = TNarrow.CreateTruncating(padded[i]);
        }
    }

    /// <summary>Stores as many elements of the lane as the destination holds.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Store(L lane, Span<S> destination)
    {
        Span<S> padded = stackalloc S[L.Width];
        lane.Store(ref MemoryMarshal.GetReference(padded), 0);
        padded[..destination.Length].CopyTo(destination);
    }

    /// <summary>Returns the sum of the first <paramref name="count"/> elements, in double precision.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static double Sum(L lane, int count)
    {
        Span<S> padded = stackalloc S[L.Width];
        lane.Store(ref MemoryMarshal.GetReference(padded), 0);
        double sum = 0;
        foreach (S element in padded[..count])
        {
            sum += double.CreateTruncating(element);
        }

        return sum;
    }
}
