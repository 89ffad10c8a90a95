using Criterion.Formulas;

namespace Criterion.Drivers;

/// <summary>The classes of a tile from the view of one of its rows.</summary>
/// <param name="Own">The row's own classes.</param>
/// <param name="Excluded">The class that is left out, if the tile contains it.</param>
internal readonly record struct ClassRanges(Range Own, Range Excluded)
{
    /// <summary>Gets the other classes before both.</summary>
    public Range Before => ..First.Start;

    /// <summary>Gets the other classes between both.</summary>
    public Range Between => First.End..Last.Start;

    /// <summary>Gets the other classes after both.</summary>
    public Range After => Last.End..;

    Range First => IsExcludedFirst ? Excluded : Own;

    Range Last => IsExcludedFirst ? Own : Excluded;

    bool IsExcludedFirst => Excluded.End.Value <= Own.Start.Value;

    public static ClassRanges Of<TFormula>(in ClassRows<TFormula> classes, in SimilarityTile tile, int row)
        where TFormula : struct, IClassFormula
    {
        int at = tile.Row + row;
        Range own = tile.ColumnsOf(classes.From.Span<long>()[at], classes.To.Span<long>()[at]);
        if (classes.Excluded.IsEmpty)
        {
            return new(own, own.End..own.End);
        }

        long excluded = classes.Excluded.Span<long>()[at];
        return new(own, tile.ColumnsOf(excluded, excluded + 1));
    }
}
