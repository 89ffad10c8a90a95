using System.Runtime.Intrinsics.X86;
using Criterion.Simd;

namespace Criterion.Kernels;

/// <summary>The features of the processor, whether or not the program is compiled for them.</summary>
internal static class Processor
{
    const int Features = 7;
    const int Avx2 = 5;

    /// <inheritdoc cref="Compute.VectorAdvice"/>
    public static string? VectorAdvice => WidestLane.Bytes == 16 && HasAvx2
        ? "The processor has AVX2, but the program was compiled for vectors of 128 bits, which takes about twice as long. Publish it with "
            + "-p:IlcInstructionSet=x86-64-v3, or native for the processor that compiles it."
        : null;

    // Source: Intel, Software developer's manual, CPUID, leaf 7, EBX.
    static bool HasAvx2 =>
        X86Base.IsSupported && X86Base.CpuId(0, 0).Eax >= Features && ((X86Base.CpuId(Features, 0).Ebx >> Avx2) & 1) != 0;
}
