using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Criterion.Kernels;

namespace Criterion.Formulas;

/// <summary>
/// Runs a row formula over matrices [rows, length]: one pass for the statistics, the formula once for each row in double
/// precision, and a second pass, over a row that is still in the cache, for the gradients.
/// </summary>
internal static class RowDriver
{
    // So many elements are added up in lanes before their sum is carried to a double: a long row would lose its last digits.
    const int BlockLength = 1024;

    /// <summary>Writes the loss of each row, and its gradient times <paramref name="scale"/> by each input for which a tensor is given.</summary>
    public static void Run<TFormula>(TFormula formula, Tensor[] inputs, Tensor? perRow, Tensor values, Tensor?[] gradients, double scale)
        where TFormula : struct, IRowFormula =>
        WidestLane.Run(new Task<TFormula>(formula, inputs, perRow, values, gradients, scale), values.DType);

    readonly struct Task<TFormula>(TFormula formula, Tensor[] inputs, Tensor? perRow, Tensor values, Tensor?[] gradients, double scale) : ILaneTask
        where TFormula : struct, IRowFormula
    {
        public void Run<S, L>()
            where S : unmanaged, IBinaryFloatingPointIeee754<S>
            where L : struct, ILane<L, S>
        {
            int rows = values.Count;
            int length = inputs[0].Count / Math.Max(1, rows);
            int rowsPerChunk = Math.Max(1, MapDriver.ChunkLength / Math.Max(1, length));
            ParallelFor.Run((rows + rowsPerChunk - 1) / rowsPerChunk, new Chunk<TFormula, S, L>(
                formula,
                length,
                rowsPerChunk,
                Input<S>(0),
                Input<S>(1),
                Input<S>(2),
                perRow?.Memory<S>() ?? default,
                values.Memory<S>(),
                Gradient<S>(0),
                Gradient<S>(1),
                Gradient<S>(2),
                scale));
        }

        Memory<S> Input<S>(int i)
            where S : unmanaged => inputs[Math.Min(i, inputs.Length - 1)].Memory<S>();

        Memory<S> Gradient<S>(int i)
            where S : unmanaged => i < gradients.Length && gradients[i] is { } gradient ? gradient.Memory<S>() : default;
    }

    readonly struct Chunk<TFormula, S, L>(
        TFormula formula,
        int length,
        int rowsPerChunk,
        Memory<S> a,
        Memory<S> b,
        Memory<S> c,
        Memory<S> perRow,
        Memory<S> values,
        Memory<S> gradientA,
        Memory<S> gradientB,
        Memory<S> gradientC,
        double scale) : IChunk
        where TFormula : struct, IRowFormula
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
        where L : struct, ILane<L, S>
    {
        public void Run(int index)
        {
            int end = Math.Min(values.Length, (index + 1) * rowsPerChunk);
            for (int row = index * rowsPerChunk; row < end; row++)
            {
                RunRow(row);
            }
        }

        void RunRow(int row)
        {
            int at = row * length;
            ReadOnlySpan<S> x = a.Span.Slice(at, length);
            ReadOnlySpan<S> y = b.Span.Slice(at, length);
            ReadOnlySpan<S> z = c.Span.Slice(at, length);
            Real t = perRow.IsEmpty ? 0 : double.CreateTruncating(perRow.Span[row]);
            Statistics<Real> sums = Sum(formula, x, y, z);
            values.Span[row] = S.CreateTruncating(formula.Value(sums, t).Value);
            if (gradientA.IsEmpty && gradientB.IsEmpty && gradientC.IsEmpty)
            {
                return;
            }

            Statistics<Real> slopes = Slopes(sums, t);
            Differentiate<First>(slopes, x, y, z, gradientA, at);
            Differentiate<Second>(slopes, x, y, z, gradientB, at);
            Differentiate<Third>(slopes, x, y, z, gradientC, at);
        }

        /// <summary>The scaled derivatives of the row's loss by each of its sums.</summary>
        Statistics<Real> Slopes(Statistics<Real> s, Real t)
        {
            static Dual<Real> Fix(Real x) => Dual<Real>.Fixed(x);
            static Dual<Real> Vary(Real x) => Dual<Real>.Variable(x);
            Statistics<Dual<Real>> still = s.Select(Fix);
            return new(
                formula.Value(still with { First = Vary(s.First) }, Fix(t)).Tangent * scale,
                formula.Value(still with { Second = Vary(s.Second) }, Fix(t)).Tangent * scale,
                formula.Value(still with { Third = Vary(s.Third) }, Fix(t)).Tangent * scale,
                formula.Value(still with { Fourth = Vary(s.Fourth) }, Fix(t)).Tangent * scale);
        }

        void Differentiate<TVariable>(
            Statistics<Real> slopes, ReadOnlySpan<S> x, ReadOnlySpan<S> y, ReadOnlySpan<S> z, Memory<S> gradient, int at)
            where TVariable : struct, IVariable
        {
            if (!gradient.IsEmpty)
            {
                Gradient<TVariable>(formula, slopes, x, y, z, gradient.Span.Slice(at, length));
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        static Statistics<Real> Sum(TFormula formula, ReadOnlySpan<S> x, ReadOnlySpan<S> y, ReadOnlySpan<S> z)
        {
            ref S a = ref MemoryMarshal.GetReference(x);
            ref S b = ref MemoryMarshal.GetReference(y);
            ref S c = ref MemoryMarshal.GetReference(z);
            Statistics<Real> sums = default;
            int i = 0;
            while (i <= x.Length - L.Width)
            {
                L first = L.Const(0);
                L second = first;
                L third = first;
                L fourth = first;
                int last = Math.Min(x.Length, i + BlockLength) - L.Width;
                for (; i <= last; i += L.Width)
                {
                    Statistics<L> terms = formula.Terms(
                        L.Load(in a, i), TFormula.Inputs > 1 ? L.Load(in b, i) : default, TFormula.Inputs > 2 ? L.Load(in c, i) : default);
                    first += terms.First;
                    second += terms.Second;
                    third += terms.Third;
                    fourth += terms.Fourth;
                }

                sums = Plus(sums, new(Total(first), Total(second), Total(third), Total(fourth)));
            }

            return i == x.Length ? sums : Plus(sums, Rest(formula, x[i..], y[i..], z[i..]));
        }

        // The elements after the last whole lane. In a method of their own, as below: what is inlined for them would count against the loop.
        [MethodImpl(MethodImplOptions.NoInlining)]
        static Statistics<Real> Rest(TFormula formula, ReadOnlySpan<S> x, ReadOnlySpan<S> y, ReadOnlySpan<S> z)
        {
            Statistics<Real> sums = default;
            for (int i = 0; i < x.Length; i++)
            {
                sums = Plus(sums, formula.Terms<Real>(
                    double.CreateTruncating(x[i]), double.CreateTruncating(y[i]), double.CreateTruncating(z[i])));
            }

            return sums;
        }

        static Statistics<Real> Plus(Statistics<Real> a, Statistics<Real> b) =>
            new(a.First + b.First, a.Second + b.Second, a.Third + b.Third, a.Fourth + b.Fourth);

        static Real Total(L lane) => double.CreateTruncating(lane.Sum());

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        static void Gradient<TVariable>(
            TFormula formula, Statistics<Real> slopes, ReadOnlySpan<S> x, ReadOnlySpan<S> y, ReadOnlySpan<S> z, Span<S> gradient)
            where TVariable : struct, IVariable
        {
            ref S a = ref MemoryMarshal.GetReference(x);
            ref S b = ref MemoryMarshal.GetReference(y);
            ref S c = ref MemoryMarshal.GetReference(z);
            ref S g = ref MemoryMarshal.GetReference(gradient);
            Statistics<L> weights = new(
                L.Const(slopes.First.Value), L.Const(slopes.Second.Value), L.Const(slopes.Third.Value), L.Const(slopes.Fourth.Value));
            int i = 0;
            for (; i <= x.Length - L.Width; i += L.Width)
            {
                Weighted(TVariable.Of(
                    formula, L.Load(in a, i), TFormula.Inputs > 1 ? L.Load(in b, i) : default, TFormula.Inputs > 2 ? L.Load(in c, i) : default), weights)
                    .Store(ref g, i);
            }

            if (i < x.Length)
            {
                Rest<TVariable>(formula, slopes, x[i..], y[i..], z[i..], gradient[i..]);
            }
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        static void Rest<TVariable>(
            TFormula formula, Statistics<Real> slopes, ReadOnlySpan<S> x, ReadOnlySpan<S> y, ReadOnlySpan<S> z, Span<S> gradient)
            where TVariable : struct, IVariable
        {
            for (int i = 0; i < x.Length; i++)
            {
                Statistics<Dual<Real>> terms = TVariable.Of<TFormula, Real>(
                    formula, double.CreateTruncating(x[i]), double.CreateTruncating(y[i]), double.CreateTruncating(z[i]));
                gradient[i] = S.CreateTruncating(Weighted(terms, slopes).Value);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static T Weighted<T>(Statistics<Dual<T>> terms, Statistics<T> weights)
            where T : struct, IReal<T> =>
            (terms.First.Tangent * weights.First) + (terms.Second.Tangent * weights.Second)
            + ((terms.Third.Tangent * weights.Third) + (terms.Fourth.Tangent * weights.Fourth));
    }

    /// <summary>Which of the rows is differentiated by.</summary>
    interface IVariable
    {
        static abstract Statistics<Dual<T>> Of<TFormula, T>(TFormula formula, T a, T b, T c)
            where TFormula : struct, IRowFormula
            where T : struct, IReal<T>;
    }

    readonly struct First : IVariable
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Statistics<Dual<T>> Of<TFormula, T>(TFormula formula, T a, T b, T c)
            where TFormula : struct, IRowFormula
            where T : struct, IReal<T> => formula.Terms(Dual<T>.Variable(a), Dual<T>.Fixed(b), Dual<T>.Fixed(c));
    }

    readonly struct Second : IVariable
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Statistics<Dual<T>> Of<TFormula, T>(TFormula formula, T a, T b, T c)
            where TFormula : struct, IRowFormula
            where T : struct, IReal<T> => formula.Terms(Dual<T>.Fixed(a), Dual<T>.Variable(b), Dual<T>.Fixed(c));
    }

    readonly struct Third : IVariable
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Statistics<Dual<T>> Of<TFormula, T>(TFormula formula, T a, T b, T c)
            where TFormula : struct, IRowFormula
            where T : struct, IReal<T> => formula.Terms(Dual<T>.Fixed(a), Dual<T>.Fixed(b), Dual<T>.Variable(c));
    }
}
