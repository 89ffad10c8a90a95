using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>The negative logarithm of the softmax of s/τ at the own key.</summary>
internal readonly struct SoftmaxOfPairs(double temperature) : IClassFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Own<T>(T s)
        where T : struct, IReal<T> => s / temperature;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Other<T>(T s)
        where T : struct, IReal<T> => s / temperature;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Loss<T>(T own, T others)
        where T : struct, IReal<T> => T.Softplus(others - own);
}
