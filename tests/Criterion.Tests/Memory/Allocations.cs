using System.Diagnostics;

namespace Criterion.Tests.Memory;

/// <summary>Counts the bytes that a warm call allocates.</summary>
internal static class Allocations
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Returns the least bytes that the calling thread allocates in one call, over repeated calls: ends at <paramref name="expected"/>, or
    /// when the time is over.
    /// </summary>
    /// <remarks>
    /// One call proves nothing. The pool belongs to the process, so that tests beside this one may have taken its buffers; and code that
    /// is not optimized yet allocates what escape analysis removes, for as long as a busy machine delays the compiler.
    /// </remarks>
    public static long Least(Action call, long expected = 0)
    {
        long least = long.MaxValue;
        long start = Stopwatch.GetTimestamp();
        for (int round = 0; ; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            call();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
            if (least <= expected || Stopwatch.GetElapsedTime(start) > Patience)
            {
                return least;
            }

            if (round >= 20)
            {
                Thread.Sleep(20);
            }
        }
    }
}
