using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Criterion.Bench;

/// <summary>What the machine can do at most, for comparison: bytes per second when copying, and multiply-adds per second.</summary>
internal static class Limits
{
    const int CopyFloats = 16 << 20;
    const int Steps = 200_000;

    static readonly Tensor Source = Tensor.Zeros([CopyFloats]);
    static readonly Tensor Target = Tensor.Zeros([CopyFloats]);

    /// <summary>Bytes read plus bytes written per second, by so many threads at once.</summary>
    public static double Copy(int threads)
    {
        int each = CopyFloats / threads;
        double seconds = OnThreads(threads, i => Source.AsSpan<float>().Slice(i * each, each).CopyTo(Target.AsSpan<float>()[(i * each)..]));
        return 2.0 * sizeof(float) * CopyFloats / seconds;
    }

    /// <summary>Floating-point operations per second of independent multiply-adds in registers, single precision.</summary>
    public static double MultiplyAdd(int threads)
    {
        int lanes = Vector512.IsHardwareAccelerated ? 16 : Vector256.IsHardwareAccelerated ? 8 : 4;
        double seconds = OnThreads(threads, static _ => MultiplyAddHere());
        return 2.0 * 12 * lanes * Steps * threads / seconds;
    }

    static void MultiplyAddHere()
    {
        if (Vector512.IsHardwareAccelerated)
        {
            MultiplyAdd512();
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            MultiplyAdd256();
        }
        else
        {
            MultiplyAdd128();
        }
    }

    static double OnThreads(int threads, Action<int> work)
    {
        if (threads == 1)
        {
            TimeSpan before = Environment.CpuUsage.TotalTime;
            work(0);
            return (Environment.CpuUsage.TotalTime - before).TotalSeconds;
        }

        using Barrier start = new(threads);
        long began = 0;
        long ended = 0;
        Thread[] all = [.. Enumerable.Range(0, threads).Select(i => new Thread(() => Run(i)))];
        Array.ForEach(all, static thread => thread.Start());
        Array.ForEach(all, static thread => thread.Join());
        return Stopwatch.GetElapsedTime(began, ended).TotalSeconds;

        void Run(int i)
        {
            start.SignalAndWait();
            Interlocked.CompareExchange(ref began, Stopwatch.GetTimestamp(), 0);
            work(i);
            Interlocked.Exchange(ref ended, Stopwatch.GetTimestamp());
        }
    }

    // Twelve sums, because each waits four steps for its last.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static float MultiplyAdd512()
    {
        Vector512<float> x = Vector512.Create(1e-3f), y = Vector512.Create(0.999f);
        Vector512<float> a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x, i = x, j = x, k = x, l = x;
        for (int step = 0; step < Steps; step++)
        {
            a = Vector512.FusedMultiplyAdd(a, y, x);
            b = Vector512.FusedMultiplyAdd(b, y, x);
            c = Vector512.FusedMultiplyAdd(c, y, x);
            d = Vector512.FusedMultiplyAdd(d, y, x);
            e = Vector512.FusedMultiplyAdd(e, y, x);
            f = Vector512.FusedMultiplyAdd(f, y, x);
            g = Vector512.FusedMultiplyAdd(g, y, x);
            h = Vector512.FusedMultiplyAdd(h, y, x);
            i = Vector512.FusedMultiplyAdd(i, y, x);
            j = Vector512.FusedMultiplyAdd(j, y, x);
            k = Vector512.FusedMultiplyAdd(k, y, x);
            l = Vector512.FusedMultiplyAdd(l, y, x);
        }

        return Vector512.Sum(a + b + c + d + e + f + g + h + i + j + k + l);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static float MultiplyAdd256()
    {
        Vector256<float> x = Vector256.Create(1e-3f), y = Vector256.Create(0.999f);
        Vector256<float> a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x, i = x, j = x, k = x, l = x;
        for (int step = 0; step < Steps; step++)
        {
            a = Vector256.FusedMultiplyAdd(a, y, x);
            b = Vector256.FusedMultiplyAdd(b, y, x);
            c = Vector256.FusedMultiplyAdd(c, y, x);
            d = Vector256.FusedMultiplyAdd(d, y, x);
            e = Vector256.FusedMultiplyAdd(e, y, x);
            f = Vector256.FusedMultiplyAdd(f, y, x);
            g = Vector256.FusedMultiplyAdd(g, y, x);
            h = Vector256.FusedMultiplyAdd(h, y, x);
            i = Vector256.FusedMultiplyAdd(i, y, x);
            j = Vector256.FusedMultiplyAdd(j, y, x);
            k = Vector256.FusedMultiplyAdd(k, y, x);
            l = Vector256.FusedMultiplyAdd(l, y, x);
        }

        return Vector256.Sum(a + b + c + d + e + f + g + h + i + j + k + l);
    }

    // Machines without fused multiply-add take two operations; their peak is that of both together.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static float MultiplyAdd128()
    {
        Vector128<float> x = Vector128.Create(1e-3f), y = Vector128.Create(0.999f);
        Vector128<float> a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x, i = x, j = x, k = x, l = x;
        for (int step = 0; step < Steps; step++)
        {
            a = (a * y) + x;
            b = (b * y) + x;
            c = (c * y) + x;
            d = (d * y) + x;
            e = (e * y) + x;
            f = (f * y) + x;
            g = (g * y) + x;
            h = (h * y) + x;
            i = (i * y) + x;
            j = (j * y) + x;
            k = (k * y) + x;
            l = (l * y) + x;
        }

        return Vector128.Sum(a + b + c + d + e + f + g + h + i + j + k + l);
    }
}
