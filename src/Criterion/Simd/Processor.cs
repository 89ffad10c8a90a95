using System.Runtime.Intrinsics.X86;

namespace Criterion.Simd;

/// <summary>What the processor has, whether or not the program is compiled for it.</summary>
internal static class Processor
{
    const int Features = 7;
    const int Avx2 = 5;

    /// <summary>Gets whether it has AVX2. Source: Intel, Software developer's manual, CPUID, leaf 7, EBX.</summary>
    public static bool HasAvx2 =>
        X86Base.IsSupported && X86Base.CpuId(0, 0).Eax >= Features && ((X86Base.CpuId(Features, 0).Ebx >> Avx2) & 1) != 0;
}
