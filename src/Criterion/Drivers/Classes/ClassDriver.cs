using System.Numerics;
using Criterion.Formulas;
using Criterion.Kernels;

namespace Criterion.Drivers;

/// <summary>
/// Evaluates a formula of rows against classes without the matrix of similarities: tiles of it are one matrix product each. The gradient
/// computes each tile again, turns it in place into the derivatives by the similarities, and multiplies those with rows and columns.
/// </summary>
/// <remarks>Tiles have fixed sizes and are added in a fixed order, so that results have the same bits on any number of threads.</remarks>
internal static class ClassDriver
{
    /// <summary>The most similarities in a tile.</summary>
    public const int TileSize = 1 << 20;

    /// <summary>The most classes of a tile.</summary>
    public const int TileColumns = 4096;

    /// <summary>Computes the logarithms of the sums of exponentials over own and other classes.</summary>
    /// <param name="classes">The rows and classes.</param>
    /// <param name="logSums">Receives two numbers for each row, [R, 2], Float64.</param>
    public static void LogSums<TFormula>(in ClassRows<TFormula> classes, Elements logSums)
        where TFormula : struct, IClassFormula
    {
        using Scratch sums = new(DType.Float64, 4 * classes.Count);
        ClassSums.Clear(sums.Elements.Span<double>());
        if (classes.Rows.DType == DType.Float32)
        {
            Sum<TFormula, float>(classes, sums.Elements);
        }
        else
        {
            Sum<TFormula, double>(classes, sums.Elements);
        }

        ClassSums.Logarithms(sums.Elements.Span<double>(), logSums.Span<double>());
    }

    /// <summary>Computes the gradients of Σ aᵢ · own + bᵢ · others, where own and others are the logarithms of the sums.</summary>
    /// <param name="classes">The rows and classes.</param>
    /// <param name="logSums">The logarithms, [R, 2].</param>
    /// <param name="slopes">The factors a and b of each row, [R, 2], Float64.</param>
    /// <param name="gradients">Receives the gradients.</param>
    public static void Differentiate<TFormula>(
        in ClassRows<TFormula> classes, Elements logSums, Elements slopes, in ClassGradients gradients)
        where TFormula : struct, IClassFormula
    {
        if (classes.Rows.DType == DType.Float32)
        {
            Differentiate<TFormula, float>(classes, logSums, slopes, gradients);
        }
        else
        {
            Differentiate<TFormula, double>(classes, logSums, slopes, gradients);
        }
    }

    /// <summary>Finds the most similar class of each row besides its own; the first of equal ones.</summary>
    /// <param name="classes">The rows and classes, of one centre each.</param>
    /// <param name="indices">Receives a class for each row, [R], Int64; −1 where there is no other.</param>
    public static void Nearest<TFormula>(in ClassRows<TFormula> classes, Elements indices)
        where TFormula : struct, IClassFormula
    {
        using Scratch largest = new(DType.Float64, classes.Count);
        largest.Fill(double.NegativeInfinity);
        indices.Span<long>().Fill(-1);
        if (classes.Rows.DType == DType.Float32)
        {
            Search<TFormula, float>(classes, largest.Elements, indices);
        }
        else
        {
            Search<TFormula, double>(classes, largest.Elements, indices);
        }
    }

    static void Search<TFormula, S>(in ClassRows<TFormula> classes, Elements largest, Elements indices)
        where TFormula : struct, IClassFormula
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
    {
        (int rows, int columns) = SizeOfTile(classes);
        using Scratch memory = new(classes.Rows.DType, rows * columns);
        for (int row = 0; row < classes.Count; row += rows)
        {
            for (int column = 0; column < classes.ClassCount; column += columns)
            {
                ClassTile tile = Compute<TFormula, S>(classes, memory.Elements, row, column, rows, columns);
                LaneLoop.Run(new ClassSearchPass<TFormula>(classes, tile, largest, indices), classes.Rows.DType);
            }
        }
    }

    static void Sum<TFormula, S>(in ClassRows<TFormula> classes, Elements sums)
        where TFormula : struct, IClassFormula
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
    {
        (int rows, int columns) = SizeOfTile(classes);
        using Scratch memory = new(classes.Rows.DType, rows * columns * classes.Centres);
        for (int row = 0; row < classes.Count; row += rows)
        {
            for (int column = 0; column < classes.ClassCount; column += columns)
            {
                ClassTile tile = Compute<TFormula, S>(classes, memory.Elements, row, column, rows, columns);
                LaneLoop.Run(new ClassSumPass<TFormula>(classes, tile, sums), classes.Rows.DType);
            }
        }
    }

    static void Differentiate<TFormula, S>(
        in ClassRows<TFormula> classes, Elements logSums, Elements slopes, in ClassGradients gradients)
        where TFormula : struct, IClassFormula
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
    {
        (int rows, int columns) = SizeOfTile(classes);
        using Scratch memory = new(classes.Rows.DType, rows * columns * classes.Centres);
        using Scratch ones = new(classes.Rows.DType, rows);
        ones.Fill(1);
        for (int row = 0; row < classes.Count; row += rows)
        {
            for (int column = 0; column < classes.ClassCount; column += columns)
            {
                ClassTile tile = Compute<TFormula, S>(classes, memory.Elements, row, column, rows, columns);
                LaneLoop.Run(new ClassSlopePass<TFormula>(classes, tile, logSums, slopes), classes.Rows.DType);
                Add<TFormula, S>(classes, tile, gradients, ones.Elements.Memory<S>());
            }
        }
    }

    /// <summary>Adds the products of a tile of derivatives to the gradients. The first tile of each replaces what was there.</summary>
    static void Add<TFormula, S>(in ClassRows<TFormula> classes, in ClassTile tile, in ClassGradients gradients, Memory<S> ones)
        where TFormula : struct, IClassFormula
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
    {
        int width = classes.Width;
        for (int centre = 0; centre < classes.Centres; centre++)
        {
            MatrixView<S> slopes = Plane<S>(tile, centre);
            int column = (centre * classes.ClassCount) + tile.Column;
            if (!gradients.Rows.IsEmpty)
            {
                Memory<S> target = gradients.Rows.Memory<S>().Slice(tile.Row * width, tile.Rows * width);
                MatrixView<S> columns = View<S>(classes.Columns, column, tile.Columns, width);
                MatrixProduct.Multiply(slopes, columns, target, accumulate: column > 0);
            }

            if (!gradients.Columns.IsEmpty)
            {
                Memory<S> target = gradients.Columns.Memory<S>().Slice(column * width, tile.Columns * width);
                MatrixView<S> rows = View<S>(classes.Rows, tile.Row, tile.Rows, width);
                MatrixProduct.Multiply(slopes.Transposed, rows, target, accumulate: tile.Row > 0);
            }
        }

        if (!gradients.Bias.IsEmpty)
        {
            MatrixView<S> all = new(ones, 1, tile.Rows, tile.Rows, 1);
            Memory<S> target = gradients.Bias.Memory<S>().Slice(tile.Column, tile.Columns);
            MatrixProduct.Multiply(all, Plane<S>(tile, 0), target, accumulate: tile.Row > 0);
        }
    }

    static ClassTile Compute<TFormula, S>(
        in ClassRows<TFormula> classes, Elements memory, int row, int column, int mostRows, int mostColumns)
        where TFormula : struct, IClassFormula
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
    {
        ClassTile tile = new(
            memory, row, Math.Min(mostRows, classes.Count - row), column, Math.Min(mostColumns, classes.ClassCount - column));
        int size = tile.Rows * tile.Columns;
        for (int centre = 0; centre < classes.Centres; centre++)
        {
            MatrixProduct.Multiply(
                View<S>(classes.Rows, row, tile.Rows, classes.Width),
                View<S>(classes.Columns, (centre * classes.ClassCount) + column, tile.Columns, classes.Width).Transposed,
                memory.Memory<S>().Slice(centre * size, size));
        }

        return tile;
    }

    static MatrixView<S> Plane<S>(in ClassTile tile, int centre)
        where S : unmanaged => View<S>(tile.Memory, centre * tile.Rows, tile.Rows, tile.Columns);

    internal static MatrixView<S> View<S>(Elements matrix, int start, int count, int width)
        where S : unmanaged => new(matrix.Memory<S>().Slice(start * width, count * width), count, width, width, 1);

    static (int Rows, int Columns) SizeOfTile<TFormula>(in ClassRows<TFormula> classes)
        where TFormula : struct, IClassFormula
    {
        int columns = Math.Min(classes.ClassCount, TileColumns);
        return (Math.Clamp(TileSize / Math.Max(1, columns * classes.Centres), 1, Math.Max(1, classes.Count)), columns);
    }
}

/// <summary>The memory of the gradients; default where one is not needed.</summary>
/// <param name="Rows">By the rows.</param>
/// <param name="Columns">By the centres of the classes.</param>
/// <param name="Bias">By the bias.</param>
internal readonly record struct ClassGradients(Elements Rows, Elements Columns, Elements Bias);
