using Criterion.Kernels;
using Criterion.Simd;

namespace Criterion;

/// <summary>Settings of the process: threads and algorithms.</summary>
public static class Compute
{
    /// <summary>
    /// Gets or sets the number of threads that share the work of one operation. Default: all cores. Results have the same bits on any
    /// number. It may be changed while other threads compute: operations that are running are not affected.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is less than 1.</exception>
    public static int Threads
    {
        get => ParallelFor.Threads;
        set => ParallelFor.Threads = value;
    }

    /// <summary>Gets or sets the algorithm of convolutions. Default: <see cref="ConvolutionAlgorithm.Fast"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not one of the enumeration's.</exception>
    public static ConvolutionAlgorithm Convolution
    {
        get => Kernels.Convolution.AllowsFast ? ConvolutionAlgorithm.Fast : ConvolutionAlgorithm.Direct;
        set => Kernels.Convolution.AllowsFast = value switch
        {
            ConvolutionAlgorithm.Fast => true,
            ConvolutionAlgorithm.Direct => false,
            _ => throw new ArgumentOutOfRangeException(
                nameof(value), value, $"Compute.Convolution: {value} is not an algorithm. Use Fast or Direct."),
        };
    }

    /// <summary>
    /// Gets the reason why the program computes in shorter vectors than the processor has, and the way out; null where it does not. A
    /// program compiled ahead of time has vectors of 128 bits unless <c>IlcInstructionSet</c> is set.
    /// </summary>
    public static string? VectorAdvice => WidestLane.Bytes == 16 && Processor.HasAvx2
        ? "The processor has AVX2, but the program was compiled for vectors of 128 bits, which takes about twice as long. Publish it with "
            + "-p:IlcInstructionSet=x86-64-v3, or native for the processor that compiles it."
        : null;
}
