using System.Runtime.CompilerServices;
using Criterion.Numbers;

namespace Criterion.Formulas;

/// <summary>A pointwise formula as the drivers run it: with three inputs, of which they load <see cref="Arity"/>.</summary>
internal interface IPointwiseFormula
{
    /// <summary>The number of inputs: 1, 2 or 3.</summary>
    static abstract int Arity { get; }

    T Value<T>(T x, T y, T z)
        where T : struct, IReal<T>;
}

/// <summary>A formula of one number as the drivers run it.</summary>
internal readonly struct Unary<TFormula>(TFormula formula) : IPointwiseFormula
    where TFormula : struct, IUnaryFormula
{
    public static int Arity => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value<T>(T x, T y, T z)
        where T : struct, IReal<T> => formula.Value(x);
}

/// <summary>A formula of two numbers as the drivers run it.</summary>
internal readonly struct Binary<TFormula>(TFormula formula) : IPointwiseFormula
    where TFormula : struct, IBinaryFormula
{
    public static int Arity => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value<T>(T x, T y, T z)
        where T : struct, IReal<T> => formula.Value(x, y);
}

/// <summary>A formula of three numbers as the drivers run it.</summary>
internal readonly struct Ternary<TFormula>(TFormula formula) : IPointwiseFormula
    where TFormula : struct, ITernaryFormula
{
    public static int Arity => 3;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value<T>(T x, T y, T z)
        where T : struct, IReal<T> => formula.Value(x, y, z);
}

// A gradient is one more formula to map.

/// <summary>The derivative of a formula by one of its inputs.</summary>
internal readonly struct Derivative<TFormula, TInput>(TFormula formula) : IPointwiseFormula
    where TFormula : struct, IPointwiseFormula
    where TInput : struct, IInput
{
    public static int Arity => TFormula.Arity;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value<T>(T x, T y, T z)
        where T : struct, IReal<T> =>
        formula.Value(TInput.Dense(0, x), TInput.Dense(1, y), TInput.Dense(2, z)).Tangent;
}

/// <summary>The derivative of a formula of one or two numbers, times the upstream gradient, which is the input after them.</summary>
internal readonly struct ScaledDerivative<TFormula, TInput>(TFormula formula) : IPointwiseFormula
    where TFormula : struct, IPointwiseFormula
    where TInput : struct, IInput
{
    public static int Arity => TFormula.Arity + 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value<T>(T x, T y, T z)
        where T : struct, IReal<T> =>
        (TFormula.Arity == 1 ? y : z) * new Derivative<TFormula, TInput>(formula).Value(x, y, z);
}
