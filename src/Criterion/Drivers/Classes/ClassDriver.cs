using System.Numerics;
using Criterion.Formulas;
using Criterion.Kernels;

namespace Criterion.Drivers;

/// <summary>
/// Evaluates a formula of rows against classes without the matrix of similarities: tiles of it are one matrix product each. The gradient
/// computes each tile again, unless it was kept, turns it into the derivatives by the similarities, and multiplies those with rows and
/// columns. Where the classes are the rows, a tile and its mirror image share these products.
/// </summary>
/// <remarks>Tiles have fixed sizes and are added in a fixed order, so that results have the same bits on any number of threads.</remarks>
internal static class ClassDriver
{
    /// <summary>Computes the logarithms of the sums of exponentials over own and other classes.</summary>
    /// <param name="classes">The rows and classes.</param>
    /// <param name="logSums">Receives two numbers for each row, [R, 2], Float64.</param>
    public static void LogSums<TFormula>(in ClassRows<TFormula> classes, Elements logSums)
        where TFormula : struct, IClassFormula
    {
        SimilarityTiles tiles = classes.Tiles;
        using Scratch sums = new(DType.Float64, 4 * classes.Count);
        using Scratch memory = tiles.RentUnlessKept();
        using Scratch mirrorMemory = tiles.RentMirror();
        ClassSums.Clear(sums.Elements.Span<double>());
        for (int i = 0; i < tiles.Count; i++)
        {
            SimilarityTile tile = tiles.Compute(memory.Elements, i);
            tile.Run(new ClassSumPass<TFormula>(classes, tile, sums.Elements));
            if (tiles.HasMirror(tile))
            {
                SimilarityTile mirror = tile.Mirror(mirrorMemory.Elements);
                mirror.Run(new ClassSumPass<TFormula>(classes, mirror, sums.Elements));
            }
        }

        ClassSums.Logarithms(sums.Elements.Span<double>(), logSums.Span<double>());
    }

    /// <summary>Computes the gradients of Σ aᵢ · own + bᵢ · others, where own and others are the logarithms of the sums.</summary>
    /// <param name="classes">The rows and classes.</param>
    /// <param name="logSums">The logarithms, [R, 2].</param>
    /// <param name="slopes">The factors a and b of each row, [R, 2], Float64.</param>
    /// <param name="gradients">Where the gradients are added.</param>
    public static void Differentiate<TFormula>(
        in ClassRows<TFormula> classes, Elements logSums, Elements slopes, in ClassGradients gradients)
        where TFormula : struct, IClassFormula
    {
        SimilarityTiles tiles = classes.Tiles;
        using Scratch memory = tiles.Rent();
        using Scratch mirrorMemory = tiles.RentMirror();
        using Scratch ones = new(classes.Rows.DType, classes.Count);
        ones.Fill(1);
        for (int i = 0; i < tiles.Count; i++)
        {
            SimilarityTile tile = tiles.Recompute(memory.Elements, i);
            SimilarityTile derivatives = tile with { Memory = memory.Elements };
            SimilarityTile? mirror = tiles.IsOneSet ? tile.Mirror(mirrorMemory.Elements) : null;
            tile.Run(new ClassSlopePass<TFormula>(classes, tile, derivatives, logSums, slopes));
            if (mirror is { } other)
            {
                other.Run(new ClassSlopePass<TFormula>(classes, other, other, logSums, slopes));
                other.AddToMirror(derivatives);
            }

            tiles.AddProducts(derivatives, gradients.Rows, gradients.Columns);
            AddSums(derivatives, gradients.Bias, ones.Elements);
        }
    }

    /// <summary>Finds the most similar class of each row besides its own; the first of equal ones.</summary>
    /// <param name="classes">The rows and classes, of one centre each.</param>
    /// <param name="indices">Receives a class for each row, [R], Int64; −1 where there is no other.</param>
    public static void Nearest<TFormula>(in ClassRows<TFormula> classes, Elements indices)
        where TFormula : struct, IClassFormula
    {
        SimilarityTiles tiles = classes.Tiles;
        using Scratch largest = new(DType.Float64, classes.Count);
        using Scratch memory = tiles.Rent();
        largest.Fill(double.NegativeInfinity);
        indices.Span<long>().Fill(-1);
        for (int i = 0; i < tiles.Count; i++)
        {
            SimilarityTile tile = tiles.Compute(memory.Elements, i);
            tile.Run(new ClassSearchPass<TFormula>(classes, tile, largest.Elements, indices));
        }
    }

    /// <summary>Adds the sums of the columns of a tile to the gradient of the bias.</summary>
    static void AddSums(in SimilarityTile tile, Elements bias, Elements ones)
    {
        if (bias.IsEmpty)
        {
            return;
        }

        if (bias.DType == DType.Float32)
        {
            AddSums<float>(tile, bias, ones);
        }
        else
        {
            AddSums<double>(tile, bias, ones);
        }
    }

    static void AddSums<S>(in SimilarityTile tile, Elements bias, Elements ones)
        where S : unmanaged, IBinaryFloatingPointIeee754<S> => MatrixProduct.Multiply(
            SimilarityTiles.View<S>(ones, 0, 1, tile.Rows),
            tile.View<S>(0),
            bias.Memory<S>().Slice(tile.Column, tile.Columns),
            accumulate: true);
}

/// <summary>The memory to which gradients are added; default where one is not needed.</summary>
/// <param name="Rows">By the rows.</param>
/// <param name="Columns">By the centres of the classes.</param>
/// <param name="Bias">By the bias.</param>
internal readonly record struct ClassGradients(Elements Rows, Elements Columns, Elements Bias);
