using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>The logarithm of Σ e^(s/τ) over all but the row itself.</summary>
internal readonly struct SoftmaxOfOthers(double temperature) : IClassFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Own<T>(T s)
        where T : struct, IReal<T> => SoftmaxOfPairs.Logit(s, temperature);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Other<T>(T s)
        where T : struct, IReal<T> => SoftmaxOfPairs.Logit(s, temperature);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Loss<T>(T own, T others)
        where T : struct, IReal<T> => others;
}
