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
        Span<S> similarities = tile.RowOf<S>(row);
        ClassRow<S>.Bias(classes, tile, similarities);
        ClassRow<S>.Nearest(classes, tile, row, similarities);
        ClassRanges ranges = ClassRanges.Of(classes, tile, row);
        Span<double> totals = sums.Span<double>().Slice(4 * (tile.Row + row), 4);
        Add<OwnClass, S, L>(similarities[ranges.Own], totals[..2]);
        Add<OtherClass, S, L>(similarities[ranges.Before], totals[2..]);
        Add<OtherClass, S, L>(similarities[ranges.Between], totals[2..]);
        Add<OtherClass, S, L>(similarities[ranges.After], totals[2..]);
    }

    void Add<TSide, S, L>(ReadOnlySpan<S> similarities, Span<double> total)
        where TSide : struct, IClassSide
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
        where L : struct, ILane<L, S>
    {
        if (!similarities.IsEmpty)
        {
            S largest = ClassLoops<TFormula, TSide, S, L>.Largest(classes.Formula, similarities);
            double sum = ClassLoops<TFormula, TSide, S, L>.Exponentials(classes.Formula, similarities, largest);
            ClassSums.Add(total, double.CreateTruncating(largest), sum);
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
        ClassRanges ranges = ClassRanges.Of(classes, tile, row);
        Keep(row, similarities, ranges.Before);
        Keep(row, similarities, ranges.Between);
        Keep(row, similarities, ranges.After);
    }

    void Keep<S>(int row, ReadOnlySpan<S> similarities, Range range)
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
    {
        int best = range.Start.Value + TensorPrimitives.IndexOfMax(similarities[range]);
        ref double last = ref largest.Span<double>()[tile.Row + row];
        if (best >= range.Start.Value && !(double.CreateTruncating(similarities[best]) <= last) && !double.IsNaN(last))
        {
            last = double.CreateTruncating(similarities[best]);
            indices.Span<long>()[tile.Row + row] = tile.Column + best;
        }
    }
}

/// <summary>Writes the derivatives by the similarities of a tile, which may be in the same memory.</summary>
internal readonly struct ClassSlopePass<TFormula>(
    ClassRows<TFormula> classes, SimilarityTile tile, SimilarityTile derivatives, Elements logSums, Elements slopes)
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
            Differentiate<S, L>(row, tile.RowOf<S>(row), derivatives.RowOf<S>(row));
            return;
        }

        Memory<S> memory = BufferPool<S>.Rent(2L * tile.Columns);
        Span<S> nearest = memory.Span[..tile.Columns];
        Span<S> rest = memory.Span.Slice(tile.Columns, tile.Columns);
        tile.RowOf<S>(row).CopyTo(nearest);
        ClassRow<S>.Nearest(classes, tile, row, nearest);
        Differentiate<S, L>(row, nearest, rest);
        Distribute<S, L>(row, nearest, rest);
        BufferPool<S>.Return(memory);
    }

    void Differentiate<S, L>(int row, ReadOnlySpan<S> similarities, Span<S> target)
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
        where L : struct, ILane<L, S>
    {
        ClassRanges ranges = ClassRanges.Of(classes, tile, row);
        Differentiate<OwnClass, S, L>(row, similarities[ranges.Own], target[ranges.Own], 0);
        Differentiate<OtherClass, S, L>(row, similarities[ranges.Before], target[ranges.Before], 1);
        Differentiate<OtherClass, S, L>(row, similarities[ranges.Between], target[ranges.Between], 1);
        Differentiate<OtherClass, S, L>(row, similarities[ranges.After], target[ranges.After], 1);
        target[ranges.Excluded].Clear();
    }

    void Differentiate<TSide, S, L>(int row, ReadOnlySpan<S> similarities, Span<S> target, int side)
        where TSide : struct, IClassSide
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
        where L : struct, ILane<L, S>
    {
        int at = (2 * (tile.Row + row)) + side;
        (double logSum, double factor) = (logSums.Span<double>()[at], slopes.Span<double>()[at]);
        ClassLoops<TFormula, TSide, S, L>.Slopes(classes.Formula, similarities, target, logSum, factor);
    }

    /// <summary>Replaces the similarity to the nearest centre of each class, the first of equal ones, by the derivative by it.</summary>
    void Distribute<S, L>(int row, ReadOnlySpan<S> nearest, Span<S> rest)
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
        where L : struct, ILane<L, S>
    {
        for (int centre = 0; centre < classes.Centres; centre++)
        {
            ClassCentres<S, L>.Take(nearest, rest, derivatives.RowOf<S>(row, centre));
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
}
