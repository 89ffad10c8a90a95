using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Criterion.Formulas;
using Criterion.Numbers;
using Criterion.Simd;

namespace Criterion.Drivers;

/// <summary>Adds the terms of a tile to the sums of its rows.</summary>
internal readonly struct PairSumPass<TFormula>(TFormula formula, SimilarityTile tile, Elements sums) : ITilePass
    where TFormula : struct, IPairFormula
{
    public void Run<S, L>(int row)
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
        where L : struct, ILane<L, S>
    {
        Span<S> similarities = tile.RowOf<S>(row);
        ref double sum = ref sums.Span<double>()[tile.Row + row];
        int own = tile.Row + row - tile.Column;
        if ((uint)own >= (uint)tile.Columns)
        {
            sum += PairLoops<TFormula, S, L>.Sum(formula, similarities);
            return;
        }

        sum += PairLoops<TFormula, S, L>.Sum(formula, similarities[..own]);
        sum += formula.Own<Real>(double.CreateTruncating(similarities[own])).Value;
        sum += PairLoops<TFormula, S, L>.Sum(formula, similarities[(own + 1)..]);
    }
}

/// <summary>Writes the derivatives by the similarities of a tile, which may be in the same memory.</summary>
internal readonly struct PairSlopePass<TFormula>(TFormula formula, SimilarityTile tile, SimilarityTile derivatives, Elements factors)
    : ITilePass
    where TFormula : struct, IPairFormula
{
    public void Run<S, L>(int row)
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
        where L : struct, ILane<L, S>
    {
        ReadOnlySpan<S> similarities = tile.RowOf<S>(row);
        Span<S> slopes = derivatives.RowOf<S>(row);
        double factor = factors.Span<double>()[tile.Row + row];
        int own = tile.Row + row - tile.Column;
        if ((uint)own >= (uint)tile.Columns)
        {
            PairLoops<TFormula, S, L>.Slopes(formula, similarities, slopes, factor);
            return;
        }

        Real similarity = double.CreateTruncating(similarities[own]);
        PairLoops<TFormula, S, L>.Slopes(formula, similarities[..own], slopes[..own], factor);
        PairLoops<TFormula, S, L>.Slopes(formula, similarities[(own + 1)..], slopes[(own + 1)..], factor);
        slopes[own] = S.CreateTruncating(factor * formula.Own(Dual<Real>.Variable(similarity)).Tangent.Value);
    }
}

/// <summary>The loops over the similarities of a part of a row to keys that are not its own.</summary>
internal static class PairLoops<TFormula, S, L>
    where TFormula : struct, IPairFormula
    where S : unmanaged, IBinaryFloatingPointIeee754<S>
    where L : struct, ILane<L, S>
{
    /// <summary>Sums the terms.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static double Sum(TFormula formula, ReadOnlySpan<S> row)
    {
        ref S first = ref MemoryMarshal.GetReference(row);
        L sum = L.Const(0);
        int i = 0;
        for (; i <= row.Length - L.Width; i += L.Width)
        {
            sum += formula.Other(L.Load(in first, i));
        }

        double rest = i < row.Length ? PartialLane<L, S>.Sum(formula.Other(PartialLane<L, S>.Load(row[i..])), row.Length - i) : 0;
        return double.CreateTruncating(sum.Sum()) + rest;
    }

    /// <summary>Writes factor · the derivative of the term of each similarity.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Slopes(TFormula formula, ReadOnlySpan<S> row, Span<S> slopes, double factor)
    {
        ref S first = ref MemoryMarshal.GetReference(row);
        ref S firstSlope = ref MemoryMarshal.GetReference(slopes);
        L scale = L.Const(factor);
        int i = 0;
        for (; i <= row.Length - L.Width; i += L.Width)
        {
            (scale * formula.Other(Dual<L>.Variable(L.Load(in first, i))).Tangent).Store(ref firstSlope, i);
        }

        if (i < row.Length)
        {
            L slope = scale * formula.Other(Dual<L>.Variable(PartialLane<L, S>.Load(row[i..]))).Tangent;
            PartialLane<L, S>.Store(slope, slopes[i..]);
        }
    }
}
