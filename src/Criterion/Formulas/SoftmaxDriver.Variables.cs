using System.Runtime.CompilerServices;

namespace Criterion.Formulas;

/// <content>What the terms of a row are differentiated by.</content>
internal static partial class SoftmaxDriver
{
    /// <summary>Which of the two rows is differentiated by; the derivative of an exponential is itself.</summary>
    interface IVariable
    {
        static abstract Partial<T> Of<TFormula, T>(TFormula formula, T a, T p, T b, T q)
            where TFormula : struct, ISoftmaxFormula
            where T : struct, IReal<T>;
    }

    readonly struct Neither : IVariable
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Partial<T> Of<TFormula, T>(TFormula formula, T a, T p, T b, T q)
            where TFormula : struct, ISoftmaxFormula
            where T : struct, IReal<T> => Partial<T>.Fixed(formula.Value(a, p, b, q));
    }

    readonly struct First : IVariable
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Partial<T> Of<TFormula, T>(TFormula formula, T a, T p, T b, T q)
            where TFormula : struct, ISoftmaxFormula
            where T : struct, IReal<T> => formula.Value(Partial<T>.Variable(a), new(p, p, true), Partial<T>.Fixed(b), Partial<T>.Fixed(q));
    }

    readonly struct Second : IVariable
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Partial<T> Of<TFormula, T>(TFormula formula, T a, T p, T b, T q)
            where TFormula : struct, ISoftmaxFormula
            where T : struct, IReal<T> => formula.Value(Partial<T>.Fixed(a), Partial<T>.Fixed(p), Partial<T>.Variable(b), new(q, q, true));
    }
}
