using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>The negative logarithm of the softmax of s/τ at the own key.</summary>
internal readonly struct SoftmaxOfPairs(double temperature) : IClassFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Own<T>(T s)
        where T : struct, IReal<T> => Logit(s, temperature);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Other<T>(T s)
        where T : struct, IReal<T> => Logit(s, temperature);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Loss<T>(T own, T others)
        where T : struct, IReal<T> => T.Softplus(others - own);

    /// <summary>s/τ: a product, because loops run over all pairs and a division takes as long as an exponential.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static T Logit<T>(T s, double temperature)
        where T : struct, IReal<T> => T.IsText ? s / temperature : 1 / temperature * s;
}
