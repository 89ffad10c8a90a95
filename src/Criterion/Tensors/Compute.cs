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

    /// <summary>Gets or sets how convolutions are computed. Default: <see cref="ConvolutionAlgorithm.Fast"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not one of the enumeration's.</exception>
    public static ConvolutionAlgorithm Convolution
    {
        get => Kernels.Convolution.AllowsFast ? ConvolutionAlgorithm.Fast : ConvolutionAlgorithm.Direct;
        set => Kernels.Convolution.AllowsFast = value switch
        {
            ConvolutionAlgorithm.Fast => true,
            ConvolutionAlgorithm.Direct => false,
            _ => throw new ArgumentOutOfRangeException(nameof(value), value, "Compute.Convolution must be Fast or Direct."),
        };
    }
}
