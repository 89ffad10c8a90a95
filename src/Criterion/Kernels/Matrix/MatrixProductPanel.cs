using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Criterion.Kernels;

/// <summary>Copies matrices into packed panels.</summary>
internal static unsafe class MatrixProductPanel
{
    /// <summary>The rows of a right operand that are packed at once.</summary>
    const int RowsAtOnce = 64;

    /// <summary>
    /// Copies panel[k · width + lane] = source[k · depthStride + lane · laneStride], with zeros in the lanes from
    /// <paramref name="lanes"/> to <paramref name="width"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Pack<S>(S* source, nint depthStride, nint laneStride, int depth, int lanes, S* panel, int width)
        where S : unmanaged
    {
        if (lanes < width)
        {
            new Span<S>(panel, depth * width).Clear();
        }

        if (laneStride == 1)
        {
            CopyRows(source, depthStride, panel, width, depth, lanes);
        }
        else
        {
            MatrixTranspose.Run(source, laneStride, depthStride, panel, width, lanes, depth);
        }
    }

    /// <summary>
    /// Packs the rows of a right operand from <paramref name="first"/> to <paramref name="end"/> into panels, each with room for
    /// <paramref name="panelDepth"/> rows: a few whole rows at a time, page after page.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void PackPanels<S>(
        S* source, nint rowStride, nint columnStride, int first, int end, int columns, S* panels, int panelDepth)
        where S : unmanaged
    {
        for (int row = first; row < end; row += RowsAtOnce)
        {
            int rows = Math.Min(RowsAtOnce, end - row);
            S* start = source + (row * rowStride);
            for (int column = 0, width; column < columns; column += width)
            {
                width = MatrixProductBlock.PanelWidth<S>(columns - column);
                S* panel = panels + ((nint)column * panelDepth) + (row * width);
                Pack(start + (column * columnStride), rowStride, columnStride, rows, Math.Min(width, columns - column), panel, width);
            }
        }
    }

    /// <summary>Packs rows of a left operand, from the element at <paramref name="left"/> on, into blocks as high as a tile.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void PackRows<S>(MatrixView<S> strides, S* left, int rows, int depth, S* packed, int tileRows)
        where S : unmanaged
    {
        for (int row = 0; row < rows; row += tileRows)
        {
            Pack(
                left + ((nint)row * strides.RowStride), strides.ColumnStride, strides.RowStride,
                depth, Math.Min(tileRows, rows - row), packed + ((nint)row * depth), tileRows);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static void CopyRows<S>(S* source, nint sourceStride, S* target, nint targetStride, int rows, int columns)
        where S : unmanaged
    {
        for (int row = 0; row < rows; row++, source += sourceStride, target += targetStride)
        {
            Copy(source, target, columns);
        }
    }

    /// <summary>Copies a short row: whole cache lines, then element by element. Panels are too narrow for the cost of a call.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Copy<S>(S* source, S* target, int count)
        where S : unmanaged
    {
        int i = 0;
        for (; i <= count - (64 / sizeof(S)); i += 64 / sizeof(S))
        {
            Vector512.Store(Vector512.Load((byte*)(source + i)), (byte*)(target + i));
        }

        for (; i <= count - (16 / sizeof(S)); i += 16 / sizeof(S))
        {
            Vector128.Store(Vector128.Load((byte*)(source + i)), (byte*)(target + i));
        }

        for (; i < count; i++)
        {
            target[i] = source[i];
        }
    }
}
