using System.Numerics;
using System.Numerics.Tensors;
using Criterion.Kernels;
using Criterion.Memory;
using Criterion.Simd;

namespace Criterion.Drivers;

/// <summary>
/// The similarities of rows and columns, their dot products, a tile at a time: each is one matrix product. A tile of derivatives by them is
/// multiplied with rows and columns, and added to their gradients.
/// </summary>
/// <remarks>
/// Tiles depend on the shapes alone and have one order, so that results have the same bits on any number of threads. They are nearly
/// square: each packs the least of its rows and columns for a product, and each gradient is read and written least often.
/// </remarks>
/// <param name="Rows">The rows, [R, Width].</param>
/// <param name="Columns">The columns, [Centres, C, Width].</param>
/// <param name="Width">The number of elements of a row.</param>
/// <param name="Centres">The number of centres of a column.</param>
/// <param name="Kept">The memory that keeps all tiles for the gradient; or default: they are then computed again.</param>
/// <param name="IsOneSet">
/// Whether the columns are the rows. Similarities are then symmetric: only tiles from the diagonal on are visited, each with its mirror
/// image below the diagonal.
/// </param>
internal readonly record struct SimilarityTiles(
    Elements Rows, Elements Columns, int Width, int Centres = 1, Elements Kept = default, bool IsOneSet = false)
{
    const int MostElements = 1 << 20;
    const int MostColumns = 1024;
    const int MostKept = 1 << 24;

    /// <summary>Smaller tiles have less of their mirror images on the diagonal.</summary>
    const int MostColumnsOfOneSet = 512;

    /// <summary>The columns of a tile are a multiple of it, so that its rows begin at whole lanes.</summary>
    const int ColumnUnit = 16;

    /// <summary>Gets the number of tiles.</summary>
    public int Count => IsOneSet ? Across * (Across + 1) / 2 : LaneLoop.Chunks(RowCount, TileRows) * Across;

    /// <summary>Gets the elements of all tiles if they are few enough to be kept, else 0.</summary>
    public int KeptElements => (long)Count * TileElements <= MostKept ? Count * TileElements : 0;

    int TileElements => TileRows * TileColumns * Centres;

    int RowCount => Rows.Count / Width;

    int ColumnCount => Columns.Count / Width / Centres;

    int TileColumns => Part(ColumnCount, IsOneSet ? MostColumnsOfOneSet : MostColumns, ColumnUnit);

    int TileRows => IsOneSet ? TileColumns : Part(RowCount, Math.Max(1, MostElements / (TileColumns * Centres)), 1);

    int Across => LaneLoop.Chunks(ColumnCount, TileColumns);

    /// <summary>Rents memory for one tile at a time.</summary>
    public Scratch Rent() => new(Rows.DType, TileElements);

    /// <summary>Rents memory for the mirror image of a tile: none where there is none.</summary>
    public Scratch RentMirror() => new(Rows.DType, IsOneSet ? TileElements : 0);

    /// <summary>Rents memory for <see cref="Compute(Elements, int)"/>: none where the tiles are kept.</summary>
    public Scratch RentUnlessKept() => new(Rows.DType, Kept.IsEmpty ? TileElements : 0);

    /// <summary>Computes a tile, in the given memory unless it is kept. Those of the same rows are neighbours.</summary>
    public SimilarityTile Compute(Elements memory, int index)
    {
        SimilarityTile tile = Tile(memory, index);
        if (Rows.DType == DType.Float32)
        {
            Compute<float>(tile);
        }
        else
        {
            Compute<double>(tile);
        }

        return tile;
    }

    /// <summary>Computes a tile again, or returns the kept one.</summary>
    public SimilarityTile Recompute(Elements memory, int index) => Kept.IsEmpty ? Compute(memory, index) : Tile(memory, index);

    /// <summary>Returns whether a tile has a mirror image with other similarities.</summary>
    public bool HasMirror(in SimilarityTile tile) => IsOneSet && tile.Row != tile.Column;

    /// <summary>
    /// Adds the products of a tile of derivatives to the gradients, which are default where they are not needed. Of one set both are in the
    /// same memory, and a tile contains the derivatives of its mirror image: on the diagonal one product is then both.
    /// </summary>
    public void AddProducts(in SimilarityTile tile, Elements ofRows, Elements ofColumns)
    {
        if (Rows.DType == DType.Float32)
        {
            AddProducts<float>(tile, ofRows, ofColumns);
        }
        else
        {
            AddProducts<double>(tile, ofRows, ofColumns);
        }
    }

    /// <summary>Returns a part of a matrix: some rows of so many elements.</summary>
    public static MatrixView<S> View<S>(Elements matrix, int start, int count, int width)
        where S : unmanaged => new(matrix.Memory<S>().Slice(start * width, count * width), count, width, width, 1);

    SimilarityTile Tile(Elements memory, int index)
    {
        (int down, int across) = IsOneSet ? FromDiagonal(index) : Math.DivRem(index, Across);
        (int row, int column) = (down * TileRows, across * TileColumns);
        Elements target = Kept.IsEmpty ? memory : Kept.Slice(index * TileElements, TileElements);
        return new(target, row, Math.Min(TileRows, RowCount - row), column, Math.Min(TileColumns, ColumnCount - column));
    }

    /// <summary>Returns the place of a tile where each row of tiles begins at the diagonal.</summary>
    (int Down, int Across) FromDiagonal(int index)
    {
        int down = 0;
        for (; index >= Across - down; down++)
        {
            index -= Across - down;
        }

        return (down, down + index);
    }

    void Compute<S>(in SimilarityTile tile)
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
    {
        int size = tile.Rows * tile.Columns;
        for (int centre = 0; centre < Centres; centre++)
        {
            MatrixProduct.Multiply(
                View<S>(Rows, tile.Row, tile.Rows, Width),
                View<S>(Columns, (centre * ColumnCount) + tile.Column, tile.Columns, Width).Transposed,
                tile.Memory.Memory<S>().Slice(centre * size, size));
        }
    }

    /// <summary>Returns the length of parts of about the same size: a multiple of a unit, as far as there are so many.</summary>
    static int Part(int count, int most, int unit)
    {
        int parts = Math.Max(1, LaneLoop.Chunks(count, most));
        return Math.Clamp(MatrixProduct.RoundUp(LaneLoop.Chunks(count, parts), unit), 1, Math.Max(1, count));
    }

    void AddProducts<S>(in SimilarityTile tile, Elements ofRows, Elements ofColumns)
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
    {
        for (int centre = 0; centre < Centres; centre++)
        {
            MatrixView<S> derivatives = tile.View<S>(centre);
            int column = (centre * ColumnCount) + tile.Column;
            if (!ofRows.IsEmpty)
            {
                Memory<S> target = ofRows.Memory<S>().Slice(tile.Row * Width, tile.Rows * Width);
                MatrixProduct.Multiply(derivatives, View<S>(Columns, column, tile.Columns, Width), target, accumulate: true);
            }

            if (!ofColumns.IsEmpty && (!IsOneSet || HasMirror(tile)))
            {
                Memory<S> target = ofColumns.Memory<S>().Slice(column * Width, tile.Columns * Width);
                MatrixProduct.Multiply(derivatives.Transposed, View<S>(Rows, tile.Row, tile.Rows, Width), target, accumulate: true);
            }
        }
    }
}

/// <summary>
/// A part of the similarities: rows and neighbouring columns, [centres, Rows, Columns], so that the centres of a column have one place in
/// equal rows.
/// </summary>
/// <param name="Memory">The similarities.</param>
/// <param name="Row">The first row.</param>
/// <param name="Rows">The number of rows.</param>
/// <param name="Column">The first column.</param>
/// <param name="Columns">The number of columns.</param>
internal readonly record struct SimilarityTile(Elements Memory, int Row, int Rows, int Column, int Columns)
{
    /// <summary>Returns the similarities of a row of the tile to one centre of each column.</summary>
    public Span<S> RowOf<S>(int row, int centre = 0)
        where S : unmanaged => Memory.Rows<S>((centre * Rows) + row, (centre * Rows) + row + 1, Columns);

    /// <summary>Returns the similarities to one centre as a matrix.</summary>
    public MatrixView<S> View<S>(int centre)
        where S : unmanaged => SimilarityTiles.View<S>(Memory, centre * Rows, Rows, Columns);

    /// <summary>Returns the columns of the tile that are in a range of all columns.</summary>
    public Range ColumnsOf(long from, long to)
    {
        int start = (int)Math.Clamp(from - Column, 0, Columns);
        return start..(int)Math.Clamp(to - Column, start, Columns);
    }

    /// <summary>Writes the mirror image of the tile to other memory.</summary>
    public SimilarityTile Mirror(Elements memory)
    {
        SimilarityTile mirror = new(memory, Column, Columns, Row, Rows);
        Transpose(mirror, adds: false);
        return mirror;
    }

    /// <summary>Adds the tile to its mirror image.</summary>
    public void AddToMirror(in SimilarityTile mirror) => Transpose(mirror, adds: true);

    void Transpose(in SimilarityTile target, bool adds)
    {
        if (Memory.DType == DType.Float32)
        {
            ParallelFor.Run(TransposedRows<float>.Count(target), new TransposedRows<float>(this, target, adds));
        }
        else
        {
            ParallelFor.Run(TransposedRows<double>.Count(target), new TransposedRows<double>(this, target, adds));
        }
    }

    /// <summary>Passes over the rows of the tile in parallel.</summary>
    public void Run<TPass>(in TPass pass)
        where TPass : struct, ITilePass => LaneLoop.Run(new TileLoop<TPass>(pass, Rows, Columns), Memory.DType);
}

/// <summary>Writes or adds columns of a tile to the rows of its mirror image, some at a time.</summary>
internal readonly struct TransposedRows<S>(SimilarityTile source, SimilarityTile target, bool adds) : IChunk
    where S : unmanaged, IBinaryFloatingPointIeee754<S>
{
    const int RowsAtOnce = 32;

    public static int Count(in SimilarityTile target) => LaneLoop.Chunks(target.Rows, RowsAtOnce);

    public void Run(int index)
    {
        int first = index * RowsAtOnce;
        int end = Math.Min(target.Rows, first + RowsAtOnce);
        Span<S> rows = target.Memory.Rows<S>(first, end, target.Columns);
        if (!adds)
        {
            Transpose(first, end, rows);
            return;
        }

        Memory<S> rented = BufferPool<S>.Rent(rows.Length);
        Span<S> transposed = rented.Span[..rows.Length];
        Transpose(first, end, transposed);
        TensorPrimitives.Add(rows, transposed, rows);
        BufferPool<S>.Return(rented);
    }

    unsafe void Transpose(int first, int end, Span<S> rows)
    {
        fixed (S* from = source.Memory.Span<S>(), to = rows)
        {
            MatrixTranspose.Run(from + first, source.Columns, to, source.Rows, source.Rows, end - first);
        }
    }
}

/// <summary>A pass over the rows of a tile.</summary>
internal interface ITilePass
{
    /// <summary>Computes one row of the tile.</summary>
    void Run<S, L>(int row)
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
        where L : struct, ILane<L, S>;
}

/// <summary>The loop of a pass: some rows are a chunk.</summary>
internal readonly struct TileLoop<TPass>(TPass pass, int rows, int columns) : ILaneLoop
    where TPass : struct, ITilePass
{
    int RowsPerChunk => LaneLoop.RowsPerChunk(columns);

    public int Chunks => LaneLoop.Chunks(rows, RowsPerChunk);

    void ILaneLoop.Run<S, L, D>(int chunk)
    {
        int end = Math.Min(rows, (chunk + 1) * RowsPerChunk);
        for (int row = chunk * RowsPerChunk; row < end; row++)
        {
            pass.Run<S, L>(row);
        }
    }
}
