using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;
using Criterion.Simd;

namespace Criterion.Drivers;

/// <summary>
/// The loops of a window formula along a row of scratch memory, which is padded to whole lanes: its statistics, its values and derivatives
/// by their means, and the gradient by the images.
/// </summary>
internal static unsafe class WindowLoops<TFormula, L>
    where TFormula : struct, IWindowFormula
    where L : struct, ILane<L, double>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Terms(TFormula formula, double* x, double* y, double* terms, nint pitch, int count)
    {
        for (nint i = 0; i < count; i += L.Width)
        {
            Store(formula.Terms(L.Load(in *x, i), L.Load(in *y, i)), terms, pitch, i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static double Values(TFormula formula, double* means, nint pitch, int count)
    {
        L sum = L.Const(0);
        L value = sum;
        nint i = 0;
        for (; i < count; i += L.Width)
        {
            sum += value;
            value = formula.Value(Load(means, pitch, i));
        }

        return sum.Sum() + PartialLane<L, double>.Sum(value, count - (int)i + L.Width);
    }

    // One loop for each derivative: one evaluation of the formula is about as much as stays in registers. Never inlined: the caller is
    // optimised later, and a second copy of the loop in it would get less of the inlining that it depends on.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static double ValuesAndSlopes<TMean>(TFormula formula, double* means, nint pitch, double* slopes, double scale, int count)
        where TMean : struct, IInput
    {
        L factor = L.Const(scale);
        L sum = L.Const(0);
        L value = sum;
        nint i = 0;
        for (; i < count; i += L.Width)
        {
            sum += value;
            Dual<L> result = formula.Value(Statistics<L>.Seed<TMean>(Load(means, pitch, i)));
            value = result.Value;
            (result.Tangent * factor).Store(ref *slopes, i);
        }

        return sum.Sum() + PartialLane<L, double>.Sum(value, count - (int)i + L.Width);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Chain<TInput>(TFormula formula, double* x, double* y, double* weights, nint pitch, double* result, int count)
        where TInput : struct, IInput
    {
        for (nint i = 0; i < count; i += L.Width)
        {
            Statistics<Dual<L>> terms = formula.Terms(TInput.Dense(0, L.Load(in *x, i)), TInput.Dense(1, L.Load(in *y, i)));
            L sum = terms.First.Tangent * L.Load(in *weights, i);
            sum = TFormula.StatisticCount > 1 ? sum + (terms.Second.Tangent * L.Load(in *weights, pitch + i)) : sum;
            sum = TFormula.StatisticCount > 2 ? sum + (terms.Third.Tangent * L.Load(in *weights, (2 * pitch) + i)) : sum;
            sum = TFormula.StatisticCount > 3 ? sum + (terms.Fourth.Tangent * L.Load(in *weights, (3 * pitch) + i)) : sum;
            sum.Store(ref *result, i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Statistics<L> Load(double* rows, nint pitch, nint i) => new(
        L.Load(in *rows, i),
        TFormula.StatisticCount > 1 ? L.Load(in *rows, pitch + i) : default,
        TFormula.StatisticCount > 2 ? L.Load(in *rows, (2 * pitch) + i) : default,
        TFormula.StatisticCount > 3 ? L.Load(in *rows, (3 * pitch) + i) : default);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Store(Statistics<L> terms, double* rows, nint pitch, nint i)
    {
        terms.First.Store(ref *rows, i);
        if (TFormula.StatisticCount > 1)
        {
            terms.Second.Store(ref *rows, pitch + i);
        }

        if (TFormula.StatisticCount > 2)
        {
            terms.Third.Store(ref *rows, (2 * pitch) + i);
        }

        if (TFormula.StatisticCount > 3)
        {
            terms.Fourth.Store(ref *rows, (3 * pitch) + i);
        }
    }
}
