using System.Runtime.CompilerServices;
using Criterion.Simd;

namespace Criterion.Kernels;

/// <summary>
/// The source of a tile's two operands: a factor for each of its rows, and up to two columns that all rows share.
/// <see cref="Cursor"/> is called once per step of the depth.
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

    /// <summary>Returns the operands from the first row of a tile and a step of the depth on.</summary>
    TSelf From(int row, int step);

    /// <summary>Returns the operands of the same tile without its first rows.</summary>
    TSelf Skip(int count);
}

/// <summary>Rows packed for the tile: the elements of one depth step are contiguous. The lanes are columns.</summary>
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public PackedRows<S> Skip(int count) => new(panel + count, height, depth);
}

/// <summary>
/// Rows read in place: element (row, depth) is at <c>rows[row] + steps[depth]</c>. A convolution reads its patches through such a table,
/// so they are never copied; the extra load per row is hidden by two multiply-adds.
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public GatheredRows<S> Skip(int count) => new(rows + count, steps);
}

/// <summary>Rows at any address, each contiguous along the depth from <paramref name="first"/> on.</summary>
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public PointedRows<S> Skip(int count) => new(rows + count, first);
}

/// <summary>
/// Exchanged roles, for a product of few columns: the lanes are a run of neighbouring rows, loaded in place, and the column's single
/// element is broadcast. A tile then has 12 runs by one or two columns, and no lane is idle.
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public GatheredRuns<S> Skip(int count) => new(runs + count, steps);
}

/// <summary>A number that the JIT treats as a constant, so that each tile height is compiled to straight-line code.</summary>
internal interface IConstant
{
    static abstract int Value { get; }
}

internal readonly struct Constant1 : IConstant
{
    public static int Value => 1;
}

internal readonly struct Constant2 : IConstant
{
    public static int Value => 2;
}

internal readonly struct Constant4 : IConstant
{
    public static int Value => 4;
}

internal readonly struct Constant6 : IConstant
{
    public static int Value => 6;
}

internal readonly struct Constant8 : IConstant
{
    public static int Value => 8;
}

internal readonly struct Constant12 : IConstant
{
    public static int Value => 12;
}
