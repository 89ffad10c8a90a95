using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
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
            int start = index * rowsPerChunk;
            Rows rows = RowsOf(start, end);
            for (int row = start; row < end; row++)
            {
                RunRow(row, (row - start) * length, rows);
            }

            Streaming.End();
        }

        void RunRow(int row, int at, Rows rows)
        {
            ReadOnlySpan<S> x = rows.A.Slice(at, length);
            ReadOnlySpan<S> y = rows.B.Slice(at, length);
            ReadOnlySpan<S> z = rows.C.Slice(at, length);
            Real t = perRow.IsEmpty ? 0 : double.CreateTruncating(perRow.Span[row]);
            Statistics<Real> sums = Sum(formula, x, y, z);
            values.Span[row] = S.CreateTruncating(formula.Value(sums, t).Value);
            if (gradientA.IsEmpty && gradientB.IsEmpty && gradientC.IsEmpty)
            {
                return;
            }

            Statistics<Real> slopes = Slopes(sums, t);
            Differentiate<First>(slopes, x, y, z, rows.GradientA, at);
            Differentiate<Second>(slopes, x, y, z, rows.GradientB, at);
            Differentiate<Third>(slopes, x, y, z, rows.GradientC, at);
        }

        /// <summary>A chunk's part of each tensor.</summary>
        readonly ref struct Rows
        {
            public ReadOnlySpan<S> A { get; init; }

            public ReadOnlySpan<S> B { get; init; }

            public ReadOnlySpan<S> C { get; init; }

            public Span<S> GradientA { get; init; }

            public Span<S> GradientB { get; init; }

            public Span<S> GradientC { get; init; }
        }

        Rows RowsOf(int start, int end)
        {
            Range range = (start * length)..(end * length);
            return new()
            {
                A = a.Span[range],
                B = b.Span[range],
                C = c.Span[range],
                GradientA = gradientA.IsEmpty ? default : gradientA.Span[range],
                GradientB = gradientB.IsEmpty ? default : gradientB.Span[range],
                GradientC = gradientC.IsEmpty ? default : gradientC.Span[range],
            };
        }

        /// <summary>The scaled derivatives of the row's loss by each of its sums: four numbers at once, each with a tangent along one sum.</summary>
        Statistics<Real> Slopes(Statistics<Real> sums, Real t)
        {
            static Dual<Lane256<double>> Along(Real sum, double first, double second, double third, double fourth) =>
                new(Lane256<double>.Const(sum.Value), new(Vector256.Create(first, second, third, fourth)));
            Statistics<Dual<Lane256<double>>> along = new(
                Along(sums.First, 1, 0, 0, 0), Along(sums.Second, 0, 1, 0, 0), Along(sums.Third, 0, 0, 1, 0), Along(sums.Fourth, 0, 0, 0, 1));
            Lane256<double> slopes = formula.Value(along, Dual<Lane256<double>>.Const(t.Value)).Tangent * Lane256<double>.Const(scale);
            Span<double> each = stackalloc double[4];
            slopes.Store(ref each[0], 0);
            return new(each[0], each[1], each[2], each[3]);
        }

        void Differentiate<TVariable>(
            Statistics<Real> slopes, ReadOnlySpan<S> x, ReadOnlySpan<S> y, ReadOnlySpan<S> z, Span<S> gradient, int at)
            where TVariable : struct, IVariable
        {
            if (!gradient.IsEmpty)
            {
                Gradient<TVariable>(formula, slopes, x, y, z, gradient.Slice(at, length), (long)values.Length * length);
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
        static unsafe void Gradient<TVariable>(
            TFormula formula, Statistics<Real> slopes, ReadOnlySpan<S> x, ReadOnlySpan<S> y, ReadOnlySpan<S> z, Span<S> gradient, long count)
            where TVariable : struct, IVariable
        {
            ref S a = ref MemoryMarshal.GetReference(x);
            ref S b = ref MemoryMarshal.GetReference(y);
            ref S c = ref MemoryMarshal.GetReference(z);
            ref S g = ref MemoryMarshal.GetReference(gradient);
            Statistics<L> weights = new(
                L.Const(slopes.First.Value), L.Const(slopes.Second.Value), L.Const(slopes.Third.Value), L.Const(slopes.Fourth.Value));
            int i = 0;
            fixed (S* target = gradient)
            {
                bool streams = Streaming.Suits<L, S>(target, count);
                for (; i <= x.Length - L.Width; i += L.Width)
                {
                    L slope = Weighted(
                        TVariable.Of(
                            formula,
                            L.Load(in a, i),
                            TFormula.Inputs > 1 ? L.Load(in b, i) : default,
                            TFormula.Inputs > 2 ? L.Load(in c, i) : default),
                        weights);
                    if (streams)
                    {
                        slope.Stream(target + i);
                    }
                    else
                    {
                        slope.Store(ref g, i);
                    }
                }
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
                Statistics<Partial<Real>> terms = TVariable.Of<TFormula, Real>(
                    formula, double.CreateTruncating(x[i]), double.CreateTruncating(y[i]), double.CreateTruncating(z[i]));
                gradient[i] = S.CreateTruncating(Weighted(terms, slopes).Value);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static T Weighted<T>(Statistics<Partial<T>> terms, Statistics<T> weights)
            where T : struct, IReal<T> =>
            ((terms.First * Partial<T>.Fixed(weights.First)) + (terms.Second * Partial<T>.Fixed(weights.Second))
            + ((terms.Third * Partial<T>.Fixed(weights.Third)) + (terms.Fourth * Partial<T>.Fixed(weights.Fourth)))).Tangent;
    }

    /// <summary>Which of the rows is differentiated by.</summary>
    interface IVariable
    {
        static abstract Statistics<Partial<T>> Of<TFormula, T>(TFormula formula, T a, T b, T c)
            where TFormula : struct, IRowFormula
            where T : struct, IReal<T>;
    }

    readonly struct First : IVariable
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Statistics<Partial<T>> Of<TFormula, T>(TFormula formula, T a, T b, T c)
            where TFormula : struct, IRowFormula
            where T : struct, IReal<T> => formula.Terms(Partial<T>.Variable(a), Partial<T>.Fixed(b), Partial<T>.Fixed(c));
    }

    readonly struct Second : IVariable
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Statistics<Partial<T>> Of<TFormula, T>(TFormula formula, T a, T b, T c)
            where TFormula : struct, IRowFormula
            where T : struct, IReal<T> => formula.Terms(Partial<T>.Fixed(a), Partial<T>.Variable(b), Partial<T>.Fixed(c));
    }

    readonly struct Third : IVariable
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Statistics<Partial<T>> Of<TFormula, T>(TFormula formula, T a, T b, T c)
            where TFormula : struct, IRowFormula
            where T : struct, IReal<T> => formula.Terms(Partial<T>.Fixed(a), Partial<T>.Fixed(b), Partial<T>.Variable(c));
    }
}
