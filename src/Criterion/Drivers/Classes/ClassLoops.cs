using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Criterion.Formulas;
using Criterion.Numbers;
using Criterion.Simd;

namespace Criterion.Drivers;

/// <summary>The function of a formula that turns similarities into logits.</summary>
internal interface IClassSide
{
    static abstract T Logit<TFormula, T>(TFormula formula, T s)
        where TFormula : struct, IClassFormula
        where T : struct, IReal<T>;
}

/// <summary>Logits of a row's own classes.</summary>
internal readonly struct OwnClass : IClassSide
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Logit<TFormula, T>(TFormula formula, T s)
        where TFormula : struct, IClassFormula
        where T : struct, IReal<T> => formula.Own(s);
}

/// <summary>Logits of the other classes.</summary>
internal readonly struct OtherClass : IClassSide
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Logit<TFormula, T>(TFormula formula, T s)
        where TFormula : struct, IClassFormula
        where T : struct, IReal<T> => formula.Other(s);
}

/// <summary>The loops over the similarities of a part of a row.</summary>
internal static class ClassLoops<TFormula, TSide, S, L>
    where TFormula : struct, IClassFormula
    where TSide : struct, IClassSide
    where S : unmanaged, IBinaryFloatingPointIeee754<S>
    where L : struct, ILane<L, S>
{
    /// <summary>Returns the largest logit; any number or NaN where one is NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static S Largest(TFormula formula, ReadOnlySpan<S> row)
    {
        ref S first = ref MemoryMarshal.GetReference(row);
        L largest = L.Const(double.NegativeInfinity);
        int i = 0;
        for (; i <= row.Length - L.Width; i += L.Width)
        {
            largest = L.Larger(largest, TSide.Logit(formula, L.Load(in first, i)));
        }

        return (i < row.Length ? L.Larger(largest, TSide.Logit(formula, PartialLane<L, S>.Load(row[i..]))) : largest).Largest();
    }

    /// <summary>Computes Σ e^(x − largest) of the logits x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static double Exponentials(TFormula formula, ReadOnlySpan<S> row, S largest)
    {
        ref S first = ref MemoryMarshal.GetReference(row);
        L shift = L.Broadcast(largest);
        L sum = L.Const(0);
        int i = 0;
        for (; i <= row.Length - L.Width; i += L.Width)
        {
            sum += L.Exp(TSide.Logit(formula, L.Load(in first, i)) - shift);
        }

        double rest = i < row.Length
            ? PartialLane<L, S>.Sum(L.Exp(TSide.Logit(formula, PartialLane<L, S>.Load(row[i..])) - shift), row.Length - i)
            : 0;
        return double.CreateTruncating(sum.Sum()) + rest;
    }

    /// <summary>Writes factor · e^(x − logSum) · x′ of each similarity, where x is the logit and x′ its derivative.</summary>
    /// <remarks>The exponent is taken from the logarithm rounded to an element; the factor contains what rounding has changed.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Slopes(TFormula formula, ReadOnlySpan<S> row, Span<S> slopes, double logSum, double factor)
    {
        ref S first = ref MemoryMarshal.GetReference(row);
        ref S firstSlope = ref MemoryMarshal.GetReference(slopes);
        double rounded = double.CreateTruncating(S.CreateTruncating(logSum));
        (L shift, L scale) = (L.Const(rounded), L.Const(factor * Math.Exp(rounded - logSum)));
        for (int i = 0; i < row.Length; i += L.Width)
        {
            bool isWhole = i <= row.Length - L.Width;
            L s = isWhole ? L.Load(in first, i) : PartialLane<L, S>.Load(row[i..]);
            Dual<L> logit = TSide.Logit(formula, Dual<L>.Variable(s));
            L slope = scale * L.Exp(logit.Value - shift) * logit.Tangent;
            if (isWhole)
            {
                slope.Store(ref firstSlope, i);
            }
            else
            {
                PartialLane<L, S>.Store(slope, slopes[i..]);
            }
        }
    }
}

/// <summary>The loop over the centres of classes.</summary>
internal static class ClassCentres<S, L>
    where S : unmanaged, IBinaryFloatingPointIeee754<S>
    where L : struct, ILane<L, S>
{
    /// <summary>
    /// Replaces the similarities to one centre of each class by the derivatives that no centre has taken yet where it is the nearest, and
    /// by 0 elsewhere.
    /// </summary>
    /// <param name="nearest">The largest similarity of each class.</param>
    /// <param name="rest">The derivative by it; 0 once a centre has taken it.</param>
    /// <param name="row">The similarities to one centre.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Take(ReadOnlySpan<S> nearest, Span<S> rest, Span<S> row)
    {
        int i = 0;
        for (; i <= row.Length - L.Width; i += L.Width)
        {
            L left = L.Load(in MemoryMarshal.GetReference(rest), i);
            L mask = L.Equal(L.Load(in MemoryMarshal.GetReference(nearest), i), L.Load(in MemoryMarshal.GetReference(row), i));
            L.Select(mask, left, L.Zero).Store(ref MemoryMarshal.GetReference(row), i);
            L.Select(mask, L.Zero, left).Store(ref MemoryMarshal.GetReference(rest), i);
        }

        for (; i < row.Length; i++)
        {
            bool isNearest = row[i] == nearest[i];
            (row[i], rest[i]) = isNearest ? (rest[i], S.Zero) : (S.Zero, rest[i]);
        }
    }
}
