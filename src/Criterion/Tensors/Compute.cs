using Criterion.Kernels;

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
    /// Gets why the program computes in shorter vectors than the processor has, and how to change that; null if it does not. A program
    /// compiled ahead of time has vectors of 128 bits unless <c>IlcInstructionSet</c> is set.
    /// </summary>
    public static string? VectorAdvice => Processor.VectorAdvice;
}
