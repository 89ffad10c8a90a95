using System.Runtime.CompilerServices;
using Criterion.Numbers;

namespace Criterion.Formulas;

/// <summary>The input of a formula that its derivative is taken by.</summary>
internal interface IInput
{
    /// <summary>The position of the input, counted from 0; −1 for none.</summary>
    static abstract int Index { get; }
}

internal readonly struct NoInput : IInput
{
    public static int Index => -1;
}

internal readonly struct FirstInput : IInput
{
    public static int Index => 0;
}

internal readonly struct SecondInput : IInput
{
    public static int Index => 1;
}

internal readonly struct ThirdInput : IInput
{
    public static int Index => 2;
}

internal readonly struct FourthInput : IInput
{
    public static int Index => 3;
}

/// <summary>Seeds the inputs of a formula with the derivatives 1 for one of them and 0 for the others.</summary>
/// <remarks>
/// Lanes carry <see cref="Dual{T}"/> where the JIT's inlining budget is short; <see cref="SparseDual{T}"/> leaves out of the compiled
/// loop what a derivative does not depend on, and keeps a derivative of 0 from meeting an infinity.
/// </remarks>
/// <typeparam name="TInput">The input that varies.</typeparam>
internal static class Seed<TInput>
    where TInput : struct, IInput
{
    /// <summary>Returns input <paramref name="index"/> as a dual number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Dense<T>(int index, T value)
        where T : struct, IReal<T> => TInput.Index == index ? Dual<T>.Variable(value) : Dual<T>.Fixed(value);

    /// <summary>Returns input <paramref name="index"/> as a dual number that knows whether it varies.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SparseDual<T> Sparse<T>(int index, T value)
        where T : struct, IReal<T> => TInput.Index == index ? SparseDual<T>.Variable(value) : SparseDual<T>.Fixed(value);

    /// <summary>Returns the exponential of input <paramref name="index"/>, which is its own derivative.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SparseDual<T> Exponential<T>(int index, T value)
        where T : struct, IReal<T> => TInput.Index == index ? new(value, value, true) : SparseDual<T>.Fixed(value);

    /// <summary>Seeds four statistics or their means.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Statistics<Dual<T>> Dense<T>(Statistics<T> values)
        where T : struct, IReal<T> =>
        new(Dense(0, values.First), Dense(1, values.Second), Dense(2, values.Third), Dense(3, values.Fourth));
}
