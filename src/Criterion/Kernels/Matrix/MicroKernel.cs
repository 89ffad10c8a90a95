using System.Runtime.CompilerServices;
using Criterion.Simd;

namespace Criterion.Kernels;

/// <summary>
/// The innermost product: a tile of up to 12 rows by one or two registers stays in registers for all steps of the depth.
/// </summary>
/// <remarks>
/// 12 rows × 2 registers are 24 running sums; two registers of columns and one row factor make 27 of the 32
/// that AVX-512 has. Machines with 16 registers take 6 rows × 2 (15 registers) or 12 × 1 (14).
/// Every sum adds the depth in order, whatever the tile's height, so a result does not depend on the tile that computes it.
/// </remarks>
internal static unsafe class MicroKernel<S, L>
    where S : unmanaged
    where L : struct, ILane<L, S>
{
    /// <summary>Computes tile = rows · columns, or += with <see cref="TileStore.Add"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Multiply<TOperands, TRows, TRegisters>(
        TOperands operands, TileColumns<S> columns, S* tile, int tileStride, TileStore store)
        where TOperands : unmanaged, ITileOperands<S, TOperands>
        where TRows : IConstant
        where TRegisters : IConstant
    {
        RowSums<TRegisters> r0 = default, r1 = default, r2 = default, r3 = default, r4 = default, r5 = default;
        RowSums<TRegisters> r6 = default, r7 = default, r8 = default, r9 = default, r10 = default, r11 = default;

        S* right = columns.First;
        nint depth = columns.Depth, rightStride = columns.Stride;
        for (nint k = 0; k < depth; k++)
        {
            nint at = operands.Cursor(k);
            L first = TOperands.Column<L>(right, 0);
            L second = TRegisters.Value > 1 ? TOperands.Column<L>(right, 1) : default;
            right += rightStride;

            r0.Add(operands.Row<L>(0, at), first, second);
            if (TRows.Value > 1) { r1.Add(operands.Row<L>(1, at), first, second); }
            if (TRows.Value > 2) { r2.Add(operands.Row<L>(2, at), first, second); }
            if (TRows.Value > 3) { r3.Add(operands.Row<L>(3, at), first, second); }
            if (TRows.Value > 4) { r4.Add(operands.Row<L>(4, at), first, second); }
            if (TRows.Value > 5) { r5.Add(operands.Row<L>(5, at), first, second); }
            if (TRows.Value > 6) { r6.Add(operands.Row<L>(6, at), first, second); }
            if (TRows.Value > 7) { r7.Add(operands.Row<L>(7, at), first, second); }
            if (TRows.Value > 8) { r8.Add(operands.Row<L>(8, at), first, second); }
            if (TRows.Value > 9) { r9.Add(operands.Row<L>(9, at), first, second); }
            if (TRows.Value > 10) { r10.Add(operands.Row<L>(10, at), first, second); }
            if (TRows.Value > 11) { r11.Add(operands.Row<L>(11, at), first, second); }
        }

        r0.Store(tile, store);
        if (TRows.Value > 1) { r1.Store(tile += tileStride, store); }
        if (TRows.Value > 2) { r2.Store(tile += tileStride, store); }
        if (TRows.Value > 3) { r3.Store(tile += tileStride, store); }
        if (TRows.Value > 4) { r4.Store(tile += tileStride, store); }
        if (TRows.Value > 5) { r5.Store(tile += tileStride, store); }
        if (TRows.Value > 6) { r6.Store(tile += tileStride, store); }
        if (TRows.Value > 7) { r7.Store(tile += tileStride, store); }
        if (TRows.Value > 8) { r8.Store(tile += tileStride, store); }
        if (TRows.Value > 9) { r9.Store(tile += tileStride, store); }
        if (TRows.Value > 10) { r10.Store(tile += tileStride, store); }
        if (TRows.Value > 11) { r11.Store(tile += tileStride, store); }
    }

    /// <summary>The running sums of one row of the tile; the JIT keeps the fields in registers.</summary>
    struct RowSums<TRegisters>
        where TRegisters : IConstant
    {
        L _first;
        L _second;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(L factor, L first, L second)
        {
            _first = L.MultiplyAdd(factor, first, _first);
            if (TRegisters.Value > 1)
            {
                _second = L.MultiplyAdd(factor, second, _second);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Store(S* row, TileStore store)
        {
            Store(_first, row, store);
            if (TRegisters.Value > 1)
            {
                Store(_second, row + L.Width, store);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static void Store(L sum, S* target, TileStore store)
        {
            if (store == TileStore.Stream)
            {
                sum.Stream(target);
            }
            else
            {
                L.Store(store == TileStore.Add ? L.Load(target) + sum : sum, target);
            }
        }
    }
}
