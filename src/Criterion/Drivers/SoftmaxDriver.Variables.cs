using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Drivers;

/// <content>What the terms of a row are differentiated by.</content>
internal static partial class SoftmaxDriver
{
    /// <summary>Which of the two rows is differentiated by; the derivative of an exponential is itself.</summary>
    interface IVariable
    {
        static abstract SparseDual<T> Of<TFormula, T>(TFormula formula, T a, T p, T b, T q)
            where TFormula : struct, ISoftmaxFormula
            where T : struct, IReal<T>;
    }

    readonly struct Neither : IVariable
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static SparseDual<T> Of<TFormula, T>(TFormula formula, T a, T p, T b, T q)
            where TFormula : struct, ISoftmaxFormula
            where T : struct, IReal<T> => SparseDual<T>.Fixed(formula.Value(a, p, b, q));
    }

    readonly struct First : IVariable
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static SparseDual<T> Of<TFormula, T>(TFormula formula, T a, T p, T b, T q)
            where TFormula : struct, ISoftmaxFormula
            where T : struct, IReal<T> => formula.Value(SparseDual<T>.Variable(a), new(p, p, true), SparseDual<T>.Fixed(b), SparseDual<T>.Fixed(q));
    }

    readonly struct Second : IVariable
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static SparseDual<T> Of<TFormula, T>(TFormula formula, T a, T p, T b, T q)
            where TFormula : struct, ISoftmaxFormula
            where T : struct, IReal<T> => formula.Value(SparseDual<T>.Fixed(a), SparseDual<T>.Fixed(p), SparseDual<T>.Variable(b), new(q, q, true));
    }
}
