using System.Numerics;
using System.Runtime.CompilerServices;
using Criterion.Simd;

namespace Criterion.Kernels;

/// <summary>
/// The product of a block of left rows with packed right columns, tile by tile. It chooses the lanes: a right operand of few
/// columns gets a narrow register, so that no empty lanes are multiplied.
/// </summary>
internal static unsafe class MatrixProductBlock
{
    /// <summary>
    /// The steps of the depth in a slice: a slice of a packed panel (at most 48 KB) stays in the nearest caches for all row tiles.
    /// </summary>
    public const int DepthSlice = 384;

    /// <summary>
    /// The largest height of a tile: row tables and packed panels are padded to it, because tiles read past the last row.
    /// </summary>
    public const int MaxTileRows = 12;

    const int MaxPanelBytes = 128;

    /// <summary>Returns the columns of a packed panel: two of the widest registers, or the narrowest register that fits them all.</summary>
    public static int PanelWidth<S>(int columns)
        where S : unmanaged
    {
        int widest = WidestLane.Bytes / sizeof(S);
        int width = 16 / sizeof(S);
        while (width < columns && width < 2 * widest)
        {
            width *= 2;
        }

        return width;
    }

    /// <summary>Returns the rows of the tile for a panel of this width: see <see cref="MicroKernel{S, L}"/>.</summary>
    public static int TileRows<S>(int panelWidth)
        where S : unmanaged
    {
        return TileRows(panelWidth * sizeof(S) > WidestLane.Bytes ? 2 : 1);
    }

    /// <summary>Returns the rows of a tile with so many registers for the columns.</summary>
    public static int TileRows(int registers) => WidestLane.Bytes == 64 || registers == 1 ? 12 : 6;

    /// <summary>Computes target = left · right, or += if the block accumulates.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Multiply<S, TLeft>(TLeft left, in ProductBlock<S> block, nint panelStride)
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
        where TLeft : unmanaged, ITileOperands<S, TLeft>
    {
        int width = block.PanelWidth;
        S* panel = block.Right;
        for (int column = 0; column < block.Columns; column += width, panel += panelStride)
        {
            ProductBlock<S> part = block.Panel(panel, column, Math.Min(width, block.Columns - column));
            WidestLane.Run<PanelProduct<S, TLeft>, S>(new(left, part), RegisterFor<S>(width));
        }
    }

    /// <summary>
    /// Multiplies by the packed panels of full width, then by the one for the remaining columns, each from step <paramref name="k"/> on.
    /// </summary>
    /// <param name="left">The left operand.</param>
    /// <param name="block">The block; its right operand begins at the first step of its first panel.</param>
    /// <param name="panelDepth">The steps of a whole panel.</param>
    /// <param name="k">The first step.</param>
    public static void MultiplyPanels<S, TLeft>(TLeft left, in ProductBlock<S> block, int panelDepth, int k)
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
        where TLeft : unmanaged, ITileOperands<S, TLeft>
    {
        int width = block.PanelWidth;
        int whole = block.Columns / width * width;
        Multiply(left, block with { Columns = whole, Right = block.Right + ((nint)k * width) }, (nint)panelDepth * width);
        if (whole < block.Columns)
        {
            int last = PanelWidth<S>(block.Columns - whole);
            ProductBlock<S> rest = block with
            {
                Columns = block.Columns - whole,
                Right = block.Right + ((nint)whole * panelDepth) + ((nint)k * last),
                PanelWidth = last,
                Target = block.Target + whole,
            };
            Multiply(left, rest, panelStride: 0);
        }
    }

    /// <summary>Returns the columns rounded up to whole registers: a target with that many columns needs no edge tiles.</summary>
    public static int WholeRegisters<S>(int columns)
        where S : unmanaged
    {
        int lanes = RegisterFor<S>(PanelWidth<S>(columns)) / sizeof(S);
        return MatrixProduct.RoundUp(columns, lanes);
    }

    static int RegisterFor<S>(int panelWidth)
        where S : unmanaged => Math.Min(panelWidth * sizeof(S), WidestLane.Bytes);

    readonly struct PanelProduct<S, TLeft>(TLeft left, ProductBlock<S> panel) : ILaneTask<S>
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
        where TLeft : unmanaged, ITileOperands<S, TLeft>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run<L>()
            where L : struct, ILane<L, S> => Tiles<S, L, TLeft>.Multiply(left, panel);
    }

    /// <summary>One panel under registers of one width.</summary>
    static class Tiles<S, L, TLeft>
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
        where L : struct, ILane<L, S>
        where TLeft : unmanaged, ITileOperands<S, TLeft>
    {
        public static void Multiply(TLeft left, in ProductBlock<S> panel)
        {
            if (panel.Columns > L.Width)
            {
                Multiply<Constant2>(left, panel);
            }
            else
            {
                Multiply<Constant1>(left, panel);
            }
        }

        /// <summary>Writes tiles that fill their registers to the target, and those at the last column through a buffer.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        static void Multiply<TRegisters>(TLeft left, in ProductBlock<S> panel)
            where TRegisters : IConstant
        {
            bool whole = panel.Columns == TRegisters.Value * L.Width;
            for (int row = 0; row < panel.Rows; row += panel.TileRows)
            {
                int rows = Math.Min(panel.TileRows, panel.Rows - row);
                S* tile = panel.Target + ((nint)row * panel.Stride);
                int step = 0;
                do
                {
                    TileColumns<S> columns = panel.ColumnsFrom(step);
                    TileStore store = step == 0 ? panel.Store : TileStore.Add;
                    TLeft operands = left.From(row, step);
                    for (int done = 0, height; done < rows; done += height)
                    {
                        height = HeightWithin(rows - done);
                        S* target = tile + ((nint)done * panel.Stride);
                        if (whole)
                        {
                            Tile<TRegisters>(height, operands.Skip(done), columns, target, panel.Stride, store);
                        }
                        else
                        {
                            Edge<TRegisters>(height, operands.Skip(done), columns, target, panel.Stride, panel.Columns, store);
                        }
                    }

                    step += columns.Depth;
                }
                while (step < panel.Depth);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        static void Edge<TRegisters>(
            int height, TLeft left, TileColumns<S> panel, S* target, int stride, int columns, TileStore store)
            where TRegisters : IConstant
        {
            int width = TRegisters.Value * L.Width;
            S* buffer = stackalloc S[MaxTileRows * MaxPanelBytes / sizeof(S)];
            Tile<TRegisters>(height, left, panel, buffer, width, TileStore.Overwrite);
            for (int row = 0; row < height; row++, buffer += width, target += stride)
            {
                for (int column = 0; column < columns; column++)
                {
                    target[column] = store == TileStore.Add ? target[column] + buffer[column] : buffer[column];
                }
            }
        }

        /// <summary>Returns the largest kernel height within the rows.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static int HeightWithin(int rows) => rows >= 12 ? 12 : rows >= 8 ? 8 : rows >= 6 ? 6 : rows >= 4 ? 4 : rows >= 2 ? 2 : 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static void Tile<TRegisters>(int height, TLeft left, TileColumns<S> columns, S* tile, int stride, TileStore store)
            where TRegisters : IConstant
        {
            switch (height)
            {
                case 12:
                    Kernel<Constant12, TRegisters>(left, columns, tile, stride, store);
                    break;
                case 8:
                    Kernel<Constant8, TRegisters>(left, columns, tile, stride, store);
                    break;
                case 6:
                    Kernel<Constant6, TRegisters>(left, columns, tile, stride, store);
                    break;
                case 4:
                    Kernel<Constant4, TRegisters>(left, columns, tile, stride, store);
                    break;
                case 2:
                    Kernel<Constant2, TRegisters>(left, columns, tile, stride, store);
                    break;
                default:
                    Kernel<Constant1, TRegisters>(left, columns, tile, stride, store);
                    break;
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static void Kernel<TRows, TRegisters>(TLeft left, TileColumns<S> columns, S* tile, int stride, TileStore store)
            where TRows : IConstant
            where TRegisters : IConstant =>
            MicroKernel<S, L>.Multiply<TLeft, TRows, TRegisters>(left, columns, tile, stride, store);
    }
}

/// <summary>A block of rows and columns over a slice of the depth: its packed right operand and its row-major target.</summary>
internal readonly unsafe struct ProductBlock<S>
    where S : unmanaged
{
    public required int Rows { get; init; }

    public required int Columns { get; init; }

    public required int Depth { get; init; }

    /// <summary>The first panel, at the first step of the slice.</summary>
    public required S* Right { get; init; }

    public required int PanelWidth { get; init; }

    /// <summary>
    /// The elements from one step of the depth to the next where the right operand is read in place; 0 where it is packed.
    /// </summary>
    public int StrideInPlace { get; init; }

    /// <summary>The rows of a full tile, for which packed rows are packed.</summary>
    public required int TileRows { get; init; }

    public required S* Target { get; init; }

    /// <summary>The elements from one row of the target to the next.</summary>
    public required int Stride { get; init; }

    /// <summary>Whether the products are added to the target instead of overwriting it.</summary>
    public required bool Accumulate { get; init; }

    /// <summary>Whether the target is too large for the cache; its rows begin at a multiple of a register then.</summary>
    public bool Streams { get; init; }

    public TileStore Store => Accumulate ? TileStore.Add : Streams ? TileStore.Stream : TileStore.Overwrite;

    /// <summary>
    /// The steps that are summed in registers before they are added to the target. Fewer cost a little time and round less, because the
    /// parts of a sum are rounded at their own size.
    /// </summary>
    public int StepsAtOnce { get; init; } = int.MaxValue;

    public ProductBlock()
    {
    }

    /// <summary>Returns the right operand of the steps from <paramref name="first"/> on that are summed at once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TileColumns<S> ColumnsFrom(int first)
    {
        int stride = StrideInPlace == 0 ? PanelWidth : StrideInPlace;
        return new(Right + ((nint)first * stride), stride, Math.Min(StepsAtOnce, Depth - first));
    }

    /// <summary>Returns the part of the block under one panel.</summary>
    public ProductBlock<S> Panel(S* right, int column, int columns) =>
        this with { Right = right, Columns = columns, Target = Target + column };
}

/// <summary>The right operand of a tile: the columns of each step of the depth, a stride apart.</summary>
internal readonly unsafe struct TileColumns<S>(S* first, nint stride, int depth)
    where S : unmanaged
{
    public S* First => first;

    public nint Stride => stride;

    public int Depth => depth;
}

/// <summary>Specifies how a tile is written to its target.</summary>
internal enum TileStore
{
    Overwrite,
    Add,

    /// <summary>Overwrites past the cache.</summary>
    Stream,
}
