using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;
using Criterion.Simd;

namespace Criterion.Drivers;

/// <summary>The loops of a window formula along a row: its statistics, its values and derivatives by their means, and the gradient by the images.</summary>
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
    public static double Values(TFormula formula, double* means, nint pitch, double* last, int count)
    {
        L sum = L.Const(0);
        L value = sum;
        nint i = 0;
        for (; i < count; i += L.Width)
        {
            sum += value;
            value = formula.Value(Load(means, pitch, i));
        }

        return Total(sum, value, last, count - (int)i + L.Width);
    }

    // One loop for each derivative: one evaluation of the formula is about as much as stays in registers. Never inlined: what
    // calls it is optimised later, and a second copy of the loop in there would get less of the inlining that it lives on.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static double ValuesAndSlopes<TMean>(TFormula formula, double* means, nint pitch, double* last, double* slopes, double scale, int count)
        where TMean : struct, IVariedMean
    {
        L factor = L.Const(scale);
        L sum = L.Const(0);
        L value = sum;
        nint i = 0;
        for (; i < count; i += L.Width)
        {
            sum += value;
            Dual<L> result = formula.Value(TMean.Of(Load(means, pitch, i)));
            value = result.Value;
            (result.Tangent * factor).Store(ref *slopes, i);
        }

        return Total(sum, value, last, count - (int)i + L.Width);
    }

    /// <summary>The sum of whole lanes, and of the first <paramref name="count"/> elements of the last one.</summary>
    static double Total(L sum, L last, double* room, int count)
    {
        last.Store(ref *room, 0);
        double total = sum.Sum();
        for (int i = 0; i < count; i++)
        {
            total += room[i];
        }

        return total;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Chain<TVariable>(TFormula formula, double* x, double* y, double* weights, nint pitch, double* result, int count)
        where TVariable : struct, IVariedImage
    {
        for (nint i = 0; i < count; i += L.Width)
        {
            Statistics<Dual<L>> terms = TVariable.Of(formula, L.Load(in *x, i), L.Load(in *y, i));
            L sum = terms.First.Tangent * L.Load(in *weights, i);
            sum = TFormula.Count > 1 ? sum + (terms.Second.Tangent * L.Load(in *weights, pitch + i)) : sum;
            sum = TFormula.Count > 2 ? sum + (terms.Third.Tangent * L.Load(in *weights, (2 * pitch) + i)) : sum;
            sum = TFormula.Count > 3 ? sum + (terms.Fourth.Tangent * L.Load(in *weights, (3 * pitch) + i)) : sum;
            sum.Store(ref *result, i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Statistics<L> Load(double* rows, nint pitch, nint i) => new(
        L.Load(in *rows, i),
        TFormula.Count > 1 ? L.Load(in *rows, pitch + i) : default,
        TFormula.Count > 2 ? L.Load(in *rows, (2 * pitch) + i) : default,
        TFormula.Count > 3 ? L.Load(in *rows, (3 * pitch) + i) : default);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Store(Statistics<L> terms, double* rows, nint pitch, nint i)
    {
        terms.First.Store(ref *rows, i);
        if (TFormula.Count > 1)
        {
            terms.Second.Store(ref *rows, pitch + i);
        }

        if (TFormula.Count > 2)
        {
            terms.Third.Store(ref *rows, (2 * pitch) + i);
        }

        if (TFormula.Count > 3)
        {
            terms.Fourth.Store(ref *rows, (3 * pitch) + i);
        }
    }
}

/// <summary>Which of the means is differentiated by.</summary>
internal interface IVariedMean
{
    static abstract Statistics<Dual<T>> Of<T>(Statistics<T> means)
        where T : struct, IReal<T>;
}

internal readonly struct FirstMean : IVariedMean
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Statistics<Dual<T>> Of<T>(Statistics<T> means)
        where T : struct, IReal<T> =>
        new(Dual<T>.Variable(means.First), Dual<T>.Fixed(means.Second), Dual<T>.Fixed(means.Third), Dual<T>.Fixed(means.Fourth));
}

internal readonly struct SecondMean : IVariedMean
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Statistics<Dual<T>> Of<T>(Statistics<T> means)
        where T : struct, IReal<T> =>
        new(Dual<T>.Fixed(means.First), Dual<T>.Variable(means.Second), Dual<T>.Fixed(means.Third), Dual<T>.Fixed(means.Fourth));
}

internal readonly struct ThirdMean : IVariedMean
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Statistics<Dual<T>> Of<T>(Statistics<T> means)
        where T : struct, IReal<T> =>
        new(Dual<T>.Fixed(means.First), Dual<T>.Fixed(means.Second), Dual<T>.Variable(means.Third), Dual<T>.Fixed(means.Fourth));
}

internal readonly struct FourthMean : IVariedMean
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Statistics<Dual<T>> Of<T>(Statistics<T> means)
        where T : struct, IReal<T> =>
        new(Dual<T>.Fixed(means.First), Dual<T>.Fixed(means.Second), Dual<T>.Fixed(means.Third), Dual<T>.Variable(means.Fourth));
}

/// <summary>Which of the images is differentiated by.</summary>
internal interface IVariedImage
{
    static abstract Statistics<Dual<T>> Of<TFormula, T>(TFormula formula, T x, T y)
        where TFormula : struct, IWindowFormula
        where T : struct, IReal<T>;
}

internal readonly struct FirstImage : IVariedImage
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Statistics<Dual<T>> Of<TFormula, T>(TFormula formula, T x, T y)
        where TFormula : struct, IWindowFormula
        where T : struct, IReal<T> => formula.Terms(Dual<T>.Variable(x), Dual<T>.Fixed(y));
}

internal readonly struct SecondImage : IVariedImage
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Statistics<Dual<T>> Of<TFormula, T>(TFormula formula, T x, T y)
        where TFormula : struct, IWindowFormula
        where T : struct, IReal<T> => formula.Terms(Dual<T>.Fixed(x), Dual<T>.Variable(y));
}
