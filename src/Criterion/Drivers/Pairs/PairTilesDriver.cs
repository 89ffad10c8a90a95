using Criterion.Formulas;

namespace Criterion.Drivers;

/// <summary>
/// Sums a formula over all pairs of rows and keys without the matrix of similarities: tiles of it are one matrix product each. The gradient
/// computes each tile again, unless it was kept, turns it into the derivatives, and multiplies those with rows and keys.
/// </summary>
internal static class PairTilesDriver
{
    /// <summary>Computes the sum of the terms of each row, whose own key has its index.</summary>
    /// <param name="formula">The formula.</param>
    /// <param name="tiles">The rows and keys.</param>
    /// <param name="sums">Receives the sums, [N], Float64.</param>
    public static void Sum<TFormula>(TFormula formula, in SimilarityTiles tiles, Elements sums)
        where TFormula : struct, IPairFormula
    {
        sums.Span<double>().Clear();
        using Scratch memory = tiles.RentUnlessKept();
        for (int i = 0; i < tiles.Count; i++)
        {
            SimilarityTile tile = tiles.Compute(memory.Elements, i);
            tile.Run(new PairSumPass<TFormula>(formula, tile, sums));
        }
    }

    /// <summary>Adds the gradients of Σ aᵢ ℓᵢ.</summary>
    /// <param name="formula">The formula.</param>
    /// <param name="tiles">The rows and keys.</param>
    /// <param name="factors">The factors a, [N], Float64.</param>
    /// <param name="ofQueries">Where the gradient by the rows is added; default where it is not needed.</param>
    /// <param name="ofKeys">Where the gradient by the keys is added; default where it is not needed.</param>
    public static void Differentiate<TFormula>(
        TFormula formula, in SimilarityTiles tiles, Elements factors, Elements ofQueries, Elements ofKeys)
        where TFormula : struct, IPairFormula
    {
        using Scratch memory = tiles.Rent();
        for (int i = 0; i < tiles.Count; i++)
        {
            SimilarityTile tile = tiles.Recompute(memory.Elements, i);
            SimilarityTile derivatives = tile with { Memory = memory.Elements };
            tile.Run(new PairSlopePass<TFormula>(formula, tile, derivatives, factors));
            tiles.AddProducts(derivatives, ofQueries, ofKeys);
        }
    }
}
