using Criterion.Kernels;

namespace Criterion;

/// <summary>How the library uses the machine.</summary>
public static class Compute
{
    /// <summary>Threads that share the work of one operation, all cores by default. Results are the same bits whatever it is.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1.</exception>
    public static int Threads
    {
        get => ParallelFor.Threads;
        set => ParallelFor.Threads = value;
    }
}
