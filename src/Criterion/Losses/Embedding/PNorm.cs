using System.Runtime.CompilerServices;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>The distance (Σ |a − b + ε|ᵖ)^(1/p) in its two halves, for formulas of rows; its gradient at zero is 0.</summary>
internal readonly struct PNorm(double p, double epsilon)
{
    /// <summary>|a − b + ε|ᵖ.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T PoweredDifference<T>(T a, T b)
        where T : struct, IReal<T>
    {
        T difference = epsilon == 0 ? a - b : a - b + T.Const(epsilon);
        return p switch
        {
            1 => T.Abs(difference),
            2 => difference * difference,
            _ => Power(difference),
        };
    }

    // A call: as part of the loop it would crowd out the usual degrees.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    T Power<T>(T difference)
        where T : struct, IReal<T> => T.PowOrZero(T.Abs(difference), p);

    /// <summary>The distance from the summed terms.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Root<T>(T sum)
        where T : struct, IReal<T> => p == 1 ? sum : T.PowOrZero(sum, 1 / p);
}
