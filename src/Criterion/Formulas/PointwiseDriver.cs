using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Criterion.Kernels;

namespace Criterion.Formulas;

/// <summary>What a sum over the elements of up to three tensors of one shape reads and writes.</summary>
/// <param name="X">The first numbers.</param>
/// <param name="Y">The second; the first again where the formula takes one number.</param>
/// <param name="Z">The third; the first again where it takes fewer than three.</param>
/// <param name="Scale">A factor for sum and gradients.</param>
/// <param name="GradientX">Takes ∂f/∂x times the scale, or null.</param>
/// <param name="GradientY">Takes ∂f/∂y times the scale, or null.</param>
/// <param name="GradientZ">Takes ∂f/∂z times the scale, or null.</param>
/// <param name="Offset">What is added to the gradient by x.</param>
/// <param name="WantsSlope">Whether the sum of ∂f/∂x is wanted, also where its single elements are not.</param>
internal readonly record struct PointwiseRun(
    Tensor X,
    Tensor Y,
    Tensor Z,
    double Scale,
    Tensor? GradientX = null,
    Tensor? GradientY = null,
    Tensor? GradientZ = null,
    double Offset = 0,
    bool WantsSlope = false);

/// <summary>The sum of a formula over elements, and of its derivative by the first number if that was worked out.</summary>
internal readonly record struct PointwiseTotal(double Value, double Slope);

/// <summary>
/// The sum of a formula over the elements of up to three tensors, with the gradients, in one pass over memory: the value comes out of
/// the same dual numbers as the derivative. A second and third gradient are worked out while a chunk is in the cache.
/// </summary>
internal static class PointwiseDriver
{
    public static PointwiseTotal Run<TFormula>(TFormula formula, in PointwiseRun run)
        where TFormula : struct, IMapFormula
    {
        int chunks = (run.X.Count + MapDriver.ChunkLength - 1) / MapDriver.ChunkLength;
        Memory<double> partial = BufferPool<double>.Rent(2 * chunks);
        WidestLane.Run(new Task<TFormula>(formula, run, partial, chunks), run.X.DType);
        PointwiseTotal total = default;
        for (int i = 0; i < chunks; i++)
        {
            total = new(total.Value + partial.Span[2 * i], total.Slope + partial.Span[(2 * i) + 1]);
        }

        BufferPool<double>.Return(partial);
        return new(total.Value * run.Scale, total.Slope * run.Scale);
    }

    readonly struct Task<TFormula>(TFormula formula, PointwiseRun run, Memory<double> partial, int chunks) : ILaneTask
        where TFormula : struct, IMapFormula
    {
        public void Run<S, L>()
            where S : unmanaged, IBinaryFloatingPointIeee754<S>
            where L : struct, ILane<L, S> => ParallelFor.Run(chunks, new Chunk<TFormula, S, L>(
                formula,
                run.X.Memory<S>(),
                run.Y.Memory<S>(),
                run.Z.Memory<S>(),
                run.Scale,
                run.GradientX?.Memory<S>() ?? default,
                run.GradientY?.Memory<S>() ?? default,
                run.GradientZ?.Memory<S>() ?? default,
                run.Offset,
                run.WantsSlope,
                partial));
    }

    readonly struct Chunk<TFormula, S, L>(
        TFormula formula,
        Memory<S> x,
        Memory<S> y,
        Memory<S> z,
        double scale,
        Memory<S> gradientX,
        Memory<S> gradientY,
        Memory<S> gradientZ,
        double offset,
        bool wantsSlope,
        Memory<double> partial) : IChunk
        where TFormula : struct, IMapFormula
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
        where L : struct, ILane<L, S>
    {
        public void Run(int index)
        {
            int start = index * MapDriver.ChunkLength;
            int length = Math.Min(MapDriver.ChunkLength, x.Length - start);
            PointwiseTotal? total = null;
            Differentiate<First>(gradientX, offset, start, length, wantsSlope, ref total);
            Differentiate<Second>(gradientY, 0, start, length, false, ref total);
            Differentiate<Third>(gradientZ, 0, start, length, false, ref total);
            total ??= new(Value(start, length), 0);
            partial.Span[2 * index] = total.Value.Value;
            partial.Span[(2 * index) + 1] = total.Value.Slope;
        }

        static ReadOnlySpan<S> Part(Memory<S> memory, int start, int length) => memory.Span.Slice(start, length);

        /// <summary>Writes a gradient, if it is wanted; the first one that is also gives the sum.</summary>
        void Differentiate<TVariable>(Memory<S> gradient, double offset, int start, int length, bool always, ref PointwiseTotal? total)
            where TVariable : struct, IVariable
        {
            if (gradient.IsEmpty && !always)
            {
                return;
            }

            ReadOnlySpan<S> a = Part(x, start, length);
            ReadOnlySpan<S> b = Part(y, start, length);
            ReadOnlySpan<S> c = Part(z, start, length);
            Span<S> target = gradient.IsEmpty ? default : gradient.Span.Slice(start, length);
            PointwiseTotal lanes = total is null
                ? Gradients<TVariable, WithTotal>(formula, scale, offset, a, b, c, target, x.Length)
                : Gradients<TVariable, Alone>(formula, scale, offset, a, b, c, target, x.Length);
            int whole = length - (length % L.Width);
            PointwiseTotal rest = Rest<TVariable>(
                formula, scale, offset, a[whole..], b[whole..], c[whole..], target.IsEmpty ? target : target[whole..]);
            total ??= new(lanes.Value + rest.Value, lanes.Slope + rest.Slope);
        }

        double Value(int start, int length)
        {
            ReadOnlySpan<S> a = Part(x, start, length);
            ReadOnlySpan<S> b = Part(y, start, length);
            ReadOnlySpan<S> c = Part(z, start, length);
            int whole = length - (length % L.Width);
            return Values(formula, a, b, c) + Rest(formula, a[whole..], b[whole..], c[whole..]);
        }

        // Two things make these loops fast. The test is at their end: only then does the compiler move out of them what stays the same,
        // such as an option of the formula made into a lane. And nothing is called after them: what is needed after a call would be kept
        // in memory within the loop too.
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        static double Values(TFormula formula, ReadOnlySpan<S> x, ReadOnlySpan<S> y, ReadOnlySpan<S> z)
        {
            int last = x.Length - L.Width;
            if (last < 0)
            {
                return 0;
            }

            ref S a = ref MemoryMarshal.GetReference(x);
            ref S b = ref MemoryMarshal.GetReference(y);
            ref S c = ref MemoryMarshal.GetReference(z);
            L sum = L.Const(0);
            int i = 0;
            do
            {
                sum += formula.Value(L.Load(in a, i), TFormula.Arity > 1 ? L.Load(in b, i) : default, TFormula.Arity > 2 ? L.Load(in c, i) : default);
                i += L.Width;
            }
            while (i <= last);

            return double.CreateTruncating(sum.Sum());
        }

        // The elements after the last whole lane. In a method of their own, as below: what is inlined for them would count against the loop.
        [MethodImpl(MethodImplOptions.NoInlining)]
        static double Rest(TFormula formula, ReadOnlySpan<S> x, ReadOnlySpan<S> y, ReadOnlySpan<S> z)
        {
            double total = 0;
            for (int i = 0; i < x.Length; i++)
            {
                total += formula.Value<Real>(double.CreateTruncating(x[i]), double.CreateTruncating(y[i]), double.CreateTruncating(z[i])).Value;
            }

            return total;
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        static unsafe PointwiseTotal Gradients<TVariable, TExtent>(
            TFormula formula, double scale, double offset, ReadOnlySpan<S> x, ReadOnlySpan<S> y, ReadOnlySpan<S> z, Span<S> gradient, int count)
            where TVariable : struct, IVariable
            where TExtent : struct, IExtent
        {
            int last = x.Length - L.Width;
            if (last < 0)
            {
                return default;
            }

            ref S a = ref MemoryMarshal.GetReference(x);
            ref S b = ref MemoryMarshal.GetReference(y);
            ref S c = ref MemoryMarshal.GetReference(z);
            ref S g = ref MemoryMarshal.GetReference(gradient);
            L factor = L.Const(scale);
            L shift = L.Const(offset);
            L sum = L.Const(0);
            L slope = sum;
            int i = 0;
            fixed (S* target = gradient)
            {
                bool stores = !gradient.IsEmpty;
                bool streams = stores && Streaming.Suits<L, S>(target, count);
                do
                {
                    Dual<L> value = TVariable.Of(
                        formula, L.Load(in a, i), TFormula.Arity > 1 ? L.Load(in b, i) : default, TFormula.Arity > 2 ? L.Load(in c, i) : default);
                    if (TExtent.Sums)
                    {
                        sum += value.Value;
                        slope += value.Tangent;
                    }

                    L scaled = L.MultiplyAdd(value.Tangent, factor, shift);
                    if (streams)
                    {
                        scaled.Stream(target + i);
                    }
                    else if (stores)
                    {
                        scaled.Store(ref g, i);
                    }

                    i += L.Width;
                }
                while (i <= last);

                Streaming.End();
            }

            return new(double.CreateTruncating(sum.Sum()), double.CreateTruncating(slope.Sum()));
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        static PointwiseTotal Rest<TVariable>(
            TFormula formula, double scale, double offset, ReadOnlySpan<S> x, ReadOnlySpan<S> y, ReadOnlySpan<S> z, Span<S> gradient)
            where TVariable : struct, IVariable
        {
            PointwiseTotal total = default;
            for (int i = 0; i < x.Length; i++)
            {
                Dual<Real> value = TVariable.Of<TFormula, Real>(
                    formula, double.CreateTruncating(x[i]), double.CreateTruncating(y[i]), double.CreateTruncating(z[i]));
                total = new(total.Value + value.Value.Value, total.Slope + value.Tangent.Value);
                if (!gradient.IsEmpty)
                {
                    gradient[i] = S.CreateTruncating((value.Tangent.Value * scale) + offset);
                }
            }

            return total;
        }
    }

    /// <summary>Whether a pass adds up: where it does not, what only the value needs is not worked out.</summary>
    interface IExtent
    {
        static abstract bool Sums { get; }
    }

    readonly struct WithTotal : IExtent
    {
        public static bool Sums => true;
    }

    readonly struct Alone : IExtent
    {
        public static bool Sums => false;
    }

    /// <summary>Which of the numbers is differentiated by.</summary>
    interface IVariable
    {
        static abstract Dual<T> Of<TFormula, T>(TFormula formula, T a, T b, T c)
            where TFormula : struct, IMapFormula
            where T : struct, IReal<T>;
    }

    readonly struct First : IVariable
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Dual<T> Of<TFormula, T>(TFormula formula, T a, T b, T c)
            where TFormula : struct, IMapFormula
            where T : struct, IReal<T> => formula.Value(Dual<T>.Variable(a), Dual<T>.Fixed(b), Dual<T>.Fixed(c));
    }

    readonly struct Second : IVariable
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Dual<T> Of<TFormula, T>(TFormula formula, T a, T b, T c)
            where TFormula : struct, IMapFormula
            where T : struct, IReal<T> => formula.Value(Dual<T>.Fixed(a), Dual<T>.Variable(b), Dual<T>.Fixed(c));
    }

    readonly struct Third : IVariable
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Dual<T> Of<TFormula, T>(TFormula formula, T a, T b, T c)
            where TFormula : struct, IMapFormula
            where T : struct, IReal<T> => formula.Value(Dual<T>.Fixed(a), Dual<T>.Fixed(b), Dual<T>.Variable(c));
    }
}
