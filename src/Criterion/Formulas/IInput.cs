using System.Runtime.CompilerServices;
using Criterion.Numbers;

namespace Criterion.Formulas;

/// <summary>
/// The input of a formula that its derivative is taken by: seeds inputs with the derivative 1 for this one and 0 for others.
/// </summary>
/// <remarks>
/// Lanes carry <see cref="Dual{T}"/> where the JIT's inlining budget is short; <see cref="SparseDual{T}"/> leaves out of the compiled
/// loop what a derivative does not depend on, and keeps a derivative of 0 from meeting an infinity. The index is compared in the method
/// that has it as a constant: the JIT then never looks at the branch not taken.
/// </remarks>
internal interface IInput
{
    /// <summary>Returns the input at a position, counted from 0, as a dual number.</summary>
    static abstract Dual<T> Dense<T>(int index, T value)
        where T : struct, IReal<T>;

    /// <summary>Returns the input at a position, counted from 0, as a dual number that knows whether it varies.</summary>
    static abstract SparseDual<T> Sparse<T>(int index, T value)
        where T : struct, IReal<T>;
}

/// <summary>No input: all are constant.</summary>
internal readonly struct NoInput : IInput
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Dense<T>(int index, T value)
        where T : struct, IReal<T> => Dual<T>.Fixed(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SparseDual<T> Sparse<T>(int index, T value)
        where T : struct, IReal<T> => SparseDual<T>.Fixed(value);
}

internal readonly struct FirstInput : IInput
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Dense<T>(int index, T value)
        where T : struct, IReal<T> => new(value, T.Const(index == 0 ? 1 : 0));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SparseDual<T> Sparse<T>(int index, T value)
        where T : struct, IReal<T> => new(value, T.Const(index == 0 ? 1 : 0), index == 0);
}

internal readonly struct SecondInput : IInput
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Dense<T>(int index, T value)
        where T : struct, IReal<T> => new(value, T.Const(index == 1 ? 1 : 0));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SparseDual<T> Sparse<T>(int index, T value)
        where T : struct, IReal<T> => new(value, T.Const(index == 1 ? 1 : 0), index == 1);
}

internal readonly struct ThirdInput : IInput
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Dense<T>(int index, T value)
        where T : struct, IReal<T> => new(value, T.Const(index == 2 ? 1 : 0));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SparseDual<T> Sparse<T>(int index, T value)
        where T : struct, IReal<T> => new(value, T.Const(index == 2 ? 1 : 0), index == 2);
}

internal readonly struct FourthInput : IInput
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Dense<T>(int index, T value)
        where T : struct, IReal<T> => new(value, T.Const(index == 3 ? 1 : 0));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SparseDual<T> Sparse<T>(int index, T value)
        where T : struct, IReal<T> => new(value, T.Const(index == 3 ? 1 : 0), index == 3);
}
