using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Criterion.Kernels;
using Criterion.Numbers;
using Criterion.Simd;

namespace Criterion.Drivers;

/// <summary>One step of an optimizer for one element of a parameter, with two numbers that it keeps for it.</summary>
internal interface IUpdate
{
    void Step<T>(T gradient, ref T parameter, ref T first, ref T second)
        where T : struct, IReal<T>;
}

/// <summary>Which gradients a plain step takes: up to a size, as long as there were no others before.</summary>
/// <param name="type">The type of the parameter.</param>
internal sealed class StepRange(DType type)
{
    /// <summary>The largest gradient of plain steps.</summary>
    public double Largest { get; } = Math.ScaleB(1, type == DType.Float32 ? 59 : 479);

    /// <summary>The multiple of the parameter that counts as a part of the gradient.</summary>
    public double Decay { get; set; }

    /// <summary>Whether a step was not plain: what is kept may be of any size from then on.</summary>
    public bool IsLeft { get; set; }
}

/// <summary>
/// Runs an update over a parameter, its gradient and its state: each is read once and written once. From the first gradient on that
/// leaves the range of plain steps a parameter takes robust ones.
/// </summary>
internal static class UpdateDriver
{
    const int LanesPerTest = 32;

    /// <summary>All are contiguous and of one shape and type.</summary>
    public static void Run<TPlain, TRobust>(
        TPlain plain, TRobust robust, StepRange range, Tensor gradient, Tensor parameter, Tensor first, Tensor second)
        where TPlain : struct, IUpdate
        where TRobust : struct, IUpdate =>
        WidestLane.Run(new Task<TPlain, TRobust>(plain, robust, range, gradient, parameter, first, second), parameter.DType);

    readonly struct Task<TPlain, TRobust>(
        TPlain plain, TRobust robust, StepRange range, Tensor gradient, Tensor parameter, Tensor first, Tensor second) : ILaneTask
        where TPlain : struct, IUpdate
        where TRobust : struct, IUpdate
    {
        public void Run<S, L>()
            where S : unmanaged, IBinaryFloatingPointIeee754<S>
            where L : struct, ILane<L, S> =>
            ParallelFor.Run(
                (parameter.Count + MapDriver.ChunkLength - 1) / MapDriver.ChunkLength,
                new Chunk<TPlain, TRobust, S, L>(
                    plain, robust, range, gradient.Memory<S>(), parameter.Memory<S>(), first.Memory<S>(), second.Memory<S>()));
    }

    readonly struct Chunk<TPlain, TRobust, S, L>(
        TPlain plain, TRobust robust, StepRange range, Memory<S> gradient, Memory<S> parameter, Memory<S> first, Memory<S> second) : IChunk
        where TPlain : struct, IUpdate
        where TRobust : struct, IUpdate
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
        where L : struct, ILane<L, S>
    {
        public void Run(int index)
        {
            int start = index * MapDriver.ChunkLength;
            int length = Math.Min(MapDriver.ChunkLength, parameter.Length - start);
            range.IsLeft = range.IsLeft || (range.Decay != 0 && !IsWithin(start, length));
            int done = range.IsLeft ? 0 : Run(plain, range.Largest, start, length);
            if (done < length)
            {
                range.IsLeft = true;
                Run(robust, double.PositiveInfinity, start + done, length - done);
            }
        }

        /// <summary>Whether the parameter's part in the gradient is within the range.</summary>
        bool IsWithin(int start, int length)
        {
            double largest = 0;
            foreach (S number in parameter.Span.Slice(start, length))
            {
                largest = Math.Max(largest, Math.Abs(double.CreateTruncating(number)));
            }

            return largest * range.Decay <= range.Largest;
        }

        /// <returns>How many elements were stepped: those before the first gradients beyond the largest.</returns>
        int Run<TUpdate>(TUpdate update, double largest, int start, int length)
            where TUpdate : struct, IUpdate
        {
            int whole = length / L.Width * L.Width;
            int done = Loop(
                update, largest, whole, in gradient.Span[start], ref parameter.Span[start], ref first.Span[start], ref second.Span[start]);
            return done < whole || whole == length ? done : whole + Remainder(update, largest, start + whole, length - whole);
        }

        // The gradients of some lanes are measured before any is stepped: in the time of the step's division and root it costs nothing.
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        static int Loop<TUpdate>(
            TUpdate update, double largest, int length, ref readonly S gradient, ref S parameter, ref S first, ref S second)
            where TUpdate : struct, IUpdate
        {
            nint end;
            for (nint start = 0; start < length; start = end)
            {
                end = Math.Min(start + (LanesPerTest * L.Width), length);
                L size = L.Const(0);
                for (nint i = start; i < end; i += L.Width)
                {
                    size = L.Larger(L.Abs(L.Load(in gradient, i)), size);
                }

                if (double.CreateTruncating(size.Largest()) > largest)
                {
                    return (int)start;
                }

                for (nint i = start; i < end; i += L.Width)
                {
                    (L p, L a, L b) = (L.Load(in parameter, i), L.Load(in first, i), L.Load(in second, i));
                    update.Step(L.Load(in gradient, i), ref p, ref a, ref b);
                    p.Store(ref parameter, i);
                    a.Store(ref first, i);
                    b.Store(ref second, i);
                }
            }

            return length;
        }

        // The last elements go through one padded lane, so that they are computed exactly as the others are.
        int Remainder<TUpdate>(TUpdate update, double largest, int at, int length)
            where TUpdate : struct, IUpdate
        {
            Span<S> padded = stackalloc S[4 * L.Width];
            padded.Clear();
            Span<S> g = padded[..L.Width];
            Span<S> p = padded.Slice(L.Width, L.Width);
            Span<S> a = padded.Slice(2 * L.Width, L.Width);
            Span<S> b = padded.Slice(3 * L.Width, L.Width);
            gradient.Span.Slice(at, length).CopyTo(g);
            parameter.Span.Slice(at, length).CopyTo(p);
            first.Span.Slice(at, length).CopyTo(a);
            second.Span.Slice(at, length).CopyTo(b);
            if (Loop(update, largest, L.Width, in g[0], ref p[0], ref a[0], ref b[0]) == 0)
            {
                return 0;
            }

            p[..length].CopyTo(parameter.Span[at..]);
            a[..length].CopyTo(first.Span[at..]);
            b[..length].CopyTo(second.Span[at..]);
            return length;
        }
    }
}
