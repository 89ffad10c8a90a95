using System.Runtime.CompilerServices;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>The two parts of the distance (Σ |a − b + ε|ᵖ)^(1/p), for formulas of rows; the gradient at zero is 0.</summary>
internal readonly struct PNorm(double p, double epsilon)
{
    /// <summary>Computes |a − b + ε|ᵖ.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T PoweredDifference<T>(T a, T b)
        where T : struct, IReal<T>
    {
        T difference = epsilon == 0 ? a - b : a - b + epsilon;
        return p switch
        {
            1 => T.Abs(difference),
            2 => difference * difference,
            _ => Power(difference),
        };
    }

    // Not inlined: in the loop it would prevent the inlining of the usual degrees.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    T Power<T>(T difference)
        where T : struct, IReal<T> => T.PowOrZero(T.Abs(difference), p);

    /// <summary>Computes the distance from the sum over a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Root<T>(T sum)
        where T : struct, IReal<T> => p == 1 ? sum : T.PowOrZero(sum, 1 / p);
}
