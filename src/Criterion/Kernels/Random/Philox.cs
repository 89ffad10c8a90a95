using System.Runtime.CompilerServices;

namespace Criterion.Kernels;

/// <summary>
/// Philox4x32-10, a counter-based generator (Salmon, Moraes, Dror, Shaw: Parallel random numbers, as easy as 1, 2, 3; 2011):
/// block n of a stream is a function of the key and n alone, so any thread can compute any part of it.
/// </summary>
internal static class Philox
{
    const int Rounds = 10;
    const uint MultiplierA = 0xD2511F53;
    const uint MultiplierB = 0xCD9E8D57;
    const uint WeylA = 0x9E3779B9;
    const uint WeylB = 0xBB67AE85;

    /// <summary>Returns four random words.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (uint A, uint B, uint C, uint D) Block(ulong key, ulong counter, ulong stream = 0)
    {
        (uint a, uint b, uint c, uint d) = ((uint)counter, (uint)(counter >> 32), (uint)stream, (uint)(stream >> 32));
        (uint keyA, uint keyB) = ((uint)key, (uint)(key >> 32));
        for (int round = 0; round < Rounds; round++)
        {
            ulong productA = (ulong)MultiplierA * a;
            ulong productB = (ulong)MultiplierB * c;
            (a, b, c, d) = ((uint)(productB >> 32) ^ b ^ keyA, (uint)productB, (uint)(productA >> 32) ^ d ^ keyB, (uint)productA);
            keyA += WeylA;
            keyB += WeylB;
        }

        return (a, b, c, d);
    }

    /// <summary>Returns a number in [0, 1) with 53 random bits.</summary>
    public static double Unit(uint a, uint b) => (((ulong)a << 21) ^ (b >> 11)) * (1.0 / (1L << 53));
}
