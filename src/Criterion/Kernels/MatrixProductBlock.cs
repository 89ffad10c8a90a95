using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Criterion.Kernels;

/// <summary>
/// The product of a block of left rows with packed right columns, tile by tile. It picks the lanes: a right operand of few
/// columns gets a narrow register, so that its lanes aren't multiplied in vain.
/// </summary>
internal static unsafe class MatrixProductBlock
{
    /// <summary>
    /// Steps of the depth taken at once: a slice of a packed panel (32 KB at the widest) then stays in the nearest caches while
    /// all row tiles pass over it.
    /// </summary>
    public const int DepthSlice = 256;

    /// <summary>No tile is higher, so row tables and packed panels that are padded to it can be read past the last row.</summary>
    public const int MaxTileRows = 12;

    const int MaxPanelBytes = 128;

    /// <summary>The widest register that the machine multiplies at full speed.</summary>
    public static int RegisterBytes =>
        Vector512.IsHardwareAccelerated ? 64 : Vector256.IsHardwareAccelerated ? 32 : 16;

    /// <summary>Columns in a packed panel: two of the widest registers, or the narrowest register that holds them all.</summary>
    public static int PanelWidth<S>(int columns)
        where S : unmanaged
    {
        int widest = RegisterBytes / sizeof(S);
        int width = 16 / sizeof(S);
        while (width < columns && width < 2 * widest)
        {
            width *= 2;
        }

        return width;
    }

    /// <summary>Rows of the tile that goes with a panel of this width: see <see cref="MicroKernel{S, V, TLanes}"/>.</summary>
    public static int TileRows<S>(int panelWidth)
        where S : unmanaged
    {
        return TileRows(panelWidth * sizeof(S) > RegisterBytes ? 2 : 1);
    }

    /// <summary>Rows of a tile that takes so many registers for the columns.</summary>
    public static int TileRows(int registers) => RegisterBytes == 64 || registers == 1 ? 12 : 6;

    /// <summary>
    /// target = left · right, or += with <paramref name="accumulate"/>, where <paramref name="target"/> is row-major and panel p of
    /// the right operand starts at <paramref name="right"/> + p · <paramref name="panelStride"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply<S, TLeft>(
        TLeft left, int rows, S* right, nint panelStride, int panelWidth, int columns, int depth, S* target, int stride, bool accumulate)
        where S : unmanaged, IFloatingPoint<S>
        where TLeft : unmanaged, ITileOperands<S, TLeft>
    {
        for (int column = 0; column < columns; column += panelWidth)
        {
            int width = Math.Min(panelWidth, columns - column);
            S* panel = right + (column / panelWidth * panelStride);
            switch (RegisterFor<S>(panelWidth))
            {
                case 64:
                    Wide<S, Vector512<S>, Lanes512<S>, TLeft>.Multiply(left, rows, panel, panelWidth, width, depth, target + column, stride, accumulate);
                    break;
                case 32:
                    Wide<S, Vector256<S>, Lanes256<S>, TLeft>.Multiply(left, rows, panel, panelWidth, width, depth, target + column, stride, accumulate);
                    break;
                default:
                    Wide<S, Vector128<S>, Lanes128<S>, TLeft>.Multiply(left, rows, panel, panelWidth, width, depth, target + column, stride, accumulate);
                    break;
            }
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
        where S : unmanaged => Math.Min(panelWidth * sizeof(S), RegisterBytes);

    /// <summary>One panel under registers of one width.</summary>
    static class Wide<S, V, TLanes, TLeft>
        where S : unmanaged, IFloatingPoint<S>
        where V : unmanaged
        where TLanes : ILanes<S, V>
        where TLeft : unmanaged, ITileOperands<S, TLeft>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static void Multiply(
            TLeft left, int rows, S* panel, int panelWidth, int columns, int depth, S* target, int stride, bool accumulate)
        {
            if (columns > TLanes.Count)
            {
                Tiles<Two>(left, rows, panel, panelWidth, columns, depth, target, stride, accumulate);
            }
            else
            {
                Tiles<One>(left, rows, panel, panelWidth, columns, depth, target, stride, accumulate);
            }
        }

        /// <summary>A tile that fills its registers goes straight to the target; one at an edge goes through a full tile aside.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        static void Tiles<TRegisters>(
            TLeft left, int rows, S* panel, int panelWidth, int columns, int depth, S* target, int stride, bool accumulate)
            where TRegisters : IExtent
        {
            int width = TRegisters.Value * TLanes.Count;
            int height = TileRows<S>(panelWidth);
            for (int row = 0; row < rows; row += height)
            {
                int here = Math.Min(height, rows - row);
                S* tile = target + ((nint)row * stride);
                if (columns == width && here == HeightFor(here))
                {
                    Registers<TRegisters>(here, left.From(row), panel, panelWidth, depth, tile, stride, accumulate);
                }
                else
                {
                    Edge<TRegisters>(here, left.From(row), panel, panelWidth, columns, depth, tile, stride, accumulate);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        static void Edge<TRegisters>(
            int rows, TLeft left, S* panel, int panelWidth, int columns, int depth, S* target, int stride, bool accumulate)
            where TRegisters : IExtent
        {
            int width = TRegisters.Value * TLanes.Count;
            S* aside = stackalloc S[MaxTileRows * MaxPanelBytes / sizeof(S)];
            Registers<TRegisters>(HeightFor(rows), left, panel, panelWidth, depth, aside, width, accumulate: false);
            CopyEdge(aside, width, rows, columns, target, stride, accumulate);
        }

        static int HeightFor(int rows) => rows > 8 ? 12 : rows > 6 ? 8 : rows > 4 ? 6 : rows > 2 ? 4 : rows;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static void Registers<TRegisters>(
            int height, TLeft left, S* panel, int panelWidth, int depth, S* tile, int stride, bool accumulate)
            where TRegisters : IExtent
        {
            switch (height)
            {
                case 12:
                    MicroKernel<S, V, TLanes>.Multiply<TLeft, Twelve, TRegisters>(left, panel, panelWidth, depth, tile, stride, accumulate);
                    break;
                case 8:
                    MicroKernel<S, V, TLanes>.Multiply<TLeft, Eight, TRegisters>(left, panel, panelWidth, depth, tile, stride, accumulate);
                    break;
                case 6:
                    MicroKernel<S, V, TLanes>.Multiply<TLeft, Six, TRegisters>(left, panel, panelWidth, depth, tile, stride, accumulate);
                    break;
                case 4:
                    MicroKernel<S, V, TLanes>.Multiply<TLeft, Four, TRegisters>(left, panel, panelWidth, depth, tile, stride, accumulate);
                    break;
                case 2:
                    MicroKernel<S, V, TLanes>.Multiply<TLeft, Two, TRegisters>(left, panel, panelWidth, depth, tile, stride, accumulate);
                    break;
                default:
                    MicroKernel<S, V, TLanes>.Multiply<TLeft, One, TRegisters>(left, panel, panelWidth, depth, tile, stride, accumulate);
                    break;
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        static void CopyEdge(S* aside, int width, int rows, int columns, S* target, int stride, bool accumulate)
        {
            for (int row = 0; row < rows; row++, aside += width, target += stride)
            {
                for (int column = 0; column < columns; column++)
                {
                    target[column] = accumulate ? target[column] + aside[column] : aside[column];
                }
            }
        }
    }
}
