using System.Numerics;
using System.Runtime.CompilerServices;
using Criterion.Memory;
using Criterion.Simd;

namespace Criterion.Kernels;

/// <summary>
/// A matrix product with few columns, as dot products: the lanes run along the depth, in which the rows of the left operand are contiguous.
/// The left operand is read once, in place, and no lane is idle.
/// </summary>
/// <remarks>A tile of 4 rows by 4 columns loads 8 registers for 16 multiply-adds.</remarks>
internal readonly record struct ProductDots<S>(
    MatrixView<S> Left, MatrixView<S> Right, Memory<S> Destination, int RowStride, int ColumnStride, bool Accumulate, bool IsSmall)
    : ILaneTask<S>
    where S : unmanaged, IBinaryFloatingPointIeee754<S>
{
    /// <summary>The columns up to which panels of registers are slower.</summary>
    const int MostColumns = 8;

    /// <summary>The depth for each column from which on it is worth adding up the lanes at the end of a sum.</summary>
    const int LeastDepth = 32;

    const int TileRows = 4;
    const int ElementsPerChunk = 1 << 15;

    /// <summary>Whether dot products are the fastest way.</summary>
    public static bool Fits(MatrixView<S> left, MatrixView<S> right) =>
        right.Columns <= MostColumns && left.ColumnStride == 1 && left.Columns >= LeastDepth * Math.Max(2, right.Columns);

    /// <summary>
    /// Computes the product; element (row, column) goes to row · strides.Row + column · strides.Column of the destination.
    /// </summary>
    public static void Multiply(
        MatrixView<S> left, MatrixView<S> right, Memory<S> destination, (int Row, int Column) strides, bool accumulate, bool isSmall) =>
        WidestLane.Run<ProductDots<S>, S>(new(left, right, destination, strides.Row, strides.Column, accumulate, isSmall));

    public void Run<L>()
        where L : struct, ILane<L, S>
    {
        int paddedDepth = MatrixProduct.RoundUp(Left.Columns, L.Width);
        Memory<S> columns = BufferPool<S>.Rent(BufferSize.Of(paddedDepth, Right.Columns));
        PackColumns(columns.Span, paddedDepth);
        Chunks<L> chunks = new(this, columns, paddedDepth);
        if (IsSmall)
        {
            ParallelFor.RunHere(chunks.Count, chunks);
        }
        else
        {
            ParallelFor.Run(chunks.Count, chunks);
        }

        BufferPool<S>.Return(columns);
    }

    /// <summary>Copies the columns one after another, each with zeros up to a whole lane.</summary>
    void PackColumns(Span<S> columns, int paddedDepth)
    {
        ReadOnlySpan<S> right = Right.Data.Span;
        for (int column = 0; column < Right.Columns; column++)
        {
            Span<S> target = columns.Slice(column * paddedDepth, paddedDepth);
            int at = column * Right.ColumnStride;
            for (int k = 0; k < Right.Rows; k++, at += Right.RowStride)
            {
                target[k] = right[at];
            }

            target[Right.Rows..].Clear();
        }
    }

    readonly struct Chunks<L>(ProductDots<S> product, Memory<S> columns, int paddedDepth) : IChunk
        where L : struct, ILane<L, S>
    {
        readonly int _rows = Math.Max(TileRows, MatrixProduct.RoundUp(ElementsPerChunk / product.Left.Columns, TileRows));

        public int Count => (product.Left.Rows + _rows - 1) / _rows;

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public unsafe void Run(int index)
        {
            int end = Math.Min(product.Left.Rows, (index + 1) * _rows);
            S* tails = stackalloc S[TileRows * L.Width];
            S* sums = stackalloc S[TileRows * MostColumns];
            new Span<S>(tails, TileRows * L.Width).Clear();
            fixed (S* left = product.Left.Data.Span, right = columns.Span, target = product.Destination.Span)
            {
                for (int row = index * _rows; row < end; row += TileRows)
                {
                    int rows = Math.Min(TileRows, end - row);
                    DotOperands<S> operands = new(
                        left + ((nint)row * product.Left.RowStride), product.Left.RowStride, product.Left.Columns,
                        right, paddedDepth, tails);
                    operands.CopyTails<L>(rows);
                    Multiply(operands, rows, sums);
                    Write(sums, rows, target + ((nint)row * product.RowStride));
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        unsafe void Multiply(in DotOperands<S> operands, int rows, S* sums)
        {
            for (int row = 0; row < rows; row += rows == TileRows ? TileRows : 1)
            {
                int column = 0;
                for (; column + 4 <= product.Right.Columns; column += 4)
                {
                    Tile<Constant4>(operands.From(row, column, L.Width), rows, sums + (row * MostColumns) + column);
                }

                for (; column + 2 <= product.Right.Columns; column += 2)
                {
                    Tile<Constant2>(operands.From(row, column, L.Width), rows, sums + (row * MostColumns) + column);
                }

                for (; column < product.Right.Columns; column++)
                {
                    Tile<Constant1>(operands.From(row, column, L.Width), rows, sums + (row * MostColumns) + column);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static unsafe void Tile<TColumns>(in DotOperands<S> operands, int rows, S* sums)
            where TColumns : IConstant
        {
            if (rows == TileRows)
            {
                DotKernel<S, L>.Multiply<Constant4, TColumns>(operands, sums, MostColumns);
            }
            else
            {
                DotKernel<S, L>.Multiply<Constant1, TColumns>(operands, sums, MostColumns);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        unsafe void Write(S* sums, int rows, S* target)
        {
            for (int row = 0; row < rows; row++)
            {
                for (int column = 0; column < product.Right.Columns; column++)
                {
                    S* element = target + ((nint)row * product.RowStride) + ((nint)column * product.ColumnStride);
                    S sum = sums[(row * MostColumns) + column];
                    *element = product.Accumulate ? *element + sum : sum;
                }
            }
        }
    }
}

/// <summary>
/// Rows that are contiguous along the depth, and columns packed likewise. The last steps of the rows, fewer than a lane, are copied to
/// the tails, with zeros after them.
/// </summary>
internal readonly unsafe struct DotOperands<S>(S* left, nint leftStride, int depth, S* right, nint rightStride, S* tails)
    where S : unmanaged
{
    public S* Left => left;

    public nint LeftStride => leftStride;

    public int Depth => depth;

    public S* Right => right;

    public nint RightStride => rightStride;

    public S* Tails => tails;

    public DotOperands<S> From(int row, int column, int width) =>
        new(left + (row * leftStride), leftStride, depth, right + (column * rightStride), rightStride, tails + (row * width));

    public void CopyTails<L>(int rows)
        where L : struct, ILane<L, S>
    {
        int tail = Depth % L.Width;
        for (int row = 0; row < rows; row++)
        {
            for (int k = 0; k < tail; k++)
            {
                Tails[(row * L.Width) + k] = Left[(row * LeftStride) + (Depth - tail) + k];
            }
        }
    }
}

/// <summary>The innermost dot products: up to four rows by up to four columns, each sum in one register.</summary>
internal static unsafe class DotKernel<S, L>
    where S : unmanaged
    where L : struct, ILane<L, S>
{
    /// <summary>Writes the dot product of a row and a column to sums[row · <paramref name="stride"/> + column].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Multiply<TRows, TColumns>(in DotOperands<S> operands, S* sums, int stride)
        where TRows : IConstant
        where TColumns : IConstant
    {
        Row<TColumns> r0 = default, r1 = default, r2 = default, r3 = default;
        S* left = operands.Left;
        S* right = operands.Right;
        nint leftStride = operands.LeftStride, rightStride = operands.RightStride;
        S* end = left + (operands.Depth / L.Width * L.Width);
        for (; left < end; left += L.Width, right += L.Width)
        {
            Columns<TColumns> columns = new(right, rightStride);
            r0.Add(L.Load(left), columns);
            if (TRows.Value > 1)
            {
                r1.Add(L.Load(left + leftStride), columns);
                r2.Add(L.Load(left + (2 * leftStride)), columns);
                r3.Add(L.Load(left + (3 * leftStride)), columns);
            }
        }

        if (operands.Depth % L.Width != 0)
        {
            Columns<TColumns> columns = new(right, rightStride);
            r0.Add(L.Load(operands.Tails), columns);
            if (TRows.Value > 1)
            {
                r1.Add(L.Load(operands.Tails + L.Width), columns);
                r2.Add(L.Load(operands.Tails + (2 * L.Width)), columns);
                r3.Add(L.Load(operands.Tails + (3 * L.Width)), columns);
            }
        }

        r0.Store(sums);
        if (TRows.Value > 1)
        {
            r1.Store(sums + stride);
            r2.Store(sums + (2 * stride));
            r3.Store(sums + (3 * stride));
        }
    }

    readonly struct Columns<TColumns>
        where TColumns : IConstant
    {
        public readonly L First, Second, Third, Fourth;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Columns(S* right, nint stride)
        {
            First = L.Load(right);
            Second = TColumns.Value > 1 ? L.Load(right + stride) : default;
            Third = TColumns.Value > 2 ? L.Load(right + (2 * stride)) : default;
            Fourth = TColumns.Value > 2 ? L.Load(right + (3 * stride)) : default;
        }
    }

    /// <summary>The running sums of one row; the JIT keeps the fields in registers.</summary>
    struct Row<TColumns>
        where TColumns : IConstant
    {
        L _first, _second, _third, _fourth;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(L factor, in Columns<TColumns> columns)
        {
            _first = L.MultiplyAdd(factor, columns.First, _first);
            if (TColumns.Value > 1)
            {
                _second = L.MultiplyAdd(factor, columns.Second, _second);
            }

            if (TColumns.Value > 2)
            {
                _third = L.MultiplyAdd(factor, columns.Third, _third);
                _fourth = L.MultiplyAdd(factor, columns.Fourth, _fourth);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Store(S* sums)
        {
            sums[0] = _first.Sum();
            if (TColumns.Value > 1)
            {
                sums[1] = _second.Sum();
            }

            if (TColumns.Value > 2)
            {
                sums[2] = _third.Sum();
                sums[3] = _fourth.Sum();
            }
        }
    }
}
