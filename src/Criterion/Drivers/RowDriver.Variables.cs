using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Drivers;

/// <content>What the statistics of a row are differentiated by.</content>
internal static partial class RowDriver
{
    /// <summary>Which of the rows is differentiated by.</summary>
    interface IVariable
    {
        static abstract Statistics<SparseDual<T>> Of<TFormula, T>(TFormula formula, T a, T b, T c)
            where TFormula : struct, IRowFormula
            where T : struct, IReal<T>;
    }

    readonly struct First : IVariable
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Statistics<SparseDual<T>> Of<TFormula, T>(TFormula formula, T a, T b, T c)
            where TFormula : struct, IRowFormula
            where T : struct, IReal<T> => formula.Terms(SparseDual<T>.Variable(a), SparseDual<T>.Fixed(b), SparseDual<T>.Fixed(c));
    }

    readonly struct Second : IVariable
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Statistics<SparseDual<T>> Of<TFormula, T>(TFormula formula, T a, T b, T c)
            where TFormula : struct, IRowFormula
            where T : struct, IReal<T> => formula.Terms(SparseDual<T>.Fixed(a), SparseDual<T>.Variable(b), SparseDual<T>.Fixed(c));
    }

    readonly struct Third : IVariable
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Statistics<SparseDual<T>> Of<TFormula, T>(TFormula formula, T a, T b, T c)
            where TFormula : struct, IRowFormula
            where T : struct, IReal<T> => formula.Terms(SparseDual<T>.Fixed(a), SparseDual<T>.Fixed(b), SparseDual<T>.Variable(c));
    }
}
