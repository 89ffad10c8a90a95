using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Criterion.Formulas;
using Criterion.Kernels;
using Criterion.Numbers;
using Criterion.Simd;

namespace Criterion.Drivers;

/// <summary>
/// Runs a row formula over matrices [rows, length]: one pass for the statistics, the formula once for each row in double
/// precision, and a second pass, over a row that is still in the cache, for the gradients. A row whose sums leave the range of a double
/// is worked out again in <see cref="UnboundedReal"/>.
/// </summary>
internal static partial class RowDriver
{
    // So many elements are added up in lanes before their sum is carried to a double: a long row would lose its last digits.
    const int BlockLength = 1024;

    // Sums and slopes within these bounds can be multiplied with one another and with what they came from.
    const double LeastOfDouble = 1e-140;
    const double MostOfDouble = 1e140;
    const double LeastOfSingle = 1e-18;
    const double MostOfSingle = 1e18;

    // Of sums of squares of floats outside of these bounds some squares have lost digits, or all.
    const double LeastSumOfSingle = 1e-24;
    const double MostSumOfSingle = 1e37;

    /// <summary>Writes the loss of each row, in double precision, and its gradient times <paramref name="scale"/> by each input for which a tensor is given.</summary>
    public static void Run<TFormula>(TFormula formula, Tensor[] inputs, Tensor? perRow, Tensor values, Tensor?[] gradients, double scale)
        where TFormula : struct, IRowFormula =>
        WidestLane.Run(new Task<TFormula>(formula, inputs, perRow, values, gradients, scale), inputs[0].DType);

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
                values.Memory<double>(),
                Gradient<S>(0),
                Gradient<S>(1),
                Gradient<S>(2),
                scale,
                formula.Terms<Real>(double.NaN, double.NaN, double.NaN)));
        }

        Memory<S> Input<S>(int i)
            where S : unmanaged => inputs[Math.Min(i, inputs.Length - 1)].Memory<S>();

        Memory<S> Gradient<S>(int i)
            where S : unmanaged => i < gradients.Length && gradients[i] is { } gradient ? gradient.Memory<S>() : default;
    }

    // used: NaN for each statistic that the formula uses.
    readonly struct Chunk<TFormula, S, L>(
        TFormula formula,
        int length,
        int rowsPerChunk,
        Memory<S> a,
        Memory<S> b,
        Memory<S> c,
        Memory<S> perRow,
        Memory<double> values,
        Memory<S> gradientA,
        Memory<S> gradientB,
        Memory<S> gradientC,
        double scale,
        Statistics<Real> used) : IChunk
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

        bool WantsGradient => !gradientA.IsEmpty || !gradientB.IsEmpty || !gradientC.IsEmpty;

        void RunRow(int row, int at, Rows rows)
        {
            ReadOnlySpan<S> x = rows.A.Slice(at, length);
            ReadOnlySpan<S> y = rows.B.Slice(at, length);
            ReadOnlySpan<S> z = rows.C.Slice(at, length);
            double t = perRow.IsEmpty ? 0 : double.CreateTruncating(perRow.Span[row]);
            Statistics<Real> sums = SumOwn(formula, x, y, z);
            if (typeof(S) == typeof(float) && (LeavesRange(sums, LeastSumOfSingle, MostSumOfSingle) || TFormula.Cancels(sums)))
            {
                sums = SumWidened(formula, x, y, z);
            }

            bool mayBeZero = typeof(S) == typeof(float);
            if (mayBeZero ? !AreWithin(sums, LeastOfDouble, MostOfDouble) : LeavesRange(sums, LeastOfDouble, MostOfDouble))
            {
                RunSlowly(row, at, rows, t);
                return;
            }

            values.Span[row] = formula.Value<Real>(sums, t).Value;
            if (!WantsGradient)
            {
                return;
            }

            Statistics<Real> slopes = Slopes(sums, t);
            if (typeof(S) == typeof(float) && !(AreWithin(slopes, LeastOfSingle, MostOfSingle) && AreWithin(sums, 0, MostOfSingle)))
            {
                DifferentiateSlowly(slopes, at, rows);
                return;
            }

            Differentiate<First>(slopes, x, y, z, rows.GradientA, at);
            Differentiate<Second>(slopes, x, y, z, rows.GradientB, at);
            Differentiate<Third>(slopes, x, y, z, rows.GradientC, at);
        }

        /// <summary>Whether a sum is out of range: a sum of 0, too, may be one of squares that underflowed.</summary>
        bool LeavesRange(Statistics<Real> sums, double least, double most) => !AreWithin(sums, least, most)
            || IsUsedZero(sums.First, used.First) || IsUsedZero(sums.Second, used.Second)
            || IsUsedZero(sums.Third, used.Third) || IsUsedZero(sums.Fourth, used.Fourth);

        static bool IsUsedZero(Real sum, Real used) => sum.Value == 0 && double.IsNaN(used.Value);

        static bool AreWithin(Statistics<Real> numbers, double least, double most) =>
            IsWithin(numbers.First, least, most) && IsWithin(numbers.Second, least, most)
            && IsWithin(numbers.Third, least, most) && IsWithin(numbers.Fourth, least, most);

        static bool IsWithin(Real x, double least, double most) => x.Value == 0 || (Math.Abs(x.Value) >= least && Math.Abs(x.Value) <= most);

        /// <summary>A row in numbers of any size.</summary>
        void RunSlowly(int row, int at, Rows rows, double t)
        {
            Statistics<UnboundedReal> sums = Rest<UnboundedReal>(
                formula, rows.A.Slice(at, length), rows.B.Slice(at, length), rows.C.Slice(at, length));
            values.Span[row] = formula.Value<UnboundedReal>(sums, t).Value;
            if (WantsGradient)
            {
                Statistics<UnboundedReal> slopes = new(
                    Slope(0, sums, t), Slope(1, sums, t), Slope(2, sums, t), Slope(3, sums, t));
                DifferentiateSlowly(slopes, at, rows);
            }
        }

        /// <summary>The scaled derivative of the row's loss by one of its sums.</summary>
        UnboundedReal Slope(int index, Statistics<UnboundedReal> sums, double t)
        {
            Dual<UnboundedReal> Along(UnboundedReal sum, int own) => new(sum, own == index ? 1 : 0);
            Statistics<Dual<UnboundedReal>> along = new(Along(sums.First, 0), Along(sums.Second, 1), Along(sums.Third, 2), Along(sums.Fourth, 3));
            return formula.Value(along, Dual<UnboundedReal>.Const(t)).Tangent * scale;
        }

        void DifferentiateSlowly<N>(Statistics<N> slopes, int at, Rows rows)
            where N : struct, IScalar<N>
        {
            DifferentiateSlowly<First, N>(slopes, at, rows, rows.GradientA);
            DifferentiateSlowly<Second, N>(slopes, at, rows, rows.GradientB);
            DifferentiateSlowly<Third, N>(slopes, at, rows, rows.GradientC);
        }

        void DifferentiateSlowly<TVariable, N>(Statistics<N> slopes, int at, Rows rows, Span<S> gradient)
            where TVariable : struct, IVariable
            where N : struct, IScalar<N>
        {
            if (!gradient.IsEmpty)
            {
                Rest<TVariable, N>(
                    formula, slopes, rows.A.Slice(at, length), rows.B.Slice(at, length), rows.C.Slice(at, length), gradient.Slice(at, length));
            }
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

        static Statistics<Real> SumWidened(TFormula formula, ReadOnlySpan<S> x, ReadOnlySpan<S> y, ReadOnlySpan<S> z) =>
            Vector512.IsHardwareAccelerated ? SumWidened<Lane512<double>>(formula, x, y, z)
            : Vector256.IsHardwareAccelerated ? SumWidened<Lane256<double>>(formula, x, y, z)
            : SumWidened<Lane128<double>>(formula, x, y, z);

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        static Statistics<Real> SumOwn(TFormula formula, ReadOnlySpan<S> x, ReadOnlySpan<S> y, ReadOnlySpan<S> z)
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

            return i == x.Length ? sums : Plus(sums, Rest<Real>(formula, x[i..], y[i..], z[i..]));
        }

        static Real Total(L lane) => double.CreateTruncating(lane.Sum());

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        static Statistics<Real> SumWidened<D>(TFormula formula, ReadOnlySpan<S> x, ReadOnlySpan<S> y, ReadOnlySpan<S> z)
            where D : struct, ILane<D, double>
        {
            ref float a = ref Unsafe.As<S, float>(ref MemoryMarshal.GetReference(x));
            ref float b = ref Unsafe.As<S, float>(ref MemoryMarshal.GetReference(y));
            ref float c = ref Unsafe.As<S, float>(ref MemoryMarshal.GetReference(z));
            D first = D.Const(0);
            D second = first;
            D third = first;
            D fourth = first;
            int i = 0;
            for (; i <= x.Length - D.Width; i += D.Width)
            {
                Statistics<D> terms = formula.Terms(
                    D.LoadWidened(in a, i), TFormula.Inputs > 1 ? D.LoadWidened(in b, i) : default, TFormula.Inputs > 2 ? D.LoadWidened(in c, i) : default);
                first += terms.First;
                second += terms.Second;
                third += terms.Third;
                fourth += terms.Fourth;
            }

            Statistics<Real> sums = new(first.Sum(), second.Sum(), third.Sum(), fourth.Sum());
            return i == x.Length ? sums : Plus(sums, Rest<Real>(formula, x[i..], y[i..], z[i..]));
        }

        // The elements after the last whole lane. In a method of their own, as below: what is inlined for them would count against the loop.
        [MethodImpl(MethodImplOptions.NoInlining)]
        static Statistics<N> Rest<N>(TFormula formula, ReadOnlySpan<S> x, ReadOnlySpan<S> y, ReadOnlySpan<S> z)
            where N : struct, IScalar<N>
        {
            Statistics<N> sums = new(N.Const(0), N.Const(0), N.Const(0), N.Const(0));
            for (int i = 0; i < x.Length; i++)
            {
                sums = Plus(sums, formula.Terms(Number<N>(x[i]), Number<N>(y[i]), Number<N>(z[i])));
            }

            return sums;
        }

        static N Number<N>(S value)
            where N : struct, IScalar<N> => N.Const(double.CreateTruncating(value));

        static Statistics<N> Plus<N>(Statistics<N> a, Statistics<N> b)
            where N : struct, IScalar<N> => new(a.First + b.First, a.Second + b.Second, a.Third + b.Third, a.Fourth + b.Fourth);

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
                Rest<TVariable, Real>(formula, slopes, x[i..], y[i..], z[i..], gradient[i..]);
            }
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        static void Rest<TVariable, N>(
            TFormula formula, Statistics<N> slopes, ReadOnlySpan<S> x, ReadOnlySpan<S> y, ReadOnlySpan<S> z, Span<S> gradient)
            where TVariable : struct, IVariable
            where N : struct, IScalar<N>
        {
            for (int i = 0; i < x.Length; i++)
            {
                Statistics<SparseDual<N>> terms = TVariable.Of(formula, Number<N>(x[i]), Number<N>(y[i]), Number<N>(z[i]));
                gradient[i] = S.CreateTruncating(Weighted(terms, slopes).Value);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static T Weighted<T>(Statistics<SparseDual<T>> terms, Statistics<T> weights)
            where T : struct, IReal<T> =>
            ((terms.First * SparseDual<T>.Fixed(weights.First)) + (terms.Second * SparseDual<T>.Fixed(weights.Second))
            + ((terms.Third * SparseDual<T>.Fixed(weights.Third)) + (terms.Fourth * SparseDual<T>.Fixed(weights.Fourth)))).Tangent;
    }
}
