using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Criterion.Numbers;
using Criterion.Simd;

namespace Criterion.Drivers;

/// <summary>One step of an optimizer for one element of a parameter, with the two numbers of its state.</summary>
internal interface IUpdate
{
    void Step<T>(T gradient, ref T parameter, ref T first, ref T second)
        where T : struct, IReal<T>;
}

/// <summary>The gradients that a plain step accepts: up to a size, as long as all before were too.</summary>
/// <param name="type">The type of the parameter.</param>
internal sealed class StepRange(DType type)
{
    /// <summary>The largest gradient of plain steps.</summary>
    public double Largest { get; } = Math.ScaleB(1, type == DType.Float32 ? 59 : 479);

    /// <summary>The multiple of the parameter that counts as a part of the gradient.</summary>
    public double Decay { get; set; }

    /// <summary>Whether a step was not plain: the state may be of any size from then on.</summary>
    public bool IsLeft { get; set; }
}

/// <summary>The operands of an update, contiguous and of one shape and type.</summary>
/// <param name="Plain">The step for gradients within the range.</param>
/// <param name="Robust">The step for all others; the same bits where both can be taken.</param>
/// <param name="Range">The range of the plain step.</param>
/// <param name="Gradient">The gradient.</param>
/// <param name="Parameter">The parameter.</param>
/// <param name="First">The first number of the state.</param>
/// <param name="Second">The second number of the state.</param>
internal readonly record struct Update<TPlain, TRobust>(
    TPlain Plain, TRobust Robust, StepRange Range, Elements Gradient, Elements Parameter, Elements First, Elements Second)
    where TPlain : struct, IUpdate
    where TRobust : struct, IUpdate;

/// <summary>
/// Runs an update over a parameter, its gradient and its state: each is read once and written once. From the first gradient on that
/// leaves the range of plain steps a parameter takes robust ones.
/// </summary>
internal static class UpdateDriver
{
    public static void Run<TPlain, TRobust>(in Update<TPlain, TRobust> update)
        where TPlain : struct, IUpdate
        where TRobust : struct, IUpdate => LaneLoop.Run(new Loop<TPlain, TRobust>(update), update.Parameter.DType);

    readonly struct Loop<TPlain, TRobust>(Update<TPlain, TRobust> update) : ILaneLoop
        where TPlain : struct, IUpdate
        where TRobust : struct, IUpdate
    {
        public int Chunks => LaneLoop.Chunks(update.Parameter.Count);

        void ILaneLoop.Run<S, L, D>(int chunk)
        {
            int start = chunk * LaneLoop.ChunkLength;
            int length = Math.Min(LaneLoop.ChunkLength, update.Parameter.Count - start);
            UpdateLoops<S, L> loops = new()
            {
                Gradient = update.Gradient.Span<S>().Slice(start, length),
                Parameter = update.Parameter.Span<S>().Slice(start, length),
                First = update.First.Span<S>().Slice(start, length),
                Second = update.Second.Span<S>().Slice(start, length),
            };
            StepRange range = update.Range;
            range.IsLeft = range.IsLeft || (range.Decay != 0 && loops.LargestParameter() * range.Decay > range.Largest);
            int done = range.IsLeft ? 0 : loops.Run(update.Plain, range.Largest, 0);
            if (done < length)
            {
                range.IsLeft = true;
                loops.Run(update.Robust, double.PositiveInfinity, done);
            }
        }
    }
}

/// <summary>The loops of an update over one chunk.</summary>
internal readonly ref struct UpdateLoops<S, L>
    where S : unmanaged, IBinaryFloatingPointIeee754<S>
    where L : struct, ILane<L, S>
{
    const int LanesPerTest = 32;

    public Span<S> Gradient { get; init; }

    public Span<S> Parameter { get; init; }

    public Span<S> First { get; init; }

    public Span<S> Second { get; init; }

    /// <summary>Returns the largest magnitude in the parameter; NaN counts as infinite.</summary>
    public double LargestParameter()
    {
        double largest = 0;
        foreach (S number in Parameter)
        {
            largest = Math.Max(largest, Math.Abs(double.CreateTruncating(number)));
        }

        return double.IsNaN(largest) ? double.PositiveInfinity : largest;
    }

    /// <summary>Steps the elements from <paramref name="start"/> on.</summary>
    /// <returns>The index after the last one stepped: that of the first gradients beyond the largest, or the length.</returns>
    public int Run<TUpdate>(TUpdate update, double largest, int start)
        where TUpdate : struct, IUpdate
    {
        int whole = start + ((Parameter.Length - start) / L.Width * L.Width);
        int done = whole == start
            ? start
            : start + Loop(update, largest, whole - start, in Gradient[start], ref Parameter[start], ref First[start], ref Second[start]);
        return done < whole || whole == Parameter.Length ? done : Partial(update, largest, whole);
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

    int Partial<TUpdate>(TUpdate update, double largest, int at)
        where TUpdate : struct, IUpdate
    {
        Span<S> padded = stackalloc S[4 * L.Width];
        ref S p = ref MemoryMarshal.GetReference(padded);
        PartialLane<L, S>.Load(Gradient[at..]).Store(ref p, 0);
        PartialLane<L, S>.Load(Parameter[at..]).Store(ref p, L.Width);
        PartialLane<L, S>.Load(First[at..]).Store(ref p, 2 * L.Width);
        PartialLane<L, S>.Load(Second[at..]).Store(ref p, 3 * L.Width);
        if (Loop(update, largest, L.Width, in p, ref padded[L.Width], ref padded[2 * L.Width], ref padded[3 * L.Width]) == 0)
        {
            return at;
        }

        int length = Parameter.Length - at;
        padded.Slice(L.Width, length).CopyTo(Parameter[at..]);
        padded.Slice(2 * L.Width, length).CopyTo(First[at..]);
        padded.Slice(3 * L.Width, length).CopyTo(Second[at..]);
        return Parameter.Length;
    }
}
