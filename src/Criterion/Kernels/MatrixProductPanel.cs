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
    /// Where it is the source's rows that lie far apart, four of them are used up a cache line at a time, because lines of many rows would
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
            for (int row = 0; row < rows; row += 4, from += 4 * sourceStride, to += 4)
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
