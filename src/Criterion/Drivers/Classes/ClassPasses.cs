using System.Numerics;
using System.Numerics.Tensors;
using Criterion.Formulas;
using Criterion.Memory;
using Criterion.Simd;

namespace Criterion.Drivers;

/// <summary>Adds the exponentials of a tile to the sums of its rows.</summary>
internal readonly struct ClassSumPass<TFormula>(ClassRows<TFormula> classes, SimilarityTile tile, Elements sums) : ITilePass
    where TFormula : struct, IClassFormula
{
    public void Run<S, L>(int row)
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
        where L : struct, ILane<L, S>
    {
        Span<S> logits = tile.RowOf<S>(row);
        ClassRow<S>.Bias(classes, tile, logits);
        ClassRow<S>.Nearest(classes, tile, row, logits);
        (int from, int to) = ClassRow<S>.OwnRange(classes, tile, row);
        Span<double> totals = sums.Span<double>().Slice(4 * (tile.Row + row), 4);
        Add<OwnClass, S, L>(logits[from..to], totals[..2]);
        Add<OtherClass, S, L>(logits[..from], totals[2..]);
        Add<OtherClass, S, L>(logits[to..], totals[2..]);
    }

    void Add<TSide, S, L>(Span<S> logits, Span<double> total)
        where TSide : struct, IClassSide
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
        where L : struct, ILane<L, S>
    {
        if (!logits.IsEmpty)
        {
            S largest = ClassLoops<TFormula, TSide, S, L>.Logits(classes.Formula, logits);
            ClassSums.Add(total, double.CreateTruncating(largest), ClassLoops<TFormula, TSide, S, L>.Exponentials(logits, largest));
        }
    }
}

/// <summary>Keeps the largest similarity of each row to a class that is not its own.</summary>
internal readonly struct ClassSearchPass<TFormula>(ClassRows<TFormula> classes, SimilarityTile tile, Elements largest, Elements indices)
    : ITilePass
    where TFormula : struct, IClassFormula
{
    public void Run<S, L>(int row)
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
        where L : struct, ILane<L, S>
    {
        Span<S> similarities = tile.RowOf<S>(row);
        ClassRow<S>.Bias(classes, tile, similarities);
        (int from, int to) = ClassRow<S>.OwnRange(classes, tile, row);
        Keep<S>(row, similarities[..from], 0);
        Keep<S>(row, similarities[to..], to);
    }

    void Keep<S>(int row, ReadOnlySpan<S> similarities, int first)
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
    {
        int best = similarities.IsEmpty ? -1 : TensorPrimitives.IndexOfMax(similarities);
        ref double last = ref largest.Span<double>()[tile.Row + row];
        if (best >= 0 && !(double.CreateTruncating(similarities[best]) <= last) && !double.IsNaN(last))
        {
            last = double.CreateTruncating(similarities[best]);
            indices.Span<long>()[tile.Row + row] = tile.Column + first + best;
        }
    }
}

/// <summary>Replaces the similarities of a tile by the derivatives by them.</summary>
internal readonly struct ClassSlopePass<TFormula>(ClassRows<TFormula> classes, SimilarityTile tile, Elements logSums, Elements slopes)
    : ITilePass
    where TFormula : struct, IClassFormula
{
    public void Run<S, L>(int row)
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
        where L : struct, ILane<L, S>
    {
        if (classes.Centres == 1)
        {
            ClassRow<S>.Bias(classes, tile, tile.RowOf<S>(row));
            Differentiate<S, L>(row, tile.RowOf<S>(row));
            return;
        }

        Memory<S> memory = BufferPool<S>.Rent(2L * tile.Columns);
        Span<S> nearest = memory.Span[..tile.Columns];
        Span<S> rest = memory.Span.Slice(tile.Columns, tile.Columns);
        tile.RowOf<S>(row).CopyTo(nearest);
        ClassRow<S>.Nearest(classes, tile, row, nearest);
        nearest.CopyTo(rest);
        Differentiate<S, L>(row, rest);
        Distribute<S, L>(row, nearest, rest);
        BufferPool<S>.Return(memory);
    }

    void Differentiate<S, L>(int row, Span<S> similarities)
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
        where L : struct, ILane<L, S>
    {
        (int from, int to) = ClassRow<S>.OwnRange(classes, tile, row);
        int at = 2 * (tile.Row + row);
        ReadOnlySpan<double> logs = logSums.Span<double>().Slice(at, 2);
        ReadOnlySpan<double> factors = slopes.Span<double>().Slice(at, 2);
        ClassLoops<TFormula, OwnClass, S, L>.Slopes(classes.Formula, similarities[from..to], logs[0], factors[0]);
        ClassLoops<TFormula, OtherClass, S, L>.Slopes(classes.Formula, similarities[..from], logs[1], factors[1]);
        ClassLoops<TFormula, OtherClass, S, L>.Slopes(classes.Formula, similarities[to..], logs[1], factors[1]);
    }

    /// <summary>Replaces the similarity to the nearest centre of each class, the first of equal ones, by the derivative by it.</summary>
    void Distribute<S, L>(int row, ReadOnlySpan<S> nearest, Span<S> rest)
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
        where L : struct, ILane<L, S>
    {
        for (int centre = 0; centre < classes.Centres; centre++)
        {
            ClassCentres<S, L>.Take(nearest, rest, tile.RowOf<S>(row, centre));
        }
    }
}

/// <summary>The similarities of one row of a tile.</summary>
internal static class ClassRow<S>
    where S : unmanaged, IBinaryFloatingPointIeee754<S>
{
    /// <summary>Adds the bias of the classes.</summary>
    public static void Bias<TFormula>(in ClassRows<TFormula> classes, in SimilarityTile tile, Span<S> similarities)
        where TFormula : struct, IClassFormula
    {
        if (!classes.Bias.IsEmpty)
        {
            TensorPrimitives.Add(similarities, classes.Bias.Span<S>().Slice(tile.Column, tile.Columns), similarities);
        }
    }

    /// <summary>Raises the similarities to the first centres to those of the nearest centres; NaN if there is one.</summary>
    public static void Nearest<TFormula>(in ClassRows<TFormula> classes, in SimilarityTile tile, int row, Span<S> similarities)
        where TFormula : struct, IClassFormula
    {
        for (int centre = 1; centre < classes.Centres; centre++)
        {
            TensorPrimitives.Max(similarities, tile.RowOf<S>(row, centre), similarities);
        }
    }

    /// <summary>Returns the own classes of a row as a range of the classes of the tile.</summary>
    public static (int From, int To) OwnRange<TFormula>(in ClassRows<TFormula> classes, in SimilarityTile tile, int row)
        where TFormula : struct, IClassFormula
    {
        int from = (int)Math.Clamp(classes.From.Span<long>()[tile.Row + row] - tile.Column, 0, tile.Columns);
        return (from, (int)Math.Clamp(classes.To.Span<long>()[tile.Row + row] - tile.Column, from, tile.Columns));
    }
}
