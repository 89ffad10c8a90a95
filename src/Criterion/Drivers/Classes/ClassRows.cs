using Criterion.Formulas;

namespace Criterion.Drivers;

/// <summary>Rows whose similarities to classes, their dot products, a formula is evaluated on.</summary>
/// <typeparam name="TFormula">The formula.</typeparam>
/// <param name="Formula">The formula.</param>
/// <param name="Rows">The rows, [R, Width].</param>
/// <param name="Columns">The centres of the classes, [Centres, C, Width].</param>
/// <param name="Bias">What is added to the similarities of each class, [C]; or default. Not with several centres.</param>
/// <param name="From">The first of each row's own classes, [R], Int64.</param>
/// <param name="To">The end of each row's own classes, [R], Int64.</param>
/// <param name="Width">The number of elements of a row.</param>
/// <param name="Centres">The number of centres of a class, of which the most similar counts.</param>
internal readonly record struct ClassRows<TFormula>(
    TFormula Formula, Elements Rows, Elements Columns, Elements Bias, Elements From, Elements To, int Width, int Centres)
    where TFormula : struct, IClassFormula
{
    public int Count => From.Count;

    public int ClassCount => Columns.Count / Width / Centres;
}

/// <summary>
/// A part of the similarities: rows and neighbouring classes, [centres, Rows, Columns], so that the centres of a class have one place in
/// equal rows.
/// </summary>
/// <param name="Memory">The similarities.</param>
/// <param name="Row">The first row.</param>
/// <param name="Rows">The number of rows.</param>
/// <param name="Column">The first class.</param>
/// <param name="Columns">The number of classes.</param>
internal readonly record struct ClassTile(Elements Memory, int Row, int Rows, int Column, int Columns)
{
    /// <summary>Returns the similarities of a row of the tile to one centre of each class.</summary>
    public Span<S> RowOf<S>(int row, int centre = 0)
        where S : unmanaged => Memory.Rows<S>((centre * Rows) + row, (centre * Rows) + row + 1, Columns);
}
