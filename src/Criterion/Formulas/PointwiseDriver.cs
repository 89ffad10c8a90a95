using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Criterion.Kernels;

namespace Criterion.Formulas;

/// <summary>
/// The sum of a formula over the elements of two tensors, with the gradients by both, in one pass over memory: the value comes
/// out of the same dual numbers as the derivative.
/// </summary>
internal static class PointwiseDriver
{
    /// <summary>Adds up f(x, y) · scale; writes ∂f/∂x · scale and ∂f/∂y · scale where a tensor for them is given.</summary>
    public static double Run<TFormula>(TFormula formula, Tensor x, Tensor y, double scale, Tensor? gradientX, Tensor? gradientY)
        where TFormula : struct, IBinaryFormula
    {
        int chunks = (x.Count + MapDriver.ChunkLength - 1) / MapDriver.ChunkLength;
        Memory<double> partial = BufferPool<double>.Rent(chunks);
        WidestLane.Run(new Task<TFormula>(formula, x, y, scale, gradientX, gradientY, partial, chunks), x.DType);
        double sum = 0;
        foreach (double part in partial.Span[..chunks])
        {
            sum += part;
        }

        BufferPool<double>.Return(partial);
        return sum * scale;
    }

    readonly struct Task<TFormula>(
        TFormula formula, Tensor x, Tensor y, double scale, Tensor? gradientX, Tensor? gradientY, Memory<double> partial, int chunks) : ILaneTask
        where TFormula : struct, IBinaryFormula
    {
        public void Run<S, L>()
            where S : unmanaged, IBinaryFloatingPointIeee754<S>
            where L : struct, ILane<L, S> => ParallelFor.Run(chunks, new Chunk<TFormula, S, L>(
                formula, x.Memory<S>(), y.Memory<S>(), scale, gradientX?.Memory<S>() ?? default, gradientY?.Memory<S>() ?? default, partial));
    }

    readonly struct Chunk<TFormula, S, L>(
        TFormula formula, Memory<S> x, Memory<S> y, double scale, Memory<S> gradientX, Memory<S> gradientY, Memory<double> partial) : IChunk
        where TFormula : struct, IBinaryFormula
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
        where L : struct, ILane<L, S>
    {
        public void Run(int index)
        {
            int start = index * MapDriver.ChunkLength;
            int length = Math.Min(MapDriver.ChunkLength, x.Length - start);
            ReadOnlySpan<S> a = x.Span.Slice(start, length);
            ReadOnlySpan<S> b = y.Span.Slice(start, length);
            double sum = gradientX.IsEmpty
                ? Values(formula, a, b)
                : Differentiate<First>(a, b, gradientX.Span.Slice(start, length));
            if (!gradientY.IsEmpty)
            {
                sum = Differentiate<Second>(a, b, gradientY.Span.Slice(start, length));
            }

            partial.Span[index] = sum;
        }

        double Differentiate<TVariable>(ReadOnlySpan<S> a, ReadOnlySpan<S> b, Span<S> gradient)
            where TVariable : struct, IVariable => ValuesAndGradients<TVariable>(formula, scale, a, b, gradient, x.Length);

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        static double Values(TFormula formula, ReadOnlySpan<S> a, ReadOnlySpan<S> b)
        {
            ref S x = ref MemoryMarshal.GetReference(a);
            ref S y = ref MemoryMarshal.GetReference(b);
            L sum = L.Const(0);
            int i = 0;
            for (; i <= a.Length - L.Width; i += L.Width)
            {
                sum += formula.Value(L.Load(in x, i), L.Load(in y, i));
            }

            return double.CreateTruncating(sum.Sum()) + Rest(formula, a[i..], b[i..]);
        }

        // The elements after the last whole lane. In a method of their own, as below: what is inlined for them would count against the loop.
        [MethodImpl(MethodImplOptions.NoInlining)]
        static double Rest(TFormula formula, ReadOnlySpan<S> a, ReadOnlySpan<S> b)
        {
            double total = 0;
            for (int i = 0; i < a.Length; i++)
            {
                total += formula.Value<Real>(double.CreateTruncating(a[i]), double.CreateTruncating(b[i])).Value;
            }

            return total;
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        static unsafe double ValuesAndGradients<TVariable>(
            TFormula formula, double scale, ReadOnlySpan<S> a, ReadOnlySpan<S> b, Span<S> gradient, int count)
            where TVariable : struct, IVariable
        {
            ref S x = ref MemoryMarshal.GetReference(a);
            ref S y = ref MemoryMarshal.GetReference(b);
            ref S g = ref MemoryMarshal.GetReference(gradient);
            L factor = L.Const(scale);
            L sum = L.Const(0);
            int i = 0;
            fixed (S* target = gradient)
            {
                bool stream = Streaming.Suits<L, S>(target, count);
                for (; i <= a.Length - L.Width; i += L.Width)
                {
                    Dual<L> value = TVariable.Of(formula, L.Load(in x, i), L.Load(in y, i));
                    sum += value.Value;
                    if (stream)
                    {
                        (value.Tangent * factor).Stream(target + i);
                    }
                    else
                    {
                        (value.Tangent * factor).Store(ref g, i);
                    }
                }

                Streaming.End();
            }

            return double.CreateTruncating(sum.Sum()) + Rest<TVariable>(formula, scale, a[i..], b[i..], gradient[i..]);
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        static double Rest<TVariable>(TFormula formula, double scale, ReadOnlySpan<S> a, ReadOnlySpan<S> b, Span<S> gradient)
            where TVariable : struct, IVariable
        {
            double total = 0;
            for (int i = 0; i < a.Length; i++)
            {
                Dual<Real> value = TVariable.Of<TFormula, Real>(formula, double.CreateTruncating(a[i]), double.CreateTruncating(b[i]));
                total += value.Value.Value;
                gradient[i] = S.CreateTruncating(value.Tangent.Value * scale);
            }

            return total;
        }
    }

    /// <summary>Which of the two numbers is differentiated by.</summary>
    interface IVariable
    {
        static abstract Dual<T> Of<TFormula, T>(TFormula formula, T x, T y)
            where TFormula : struct, IBinaryFormula
            where T : struct, IReal<T>;
    }

    readonly struct First : IVariable
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Dual<T> Of<TFormula, T>(TFormula formula, T x, T y)
            where TFormula : struct, IBinaryFormula
            where T : struct, IReal<T> => formula.Value(Dual<T>.Variable(x), Dual<T>.Fixed(y));
    }

    readonly struct Second : IVariable
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Dual<T> Of<TFormula, T>(TFormula formula, T x, T y)
            where TFormula : struct, IBinaryFormula
            where T : struct, IReal<T> => formula.Value(Dual<T>.Fixed(x), Dual<T>.Variable(y));
    }
}
