using System.Runtime.CompilerServices;

namespace Criterion.Formulas;

/// <summary>Pieces that formulas share: a hinge beside <see cref="IReal{T}.PositivePart"/>, and guards that keep infinities of a branch not taken away from its derivatives.</summary>
/// <remarks>A guard serves the computer, not the reader: text leaves it out.</remarks>
internal static class Piecewise
{
    /// <summary>max(0, x) with the derivative of the left at 0, as PyTorch's relu and margins of several classes have it: 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Relu<T>(T x)
        where T : struct, IReal<T> => T.Select(T.LessOrEqual(x, T.Const(0)), T.Const(0), x);

    /// <summary>x, but <paramref name="instead"/> where the mask holds.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Unless<T>(T mask, T instead, T x)
        where T : struct, IReal<T> => typeof(T) == typeof(Latex) ? x : T.Select(mask, instead, x);

    /// <summary>x, but 0 where it is infinite and has no weight: 0 · ∞ is 0 for a class that cannot be. NaN stays.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Weighable<T>(T x, T weight)
        where T : struct, IReal<T> => Formula.Held(T.Equal(weight, T.Const(0)), x);
}
