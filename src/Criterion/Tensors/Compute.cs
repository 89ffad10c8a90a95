using Criterion.Kernels;

namespace Criterion;

/// <summary>How the library uses the machine.</summary>
public static class Compute
{
    /// <summary>
    /// Gets or sets how many threads share the work of one operation. Default: all cores. Results are the same bits whatever it is. It is
    /// a setting of the process, and may be changed while other threads compute: operations that have begun finish as they began.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1.</exception>
    public static int Threads
    {
        get => ParallelFor.Threads;
        set => ParallelFor.Threads = value;
    }
}
