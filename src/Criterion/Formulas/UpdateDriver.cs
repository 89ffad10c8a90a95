using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Criterion.Kernels;

namespace Criterion.Formulas;

/// <summary>One step of an optimizer for one element of a parameter, with two numbers that it keeps for it.</summary>
internal interface IUpdate
{
    void Step<T>(T gradient, ref T parameter, ref T first, ref T second)
        where T : struct, IReal<T>;
}

/// <summary>Runs an update over a parameter, its gradient and its state: each is read once and written once.</summary>
internal static class UpdateDriver
{
    /// <summary>All are contiguous and of one shape and type.</summary>
    public static void Run<TUpdate>(TUpdate update, Tensor gradient, Tensor parameter, Tensor first, Tensor second)
        where TUpdate : struct, IUpdate
    {
        if (parameter.DType == DType.Float32)
        {
            OverLanes<TUpdate, float>(update, gradient, parameter, first, second);
        }
        else
        {
            OverLanes<TUpdate, double>(update, gradient, parameter, first, second);
        }
    }

    static void OverLanes<TUpdate, S>(TUpdate update, Tensor gradient, Tensor parameter, Tensor first, Tensor second)
        where TUpdate : struct, IUpdate
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Over<TUpdate, S, Lane512<S>>(update, gradient, parameter, first, second);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Over<TUpdate, S, Lane256<S>>(update, gradient, parameter, first, second);
        }
        else
        {
            Over<TUpdate, S, Lane128<S>>(update, gradient, parameter, first, second);
        }
    }

    static void Over<TUpdate, S, L>(TUpdate update, Tensor gradient, Tensor parameter, Tensor first, Tensor second)
        where TUpdate : struct, IUpdate
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
        where L : struct, ILane<L, S> =>
        ParallelFor.Run(
            (parameter.Count + MapDriver.ChunkLength - 1) / MapDriver.ChunkLength,
            new Chunk<TUpdate, S, L>(update, gradient.Memory<S>(), parameter.Memory<S>(), first.Memory<S>(), second.Memory<S>()));

    readonly struct Chunk<TUpdate, S, L>(TUpdate update, Memory<S> gradient, Memory<S> parameter, Memory<S> first, Memory<S> second) : IChunk
        where TUpdate : struct, IUpdate
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
        where L : struct, ILane<L, S>
    {
        public void Run(int index)
        {
            int start = index * MapDriver.ChunkLength;
            int length = Math.Min(MapDriver.ChunkLength, parameter.Length - start);
            int whole = length / L.Width * L.Width;
            Loop(
                update, whole, in gradient.Span[start], ref parameter.Span[start], ref first.Span[start], ref second.Span[start]);
            if (whole < length)
            {
                Remainder(start + whole, length - whole);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        static void Loop(TUpdate update, int length, ref readonly S gradient, ref S parameter, ref S first, ref S second)
        {
            for (nint i = 0; i < length; i += L.Width)
            {
                (L p, L a, L b) = (L.Load(in parameter, i), L.Load(in first, i), L.Load(in second, i));
                update.Step(L.Load(in gradient, i), ref p, ref a, ref b);
                p.Store(ref parameter, i);
                a.Store(ref first, i);
                b.Store(ref second, i);
            }
        }

        // The last elements go through one padded lane, so that they are computed exactly as the others are.
        void Remainder(int at, int length)
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
            Loop(update, L.Width, in g[0], ref p[0], ref a[0], ref b[0]);
            p[..length].CopyTo(parameter.Span[at..]);
            a[..length].CopyTo(first.Span[at..]);
            b[..length].CopyTo(second.Span[at..]);
        }
    }
}
