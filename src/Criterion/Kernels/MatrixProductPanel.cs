using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Criterion.Kernels;

/// <summary>Moves matrices into packed panels, and transposes: the two ways in which operands change their layout.</summary>
internal static unsafe class MatrixProductPanel
{
    /// <summary>
    /// panel[k · width + lane] = source[k · depthStride + lane · laneStride], with zeros in the lanes from
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
            Transpose(source, laneStride, depthStride, panel, width, lanes, depth);
        }
    }

    /// <summary>target[column · targetStride + row] = source[row · sourceStride + column].</summary>
    public static void Transpose<S>(S* source, nint sourceStride, S* target, nint targetStride, int rows, int columns)
        where S : unmanaged => Transpose(source, sourceStride, 1, target, targetStride, rows, columns);

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static void CopyRows<S>(S* source, nint sourceStride, S* target, nint targetStride, int rows, int columns)
        where S : unmanaged
    {
        for (int row = 0; row < rows; row++, source += sourceStride, target += targetStride)
        {
            Copy(source, target, columns);
        }
    }

    /// <summary>A short copy: whole cache lines, then element by element. Panels are too narrow to pay for a call.</summary>
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

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static void Transpose<S>(S* source, nint rowStride, nint columnStride, S* target, nint targetStride, int rows, int columns)
        where S : unmanaged
    {
        int blockRows = 0;
        int blockColumns = 0;
        if (CanTransposeFour && columnStride == 1 && sizeof(S) == sizeof(float))
        {
            blockRows = rows & ~3;
            blockColumns = columns & ~3;
            TransposeFours((float*)source, rowStride, (float*)target, targetStride, blockRows, blockColumns);
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

    static bool CanTransposeFour => Sse.IsSupported || AdvSimd.Arm64.IsSupported;

    /// <summary>
    /// Where it is the source's rows that lie far apart, some of them are used up a cache line at a time, because lines of many rows would
    /// push each other out; else four columns run down all rows.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static void TransposeFours(float* source, nint sourceStride, float* target, nint targetStride, int rows, int columns)
    {
        int column = 0;
        for (; sourceStride > targetStride && column <= columns - 16; column += 16)
        {
            float* from = source + column;
            float* to = target + (column * targetStride);
            int row = 0;
            for (; Avx512F.IsSupported && row <= rows - 16; row += 16, from += 16 * sourceStride, to += 16)
            {
                TransposeSixteen(from, sourceStride, to, targetStride);
            }

            for (; row < rows; row += 4, from += 4 * sourceStride, to += 4)
            {
                Prefetch(from + 16, sourceStride);
                TransposeFour(from, sourceStride, to, targetStride);
                TransposeFour(from + 4, sourceStride, to + (4 * targetStride), targetStride);
                TransposeFour(from + 8, sourceStride, to + (8 * targetStride), targetStride);
                TransposeFour(from + 12, sourceStride, to + (12 * targetStride), targetStride);
            }
        }

        for (; column < columns; column += 4)
        {
            float* from = source + column;
            float* to = target + (column * targetStride);
            for (int row = 0; row < rows; row += 4, from += 4 * sourceStride, to += 4)
            {
                TransposeFour(from, sourceStride, to, targetStride);
            }
        }
    }

    /// <summary>16×16: every four rows are turned over in each quarter of their registers, then the quarters among the registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void TransposeSixteen(float* source, nint sourceStride, float* target, nint targetStride)
    {
        Prefetch(source + 16, sourceStride);
        Prefetch(source + 16 + (4 * sourceStride), sourceStride);
        Prefetch(source + 16 + (8 * sourceStride), sourceStride);
        Prefetch(source + 16 + (12 * sourceStride), sourceStride);
        TurnFour(source, sourceStride, out Vector512<float> a0, out Vector512<float> a1, out Vector512<float> a2, out Vector512<float> a3);
        TurnFour(source + (4 * sourceStride), sourceStride, out Vector512<float> b0, out Vector512<float> b1, out Vector512<float> b2, out Vector512<float> b3);
        TurnFour(source + (8 * sourceStride), sourceStride, out Vector512<float> c0, out Vector512<float> c1, out Vector512<float> c2, out Vector512<float> c3);
        TurnFour(source + (12 * sourceStride), sourceStride, out Vector512<float> d0, out Vector512<float> d1, out Vector512<float> d2, out Vector512<float> d3);
        StoreQuarters(a0, b0, c0, d0, target, targetStride);
        StoreQuarters(a1, b1, c1, d1, target + targetStride, targetStride);
        StoreQuarters(a2, b2, c2, d2, target + (2 * targetStride), targetStride);
        StoreQuarters(a3, b3, c3, d3, target + (3 * targetStride), targetStride);
    }

    /// <summary>Four rows of 16; in quarter q of result i comes their column 4q + i.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void TurnFour(float* source, nint stride, out Vector512<float> first, out Vector512<float> second, out Vector512<float> third, out Vector512<float> fourth)
    {
        Vector512<float> a = Vector512.Load(source);
        Vector512<float> b = Vector512.Load(source + stride);
        Vector512<float> c = Vector512.Load(source + (2 * stride));
        Vector512<float> d = Vector512.Load(source + (3 * stride));
        (Vector512<double> ab0, Vector512<double> ab1) = (Avx512F.UnpackLow(a, b).AsDouble(), Avx512F.UnpackHigh(a, b).AsDouble());
        (Vector512<double> cd0, Vector512<double> cd1) = (Avx512F.UnpackLow(c, d).AsDouble(), Avx512F.UnpackHigh(c, d).AsDouble());
        first = Avx512F.UnpackLow(ab0, cd0).AsSingle();
        second = Avx512F.UnpackHigh(ab0, cd0).AsSingle();
        third = Avx512F.UnpackLow(ab1, cd1).AsSingle();
        fourth = Avx512F.UnpackHigh(ab1, cd1).AsSingle();
    }

    /// <summary>Quarter q of all four side by side, to every fourth row from the target on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void StoreQuarters(Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d, float* target, nint targetStride)
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

    /// <summary>Asks for four lines that will be needed: rows lie too far apart for the machine to foresee them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Prefetch(float* source, nint stride)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(source);
            Sse.Prefetch0(source + stride);
            Sse.Prefetch0(source + (2 * stride));
            Sse.Prefetch0(source + (3 * stride));
        }
    }

    /// <summary>Interleaving rows 0 and 2, 1 and 3, then the results with each other, turns a 4×4 block over.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void TransposeFour(float* source, nint sourceStride, float* target, nint targetStride)
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
}
