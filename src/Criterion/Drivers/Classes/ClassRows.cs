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
/// <param name="Excluded">The class that each row ignores, outside its own range, [R], Int64; or default.</param>
/// <param name="Kept">The memory that keeps the similarities, without bias and of one centre; or default.</param>
/// <param name="IsOneSet">Whether the centres are the rows, without bias.</param>
internal readonly record struct ClassRows<TFormula>(
    TFormula Formula,
    Elements Rows,
    Elements Columns,
    Elements Bias,
    Elements From,
    Elements To,
    int Width,
    int Centres,
    Elements Excluded = default,
    Elements Kept = default,
    bool IsOneSet = false)
    where TFormula : struct, IClassFormula
{
    public int Count => From.Count;

    public SimilarityTiles Tiles => new(Rows, Columns, Width, Centres, Kept, IsOneSet);
}
