using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using Criterion.Simd;

namespace Criterion.Kernels;

/// <summary>Transposes matrices, in blocks that are transposed in registers.</summary>
internal static unsafe class MatrixTranspose
{
    /// <summary>Copies target[column · targetStride + row] = source[row · sourceStride + column].</summary>
    public static void Run<S>(S* source, nint sourceStride, S* target, nint targetStride, int rows, int columns)
        where S : unmanaged => Run(source, sourceStride, 1, target, targetStride, rows, columns);

    /// <summary>Copies target[column · targetStride + row] = source[row · rowStride + column · columnStride].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Run<S>(S* source, nint rowStride, nint columnStride, S* target, nint targetStride, int rows, int columns)
        where S : unmanaged
    {
        int blockRows = 0;
        int blockColumns = 0;
        if (HasBlocks && columnStride == 1 && sizeof(S) == sizeof(float))
        {
            blockRows = rows & ~3;
            blockColumns = columns & ~3;
            Blocks((float*)source, rowStride, (float*)target, targetStride, blockRows, blockColumns);
        }

        for (int column = 0; column < columns; column++)
        {
            S* from = source + (column * columnStride);
            S* to = target + (column * targetStride);
            for (int row = column < blockColumns ? blockRows : 0; row < rows; row++)
            {
                to[row] = from[row * rowStride];
            }
        }
    }

    static bool HasBlocks => Sse.IsSupported || AdvSimd.Arm64.IsSupported;

    /// <summary>
    /// Transposes columns a cache line at a time, or half of one, down all rows: the lines of many rows would evict each other before they
    /// are used. Rows and columns are multiples of four.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static void Blocks(float* source, nint sourceStride, float* target, nint targetStride, int rows, int columns)
    {
        int column = 0;
        for (; Avx512F.IsSupported && column <= columns - 16; column += 16)
        {
            SixteenColumns(source + column, sourceStride, target + (column * targetStride), targetStride, rows);
        }

        for (; Avx512F.IsSupported && column <= columns - 8; column += 8)
        {
            EightColumns(source + column, sourceStride, target + (column * targetStride), targetStride, rows);
        }

        int width = sourceStride > targetStride ? 16 : 4;
        for (; column < columns; column += width)
        {
            Columns(source + column, sourceStride, target + (column * targetStride), targetStride, rows, Math.Min(width, columns - column));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static void SixteenColumns(float* source, nint sourceStride, float* target, nint targetStride, int rows)
    {
        int row = 0;
        for (; row <= rows - 16; row += 16, source += 16 * sourceStride, target += 16)
        {
            PrefetchFour(source + 16, sourceStride);
            PrefetchFour(source + 16 + (4 * sourceStride), sourceStride);
            PrefetchFour(source + 16 + (8 * sourceStride), sourceStride);
            PrefetchFour(source + 16 + (12 * sourceStride), sourceStride);
            Block16x16(source, sourceStride, target, targetStride);
        }

        for (; row <= rows - 8; row += 8, source += 8 * sourceStride, target += 8)
        {
            Block8x16(source, sourceStride, target, targetStride);
        }

        Columns(source, sourceStride, target, targetStride, rows - row, 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static void EightColumns(float* source, nint sourceStride, float* target, nint targetStride, int rows)
    {
        int row = 0;
        for (; row <= rows - 16; row += 16, source += 16 * sourceStride, target += 16)
        {
            Block16x8(source, sourceStride, target, targetStride);
        }

        Columns(source, sourceStride, target, targetStride, rows - row, 8);
    }

    /// <summary>Transposes blocks of 4×4 along a few columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static void Columns(float* source, nint sourceStride, float* target, nint targetStride, int rows, int columns)
    {
        for (int row = 0; row < rows; row += 4, source += 4 * sourceStride, target += 4)
        {
            for (int column = 0; column < columns; column += 4)
            {
                Block4x4(source + column, sourceStride, target + (column * targetStride), targetStride);
            }
        }
    }

    /// <summary>Prefetches lines of four rows: rows are too far apart for the hardware prefetcher.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void PrefetchFour(float* source, nint stride)
    {
        Prefetch.Line(in *source, 0);
        Prefetch.Line(in *source, stride);
        Prefetch.Line(in *source, 2 * stride);
        Prefetch.Line(in *source, 3 * stride);
    }

    /// <summary>Transposes every four rows within each quarter of their registers, then the quarters among the registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Block16x16(float* source, nint sourceStride, float* target, nint targetStride)
    {
        TransposedQuarters a = TransposedQuarters.OfRows(source, sourceStride);
        TransposedQuarters b = TransposedQuarters.OfRows(source + (4 * sourceStride), sourceStride);
        TransposedQuarters c = TransposedQuarters.OfRows(source + (8 * sourceStride), sourceStride);
        TransposedQuarters d = TransposedQuarters.OfRows(source + (12 * sourceStride), sourceStride);
        StoreSixteen(a.First, b.First, c.First, d.First, target, targetStride);
        StoreSixteen(a.Second, b.Second, c.Second, d.Second, target + targetStride, targetStride);
        StoreSixteen(a.Third, b.Third, c.Third, d.Third, target + (2 * targetStride), targetStride);
        StoreSixteen(a.Fourth, b.Fourth, c.Fourth, d.Fourth, target + (3 * targetStride), targetStride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Block8x16(float* source, nint sourceStride, float* target, nint targetStride)
    {
        TransposedQuarters a = TransposedQuarters.OfRows(source, sourceStride);
        TransposedQuarters b = TransposedQuarters.OfRows(source + (4 * sourceStride), sourceStride);
        StoreEight(a.First, b.First, target, targetStride);
        StoreEight(a.Second, b.Second, target + targetStride, targetStride);
        StoreEight(a.Third, b.Third, target + (2 * targetStride), targetStride);
        StoreEight(a.Fourth, b.Fourth, target + (3 * targetStride), targetStride);
    }

    /// <summary>Transposes with rows 0 to 7 in the lower halves of the registers, and rows 8 to 15 in the upper ones.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Block16x8(float* source, nint sourceStride, float* target, nint targetStride)
    {
        TransposedQuarters a = TransposedQuarters.OfHalves(source, source + (8 * sourceStride), sourceStride);
        TransposedQuarters b = TransposedQuarters.OfHalves(source + (4 * sourceStride), source + (12 * sourceStride), sourceStride);
        StoreBoth(a.First, b.First, target, targetStride);
        StoreBoth(a.Second, b.Second, target + targetStride, targetStride);
        StoreBoth(a.Third, b.Third, target + (2 * targetStride), targetStride);
        StoreBoth(a.Fourth, b.Fourth, target + (3 * targetStride), targetStride);
    }

    /// <summary>Stores quarter q of all four, contiguous, to row 4q of the target.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void StoreSixteen(
        Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d, float* target, nint targetStride)
    {
        const byte Lower = 0x44;
        const byte Upper = 0xEE;
        const byte Even = 0x88;
        const byte Odd = 0xDD;
        (Vector512<float> ab0, Vector512<float> ab1) = (Avx512F.Shuffle4x128(a, b, Lower), Avx512F.Shuffle4x128(a, b, Upper));
        (Vector512<float> cd0, Vector512<float> cd1) = (Avx512F.Shuffle4x128(c, d, Lower), Avx512F.Shuffle4x128(c, d, Upper));
        Avx512F.Shuffle4x128(ab0, cd0, Even).Store(target);
        Avx512F.Shuffle4x128(ab0, cd0, Odd).Store(target + (4 * targetStride));
        Avx512F.Shuffle4x128(ab1, cd1, Even).Store(target + (8 * targetStride));
        Avx512F.Shuffle4x128(ab1, cd1, Odd).Store(target + (12 * targetStride));
    }

    /// <summary>Stores quarter q of both, contiguous, to row 4q of the target.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void StoreEight(Vector512<float> a, Vector512<float> b, float* target, nint targetStride)
    {
        Vector512<float> lower = Pick(a, b, Vector512.Create(0L, 1, 8, 9, 2, 3, 10, 11));
        Vector512<float> upper = Pick(a, b, Vector512.Create(4L, 5, 12, 13, 6, 7, 14, 15));
        lower.GetLower().Store(target);
        lower.GetUpper().Store(target + (4 * targetStride));
        upper.GetLower().Store(target + (8 * targetStride));
        upper.GetUpper().Store(target + (12 * targetStride));
    }

    /// <summary>Stores quarters 0 and 2 of both in turn to the target, and quarters 1 and 3 to its row 4.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void StoreBoth(Vector512<float> a, Vector512<float> b, float* target, nint targetStride)
    {
        Pick(a, b, Vector512.Create(0L, 1, 8, 9, 4, 5, 12, 13)).Store(target);
        Pick(a, b, Vector512.Create(2L, 3, 10, 11, 6, 7, 14, 15)).Store(target + (4 * targetStride));
    }

    /// <summary>Permutes pairs of elements of two registers: 0 to 7 are those of the first, 8 to 15 of the second.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<float> Pick(Vector512<float> a, Vector512<float> b, Vector512<long> pairs) =>
        Avx512F.PermuteVar8x64x2(a.AsInt64(), pairs, b.AsInt64()).AsSingle();

    /// <summary>Transposes a 4×4 block by interleaving rows 0 and 2, 1 and 3, then the results.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Block4x4(float* source, nint sourceStride, float* target, nint targetStride)
    {
        Vector128<float> a = Vector128.Load(source);
        Vector128<float> b = Vector128.Load(source + sourceStride);
        Vector128<float> c = Vector128.Load(source + (2 * sourceStride));
        Vector128<float> d = Vector128.Load(source + (3 * sourceStride));
        (Vector128<float> ac0, Vector128<float> ac1) = (Low(a, c), High(a, c));
        (Vector128<float> bd0, Vector128<float> bd1) = (Low(b, d), High(b, d));
        Low(ac0, bd0).Store(target);
        High(ac0, bd0).Store(target + targetStride);
        Low(ac1, bd1).Store(target + (2 * targetStride));
        High(ac1, bd1).Store(target + (3 * targetStride));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<float> Low(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.UnpackLow(a, b) : AdvSimd.Arm64.ZipLow(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<float> High(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.UnpackHigh(a, b) : AdvSimd.Arm64.ZipHigh(a, b);

    /// <summary>
    /// Four rows after the 4×4 block in each quarter of their registers is transposed: quarter q of result i is column i of block q.
    /// </summary>
    readonly struct TransposedQuarters
    {
        public readonly Vector512<float> First, Second, Third, Fourth;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        TransposedQuarters(Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d)
        {
            (Vector512<double> ab0, Vector512<double> ab1) = (Avx512F.UnpackLow(a, b).AsDouble(), Avx512F.UnpackHigh(a, b).AsDouble());
            (Vector512<double> cd0, Vector512<double> cd1) = (Avx512F.UnpackLow(c, d).AsDouble(), Avx512F.UnpackHigh(c, d).AsDouble());
            First = Avx512F.UnpackLow(ab0, cd0).AsSingle();
            Second = Avx512F.UnpackHigh(ab0, cd0).AsSingle();
            Third = Avx512F.UnpackLow(ab1, cd1).AsSingle();
            Fourth = Avx512F.UnpackHigh(ab1, cd1).AsSingle();
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TransposedQuarters OfRows(float* rows, nint stride) => new(
            Vector512.Load(rows), Vector512.Load(rows + stride), Vector512.Load(rows + (2 * stride)), Vector512.Load(rows + (3 * stride)));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TransposedQuarters OfHalves(float* lower, float* upper, nint stride) => new(
            Both(lower, upper), Both(lower + stride, upper + stride),
            Both(lower + (2 * stride), upper + (2 * stride)), Both(lower + (3 * stride), upper + (3 * stride)));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector512<float> Both(float* lower, float* upper) => Vector512.Create(Vector256.Load(lower), Vector256.Load(upper));
    }
}
