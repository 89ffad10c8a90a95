using System.Runtime.CompilerServices;
using Criterion.Simd;

namespace Criterion.Kernels;

/// <summary>
/// How a tile gets its two operands: a factor for each of its rows, and up to two columns that all rows share.
/// <see cref="Cursor"/> is asked once per step along the depth.
/// </summary>
internal unsafe interface ITileOperands<S, TSelf>
    where S : unmanaged
    where TSelf : unmanaged, ITileOperands<S, TSelf>
{
    nint Cursor(nint depth);

    L Row<L>(int row, nint cursor)
        where L : struct, ILane<L, S>;

    static abstract L Column<L>(S* right, int column)
        where L : struct, ILane<L, S>;

    /// <summary>The same operands from a row down, and from a step of the depth on.</summary>
    TSelf From(int row, int step);
}

/// <summary>Rows packed for the tile: the elements of one depth step lie side by side. The lanes are columns.</summary>
internal readonly unsafe struct PackedRows<S>(S* panel, int height, int depth) : ITileOperands<S, PackedRows<S>>
    where S : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public nint Cursor(nint step) => step * height;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public L Row<L>(int row, nint cursor)
        where L : struct, ILane<L, S> => L.Broadcast(panel[cursor + row]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Column<L>(S* right, int column)
        where L : struct, ILane<L, S> => L.Load(right + (column * L.Width));

    public PackedRows<S> From(int row, int step) => new(panel + ((nint)row * depth) + ((nint)step * height), height, depth);
}

/// <summary>
/// Rows that stay where they are: element (row, depth) is at <c>rows[row] + steps[depth]</c>. A convolution reads its patches
/// through such a table, so they are never copied out; the extra load per row hides behind two multiply-adds.
/// </summary>
internal readonly unsafe struct GatheredRows<S>(S** rows, int* steps) : ITileOperands<S, GatheredRows<S>>
    where S : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public nint Cursor(nint depth) => steps[depth];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public L Row<L>(int row, nint cursor)
        where L : struct, ILane<L, S> => L.Broadcast(rows[row][cursor]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Column<L>(S* right, int column)
        where L : struct, ILane<L, S> => L.Load(right + (column * L.Width));

    public GatheredRows<S> From(int row, int step) => new(rows + row, steps + step);
}

/// <summary>Rows that lie anywhere, each contiguous along the depth from <paramref name="first"/> on.</summary>
internal readonly unsafe struct PointedRows<S>(S** rows, nint first) : ITileOperands<S, PointedRows<S>>
    where S : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public nint Cursor(nint depth) => first + depth;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public L Row<L>(int row, nint cursor)
        where L : struct, ILane<L, S> => L.Broadcast(rows[row][cursor]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Column<L>(S* right, int column)
        where L : struct, ILane<L, S> => L.Load(right + (column * L.Width));

    public PointedRows<S> From(int row, int step) => new(rows + row, first + step);
}

/// <summary>
/// The other way round, for a product of few columns: the lanes are a run of neighbouring rows, loaded where they lie, and it is
/// the column's single element that is broadcast. A tile then holds 12 runs by one or two columns, and no lane is idle.
/// </summary>
internal readonly unsafe struct GatheredRuns<S>(S** runs, int* steps) : ITileOperands<S, GatheredRuns<S>>
    where S : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public nint Cursor(nint depth) => steps[depth];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public L Row<L>(int row, nint cursor)
        where L : struct, ILane<L, S> => L.Load(runs[row] + cursor);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Column<L>(S* right, int column)
        where L : struct, ILane<L, S> => L.Broadcast(right[column]);

    public GatheredRuns<S> From(int row, int step) => new(runs + row, steps + step);
}

/// <summary>A number known to the compiler, so that each tile height gets its own straight code.</summary>
internal interface IExtent
{
    static abstract int Value { get; }
}

internal readonly struct One : IExtent
{
    public static int Value => 1;
}

internal readonly struct Two : IExtent
{
    public static int Value => 2;
}

internal readonly struct Four : IExtent
{
    public static int Value => 4;
}

internal readonly struct Six : IExtent
{
    public static int Value => 6;
}

internal readonly struct Eight : IExtent
{
    public static int Value => 8;
}

internal readonly struct Twelve : IExtent
{
    public static int Value => 12;
}
