using System.Numerics;
using Criterion.Formulas;
using Criterion.Kernels;

namespace Criterion.Drivers;

/// <summary>
/// Sums a formula over all pairs of rows and keys without the matrix of similarities: tiles of it are one matrix product each. The gradient
/// computes each tile again, turns it in place into the derivatives, and multiplies those with rows and keys.
/// </summary>
/// <remarks>Tiles have fixed sizes and are added in a fixed order, so that results have the same bits on any number of threads.</remarks>
internal static class PairTilesDriver
{
    /// <summary>Computes the sum of the terms of each row.</summary>
    /// <param name="pairs">The rows and keys.</param>
    /// <param name="sums">Receives the sums, [N], Float64.</param>
    public static void Sum<TFormula>(in PairTiles<TFormula> pairs, Elements sums)
        where TFormula : struct, IPairFormula
    {
        sums.Span<double>().Clear();
        if (pairs.Queries.DType == DType.Float32)
        {
            Sum<TFormula, float>(pairs, sums);
        }
        else
        {
            Sum<TFormula, double>(pairs, sums);
        }
    }

    /// <summary>Computes the gradients of Σ aᵢ ℓᵢ.</summary>
    /// <param name="pairs">The rows and keys.</param>
    /// <param name="factors">The factors a, [N], Float64.</param>
    /// <param name="ofQueries">Receives the gradient by the rows; default where it is not needed.</param>
    /// <param name="ofKeys">Receives the gradient by the keys; default where it is not needed.</param>
    public static void Differentiate<TFormula>(in PairTiles<TFormula> pairs, Elements factors, Elements ofQueries, Elements ofKeys)
        where TFormula : struct, IPairFormula
    {
        if (pairs.Queries.DType == DType.Float32)
        {
            Differentiate<TFormula, float>(pairs, factors, ofQueries, ofKeys);
        }
        else
        {
            Differentiate<TFormula, double>(pairs, factors, ofQueries, ofKeys);
        }
    }

    static void Sum<TFormula, S>(in PairTiles<TFormula> pairs, Elements sums)
        where TFormula : struct, IPairFormula
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
    {
        using Scratch memory = new(pairs.Queries.DType, pairs.TileRows * pairs.TileColumns);
        for (int row = 0; row < pairs.Count; row += pairs.TileRows)
        {
            for (int column = 0; column < pairs.KeyCount; column += pairs.TileColumns)
            {
                ClassTile tile = Compute<TFormula, S>(pairs, memory.Elements, row, column);
                LaneLoop.Run(new PairSumPass<TFormula>(pairs.Formula, tile, sums), pairs.Queries.DType);
            }
        }
    }

    static void Differentiate<TFormula, S>(in PairTiles<TFormula> pairs, Elements factors, Elements ofQueries, Elements ofKeys)
        where TFormula : struct, IPairFormula
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
    {
        using Scratch memory = new(pairs.Queries.DType, pairs.TileRows * pairs.TileColumns);
        for (int row = 0; row < pairs.Count; row += pairs.TileRows)
        {
            for (int column = 0; column < pairs.KeyCount; column += pairs.TileColumns)
            {
                ClassTile tile = Compute<TFormula, S>(pairs, memory.Elements, row, column);
                LaneLoop.Run(new PairSlopePass<TFormula>(pairs.Formula, tile, factors), pairs.Queries.DType);
                Add<TFormula, S>(pairs, tile, ofQueries, ofKeys);
            }
        }
    }

    /// <summary>Adds the products of a tile of derivatives to the gradients. The first tile of each replaces what was there.</summary>
    static void Add<TFormula, S>(in PairTiles<TFormula> pairs, in ClassTile tile, Elements ofQueries, Elements ofKeys)
        where TFormula : struct, IPairFormula
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
    {
        int width = pairs.Width;
        MatrixView<S> slopes = ClassDriver.View<S>(tile.Memory, 0, tile.Rows, tile.Columns);
        if (!ofQueries.IsEmpty)
        {
            Memory<S> target = ofQueries.Memory<S>().Slice(tile.Row * width, tile.Rows * width);
            MatrixView<S> keys = ClassDriver.View<S>(pairs.Keys, tile.Column, tile.Columns, width);
            MatrixProduct.Multiply(slopes, keys, target, accumulate: tile.Column > 0);
        }

        if (!ofKeys.IsEmpty)
        {
            Memory<S> target = ofKeys.Memory<S>().Slice(tile.Column * width, tile.Columns * width);
            MatrixView<S> queries = ClassDriver.View<S>(pairs.Queries, tile.Row, tile.Rows, width);
            MatrixProduct.Multiply(slopes.Transposed, queries, target, accumulate: tile.Row > 0);
        }
    }

    static ClassTile Compute<TFormula, S>(in PairTiles<TFormula> pairs, Elements memory, int row, int column)
        where TFormula : struct, IPairFormula
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
    {
        int rows = Math.Min(pairs.TileRows, pairs.Count - row);
        int columns = Math.Min(pairs.TileColumns, pairs.KeyCount - column);
        MatrixProduct.Multiply(
            ClassDriver.View<S>(pairs.Queries, row, rows, pairs.Width),
            ClassDriver.View<S>(pairs.Keys, column, columns, pairs.Width).Transposed,
            memory.Memory<S>()[..(rows * columns)]);
        return new ClassTile(memory, row, rows, column, columns);
    }
}

/// <summary>Rows and keys whose similarities, their dot products, a formula is summed over.</summary>
/// <param name="Formula">The formula.</param>
/// <param name="Queries">The rows, [N, Width].</param>
/// <param name="Keys">The keys, [M, Width]; the own key of a row has its index.</param>
/// <param name="Width">The number of elements of a row.</param>
internal readonly record struct PairTiles<TFormula>(TFormula Formula, Elements Queries, Elements Keys, int Width)
    where TFormula : struct, IPairFormula
{
    public int Count => Queries.Count / Width;

    public int KeyCount => Keys.Count / Width;

    public int TileColumns => Math.Min(KeyCount, ClassDriver.TileColumns);

    public int TileRows => Math.Clamp(ClassDriver.TileSize / Math.Max(1, TileColumns), 1, Math.Max(1, Count));
}
