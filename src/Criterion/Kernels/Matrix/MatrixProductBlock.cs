using System.Numerics;
using System.Runtime.CompilerServices;
using Criterion.Simd;

namespace Criterion.Kernels;

/// <summary>
/// The product of a block of left rows with packed right columns, tile by tile. It picks the lanes: a right operand of few
/// columns gets a narrow register, so that its lanes aren't multiplied in vain.
/// </summary>
internal static unsafe class MatrixProductBlock
{
    /// <summary>
    /// Steps of the depth taken at once: a slice of a packed panel (48 KB at the widest) then stays in the nearest caches while
    /// all row tiles pass over it.
    /// </summary>
    public const int DepthSlice = 384;

    /// <summary>No tile is higher, so row tables and packed panels that are padded to it can be read past the last row.</summary>
    public const int MaxTileRows = 12;

    const int MaxPanelBytes = 128;

    /// <summary>Columns in a packed panel: two of the widest registers, or the narrowest register that holds them all.</summary>
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

    /// <summary>Rows of the tile that goes with a panel of this width: see <see cref="MicroKernel{S, L}"/>.</summary>
    public static int TileRows<S>(int panelWidth)
        where S : unmanaged
    {
        return TileRows(panelWidth * sizeof(S) > WidestLane.Bytes ? 2 : 1);
    }

    /// <summary>Rows of a tile that takes so many registers for the columns.</summary>
    public static int TileRows(int registers) => WidestLane.Bytes == 64 || registers == 1 ? 12 : 6;

    /// <summary>target = left · right, or += where the block says so.</summary>
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

    /// <summary>Columns rounded up to whole registers: a target with that many spare columns needs no edge tiles.</summary>
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
                Multiply<Two>(left, panel);
            }
            else
            {
                Multiply<One>(left, panel);
            }
        }

        /// <summary>A tile that fills its registers goes straight to the target; one at an edge goes through a full tile aside.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        static void Multiply<TRegisters>(TLeft left, in ProductBlock<S> panel)
            where TRegisters : IExtent
        {
            bool wholeColumns = panel.Columns == TRegisters.Value * L.Width;
            for (int row = 0; row < panel.Rows; row += panel.TileRows)
            {
                int rows = Math.Min(panel.TileRows, panel.Rows - row);
                bool whole = wholeColumns && rows == HeightFor(rows);
                S* tile = panel.Target + ((nint)row * panel.Stride);
                int step = 0;
                do
                {
                    ProductBlock<S> part = panel.Steps(step);
                    if (whole)
                    {
                        Tile<TRegisters>(rows, left.From(row, step), part, tile, part.Stride, part.Accumulate);
                    }
                    else
                    {
                        Edge<TRegisters>(rows, left.From(row, step), part, tile);
                    }

                    step += part.Depth;
                }
                while (step < panel.Depth);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        static void Edge<TRegisters>(int rows, TLeft left, in ProductBlock<S> panel, S* target)
            where TRegisters : IExtent
        {
            int width = TRegisters.Value * L.Width;
            S* aside = stackalloc S[MaxTileRows * MaxPanelBytes / sizeof(S)];
            Tile<TRegisters>(HeightFor(rows), left, panel, aside, width, accumulate: false);
            for (int row = 0; row < rows; row++, aside += width, target += panel.Stride)
            {
                for (int column = 0; column < panel.Columns; column++)
                {
                    target[column] = panel.Accumulate ? target[column] + aside[column] : aside[column];
                }
            }
        }

        /// <summary>The least height of a kernel that holds the rows.</summary>
        static int HeightFor(int rows) => rows > 8 ? 12 : rows > 6 ? 8 : rows > 4 ? 6 : rows > 2 ? 4 : rows;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static void Tile<TRegisters>(int height, TLeft left, in ProductBlock<S> panel, S* tile, int stride, bool accumulate)
            where TRegisters : IExtent
        {
            switch (height)
            {
                case 12:
                    Kernel<Twelve, TRegisters>(left, panel, tile, stride, accumulate);
                    break;
                case 8:
                    Kernel<Eight, TRegisters>(left, panel, tile, stride, accumulate);
                    break;
                case 6:
                    Kernel<Six, TRegisters>(left, panel, tile, stride, accumulate);
                    break;
                case 4:
                    Kernel<Four, TRegisters>(left, panel, tile, stride, accumulate);
                    break;
                case 2:
                    Kernel<Two, TRegisters>(left, panel, tile, stride, accumulate);
                    break;
                default:
                    Kernel<One, TRegisters>(left, panel, tile, stride, accumulate);
                    break;
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static void Kernel<TRows, TRegisters>(TLeft left, in ProductBlock<S> panel, S* tile, int stride, bool accumulate)
            where TRows : IExtent
            where TRegisters : IExtent =>
            MicroKernel<S, L>.Multiply<TLeft, TRows, TRegisters>(
                left, panel.Right, panel.PanelWidth, panel.Depth, tile, stride, accumulate);
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

    /// <summary>Rows of a full tile; packed rows are packed for so many.</summary>
    public required int TileRows { get; init; }

    public required S* Target { get; init; }

    /// <summary>Elements from one row of the target to the next.</summary>
    public required int Stride { get; init; }

    /// <summary>Adds to the target instead of overwriting it.</summary>
    public required bool Accumulate { get; init; }

    /// <summary>
    /// Steps that are summed up in registers before they are added to the target. Fewer cost a little time and round less, as the parts
    /// of a sum are rounded at their own size.
    /// </summary>
    public int StepsAtOnce { get; init; } = int.MaxValue;

    public ProductBlock()
    {
    }

    /// <summary>The steps from <paramref name="first"/> on that are summed up at once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ProductBlock<S> Steps(int first) => this with
    {
        Right = Right + ((nint)first * PanelWidth),
        Depth = Math.Min(StepsAtOnce, Depth - first),
        Accumulate = Accumulate || first > 0,
    };

    /// <summary>The part of the block under one panel.</summary>
    public ProductBlock<S> Panel(S* right, int column, int columns) =>
        this with { Right = right, Columns = columns, Target = Target + column };
}
