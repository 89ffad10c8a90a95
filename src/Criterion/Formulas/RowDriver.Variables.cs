using System.Runtime.CompilerServices;

namespace Criterion.Formulas;

/// <content>What the statistics of a row are differentiated by.</content>
internal static partial class RowDriver
{
    /// <summary>Which of the rows is differentiated by.</summary>
    interface IVariable
    {
        static abstract Statistics<Partial<T>> Of<TFormula, T>(TFormula formula, T a, T b, T c)
            where TFormula : struct, IRowFormula
            where T : struct, IReal<T>;
    }

    readonly struct First : IVariable
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Statistics<Partial<T>> Of<TFormula, T>(TFormula formula, T a, T b, T c)
            where TFormula : struct, IRowFormula
            where T : struct, IReal<T> => formula.Terms(Partial<T>.Variable(a), Partial<T>.Fixed(b), Partial<T>.Fixed(c));
    }

    readonly struct Second : IVariable
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Statistics<Partial<T>> Of<TFormula, T>(TFormula formula, T a, T b, T c)
            where TFormula : struct, IRowFormula
            where T : struct, IReal<T> => formula.Terms(Partial<T>.Fixed(a), Partial<T>.Variable(b), Partial<T>.Fixed(c));
    }

    readonly struct Third : IVariable
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Statistics<Partial<T>> Of<TFormula, T>(TFormula formula, T a, T b, T c)
            where TFormula : struct, IRowFormula
            where T : struct, IReal<T> => formula.Terms(Partial<T>.Fixed(a), Partial<T>.Fixed(b), Partial<T>.Variable(c));
    }
}
