using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Criterion.Formulas;
using Criterion.Kernels;
using Criterion.Memory;
using Criterion.Numbers;
using Criterion.Simd;

namespace Criterion.Drivers;

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
internal readonly record struct PointwiseTotal(double Value, double Slope)
{
    public bool IsFinite => double.IsFinite(Value) && double.IsFinite(Slope);

    public static PointwiseTotal operator +(PointwiseTotal a, PointwiseTotal b) => new(a.Value + b.Value, a.Slope + b.Slope);
}

/// <summary>
/// The sum of a formula over the elements of up to three tensors, with the gradients, in one pass over memory: the value comes out of
/// the same numbers as the derivative. A second and third gradient are worked out while a chunk is in the cache. A chunk whose sums
/// are not finite is worked out again element by element: floats in double precision, doubles in <see cref="UnboundedReal"/>.
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
            total += new PointwiseTotal(partial.Span[2 * i], partial.Span[(2 * i) + 1]);
        }

        BufferPool<double>.Return(partial);
        return total;
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
            PointwiseTotal sum = total is null
                ? Gradients<TVariable, WithTotal>(formula, scale, offset, a, b, c, target, x.Length)
                : Gradients<TVariable, Alone>(formula, scale, offset, a, b, c, target, x.Length);
            int whole = length - (length % L.Width);
            sum += Rest<TVariable, Real>(
                formula, scale, offset, a[whole..], b[whole..], c[whole..], target.IsEmpty ? target : target[whole..]);
            if (!sum.IsFinite)
            {
                sum = typeof(S) == typeof(float)
                    ? Rest<TVariable, Real>(formula, scale, offset, a, b, c, target)
                    : Rest<TVariable, UnboundedReal>(formula, scale, offset, a, b, c, target);
            }

            total ??= sum;
        }

        double Value(int start, int length)
        {
            ReadOnlySpan<S> a = Part(x, start, length);
            ReadOnlySpan<S> b = Part(y, start, length);
            ReadOnlySpan<S> c = Part(z, start, length);
            int whole = length - (length % L.Width);
            double sum = (Values(formula, a, b, c) * scale) + Rest<Real>(formula, scale, a[whole..], b[whole..], c[whole..]);
            return double.IsFinite(sum) ? sum
                : typeof(S) == typeof(float) ? Rest<Real>(formula, scale, a, b, c)
                : Rest<UnboundedReal>(formula, scale, a, b, c);
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
        static double Rest<N>(TFormula formula, double scale, ReadOnlySpan<S> x, ReadOnlySpan<S> y, ReadOnlySpan<S> z)
            where N : struct, IScalar<N>
        {
            N total = N.Const(0);
            for (int i = 0; i < x.Length; i++)
            {
                total += formula.Value(Number<N>(x[i]), Number<N>(y[i]), Number<N>(z[i]));
            }

            return (total * N.Const(scale)).Value;
        }

        static N Number<N>(S value)
            where N : struct, IScalar<N> => N.Const(double.CreateTruncating(value));

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
                    }

                    L scaled = L.MultiplyAdd(value.Tangent, factor, shift);
                    slope += value.Tangent;
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

            return new(double.CreateTruncating(sum.Sum()) * scale, double.CreateTruncating(slope.Sum()) * scale);
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        static PointwiseTotal Rest<TVariable, N>(
            TFormula formula, double scale, double offset, ReadOnlySpan<S> x, ReadOnlySpan<S> y, ReadOnlySpan<S> z, Span<S> gradient)
            where TVariable : struct, IVariable
            where N : struct, IScalar<N>
        {
            (N sum, N slope) = (N.Const(0), N.Const(0));
            (N factor, N shift) = (N.Const(scale), N.Const(offset));
            for (int i = 0; i < x.Length; i++)
            {
                SparseDual<N> value = TVariable.Slowly(formula, Number<N>(x[i]), Number<N>(y[i]), Number<N>(z[i]));
                (sum, slope) = (sum + value.Value, slope + value.Tangent);
                if (!gradient.IsEmpty)
                {
                    gradient[i] = S.CreateTruncating(((value.Tangent * factor) + shift).Value);
                }
            }

            return new((sum * factor).Value, (slope * factor).Value);
        }
    }

    /// <summary>Whether a pass adds up values: where it does not, what only the value needs is not worked out.</summary>
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
    /// <remarks>
    /// In lanes by duals, which are less for the compiler to inline; one by one by those that know what does not vary, so that its
    /// derivative, 0, meets no infinity.
    /// </remarks>
    interface IVariable
    {
        static abstract Dual<T> Of<TFormula, T>(TFormula formula, T a, T b, T c)
            where TFormula : struct, IMapFormula
            where T : struct, IReal<T>;

        static abstract SparseDual<T> Slowly<TFormula, T>(TFormula formula, T a, T b, T c)
            where TFormula : struct, IMapFormula
            where T : struct, IReal<T>;
    }

    readonly struct First : IVariable
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Dual<T> Of<TFormula, T>(TFormula formula, T a, T b, T c)
            where TFormula : struct, IMapFormula
            where T : struct, IReal<T> => formula.Value(Dual<T>.Variable(a), Dual<T>.Fixed(b), Dual<T>.Fixed(c));

        public static SparseDual<T> Slowly<TFormula, T>(TFormula formula, T a, T b, T c)
            where TFormula : struct, IMapFormula
            where T : struct, IReal<T> => formula.Value(SparseDual<T>.Variable(a), SparseDual<T>.Fixed(b), SparseDual<T>.Fixed(c));
    }

    readonly struct Second : IVariable
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Dual<T> Of<TFormula, T>(TFormula formula, T a, T b, T c)
            where TFormula : struct, IMapFormula
            where T : struct, IReal<T> => formula.Value(Dual<T>.Fixed(a), Dual<T>.Variable(b), Dual<T>.Fixed(c));

        public static SparseDual<T> Slowly<TFormula, T>(TFormula formula, T a, T b, T c)
            where TFormula : struct, IMapFormula
            where T : struct, IReal<T> => formula.Value(SparseDual<T>.Fixed(a), SparseDual<T>.Variable(b), SparseDual<T>.Fixed(c));
    }

    readonly struct Third : IVariable
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Dual<T> Of<TFormula, T>(TFormula formula, T a, T b, T c)
            where TFormula : struct, IMapFormula
            where T : struct, IReal<T> => formula.Value(Dual<T>.Fixed(a), Dual<T>.Fixed(b), Dual<T>.Variable(c));

        public static SparseDual<T> Slowly<TFormula, T>(TFormula formula, T a, T b, T c)
            where TFormula : struct, IMapFormula
            where T : struct, IReal<T> => formula.Value(SparseDual<T>.Fixed(a), SparseDual<T>.Fixed(b), SparseDual<T>.Variable(c));
    }
}
