using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Criterion.Kernels;

namespace Criterion.Formulas;

/// <summary>
/// Runs a softmax formula over rows of logits. A row is copied into scratch memory that stays in the cache and is padded to whole
/// lanes; there its exponentials are taken once, and the gradient fₐ(aⱼ) − pⱼ Σₖ fₐ(aₖ) is put together from them. Meanwhile the
/// memory for the gradient and the next row is asked for.
/// </summary>
internal static partial class SoftmaxDriver
{
    public static void Run<TFormula>(TFormula formula, in SoftmaxRun run)
        where TFormula : struct, ISoftmaxFormula => WidestLane.Run(new Task<TFormula>(formula, run), run.X.DType);

    readonly struct Task<TFormula>(TFormula formula, SoftmaxRun run) : ILaneTask
        where TFormula : struct, ISoftmaxFormula
    {
        public void Run<S, L>()
            where S : unmanaged, IBinaryFloatingPointIeee754<S>
            where L : struct, ILane<L, S>
        {
            int rows = run.Values.Count;
            int length = run.X.Count / Math.Max(1, rows);
            int rowsPerChunk = Math.Max(1, MapDriver.ChunkLength / Math.Max(1, length));
            ParallelFor.Run((rows + rowsPerChunk - 1) / rowsPerChunk, new Chunk<TFormula, S, L>(formula, run, length, rowsPerChunk));
        }
    }

    /// <summary>The logarithm and the inverse of Σ e^(x − peak) over a row.</summary>
    readonly record struct Normal(double Peak, double Log, double Inverse)
    {
        public static Normal None => new(0, 0, 1);
    }

    readonly struct Chunk<TFormula, S, L>(TFormula formula, SoftmaxRun run, int length, int rowsPerChunk) : IChunk
        where TFormula : struct, ISoftmaxFormula
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
        where L : struct, ILane<L, S>
    {
        /// <summary>How many elements ahead of its exponentials a row is asked for; less where the next row begins sooner.</summary>
        const int MostAhead = 1024;

        SoftmaxTarget Target => run.Target;

        /// <summary>Whether a row has a single term that is not 0.</summary>
        bool HasOneTerm => TFormula.VanishesWithTarget && Target.AreClasses && Target.Smoothing == 0;

        public void Run(int index)
        {
            int padded = Math.Max(1, (length + L.Width - 1) / L.Width) * L.Width;
            Memory<S> scratch = BufferPool<S>.Rent((long)SoftmaxSheet<S>.Parts * padded);
            SoftmaxSheet<S> sheet = new(scratch.Span, padded);
            Prepare(sheet);
            int end = Math.Min(run.Values.Count, (index + 1) * rowsPerChunk);
            for (int row = index * rowsPerChunk; row < end; row++)
            {
                RunRow(row, sheet);
            }

            BufferPool<S>.Return(scratch);
        }

        /// <summary>A row of a tensor; none of one that is not there.</summary>
        Span<S> Row(Tensor? tensor, int row) => tensor is null ? default : tensor.Memory<S>().Span.Slice(row * length, length);

        void Prepare(SoftmaxSheet<S> sheet)
        {
            int rest = length % L.Width;
            sheet.Inside[..rest].Fill(S.One);
            sheet.Inside[rest..L.Width].Clear();
            sheet.Q.Clear();
            sheet.Weights.Clear();
            if (Target.Weight is { } weight)
            {
                weight.Memory<S>().Span.CopyTo(sheet.Weights);
            }
            else
            {
                sheet.Weights[..length].Fill(S.One);
            }

            if (Target.AreClasses && !HasOneTerm)
            {
                TensorPrimitives.Multiply(sheet.Weights, S.CreateTruncating(Target.Spread(length)), sheet.Q);
            }
        }

        void RunRow(int row, SoftmaxSheet<S> sheet)
        {
            int target = Target.AreClasses ? (int)Target.Values.Memory<long>().Span[row] : 0;
            if (target < 0)
            {
                LeaveOut(row);
                return;
            }

            double factor = run.PerRow is { } perRow ? double.CreateTruncating(perRow.Memory<S>().Span[row]) : 1;
            ReadOnlySpan<S> x = Row(run.X, row);
            Span<S> gradient = Row(run.GradientX, row);
            Normal normal = Shift(x, target, sheet, gradient);
            double value = HasOneTerm
                ? RunTerm(x, target, factor, normal, sheet, gradient)
                : RunTerms(row, target, factor, normal, sheet, gradient);
            run.Values.Memory<S>().Span[row] = S.CreateTruncating(value * factor);
        }

        void LeaveOut(int row)
        {
            run.Values.Memory<S>().Span[row] = S.Zero;
            Row(run.GradientX, row).Clear();
        }

        /// <summary>Puts the row, less its origin, into the scratch memory.</summary>
        Normal Shift(ReadOnlySpan<S> x, int target, SoftmaxSheet<S> sheet, Span<S> gradient)
        {
            Normal normal = Normal.None with { Peak = run.Origin == RowOrigin.TargetClass ? double.CreateTruncating(x[target]) : 0 };
            if (run.Origin == RowOrigin.LogSumExp)
            {
                return Exponentials(x, sheet.X, sheet.ExpX, !HasOneTerm, gradient);
            }

            if (!HasOneTerm)
            {
                Differences(x, normal.Peak, sheet.X, sheet.ExpX);
            }

            return normal;
        }

        /// <summary>A row less a number, and the exponentials if it holds logarithms.</summary>
        void Differences(ReadOnlySpan<S> x, double origin, Span<S> shifted, Span<S> exponentials)
        {
            TensorPrimitives.Subtract(x, S.CreateTruncating(origin), shifted);
            shifted[length..].Clear();
            if (Target.AreLogs)
            {
                Exponentials(shifted, shifted, exponentials, S.Zero, true, default);
            }
        }

        /// <summary>The loss of a row with a single term, and the gradient from its one derivative.</summary>
        double RunTerm(ReadOnlySpan<S> x, int target, double factor, Normal normal, SoftmaxSheet<S> sheet, Span<S> gradient)
        {
            Real a = double.CreateTruncating(x[target]) - normal.Peak - normal.Log;
            Real weight = double.CreateTruncating(sheet.Weights[target]);
            Real p = Real.Exp(a);

            // Where the loss is infinite its slope is not: it is taken far out, where 0 · ∞ does not come in.
            Real near = a.Value == double.NegativeInfinity ? double.MinValue : a;
            Partial<Real> term = First.Of<TFormula, Real>(formula, near, p, weight, 0);
            if (!gradient.IsEmpty)
            {
                double slope = term.Tangent.Value * run.Scale * factor;
                TensorPrimitives.Multiply(sheet.ExpX[..length], S.CreateTruncating(-slope * normal.Inverse), gradient);
                gradient[target] = S.CreateTruncating(slope - (slope * double.CreateTruncating(sheet.ExpX[target]) * normal.Inverse));
                if (run.Origin != RowOrigin.LogSumExp)
                {
                    gradient.Clear();
                    gradient[target] = S.CreateTruncating(run.Origin == RowOrigin.Zero ? slope : 0);
                }
            }

            return near.Value == a.Value ? term.Value.Value : formula.Value(a, p, weight, (Real)0).Value;
        }

        /// <summary>The loss of a row and its gradients from the terms of all classes.</summary>
        double RunTerms(int row, int target, double factor, Normal normal, SoftmaxSheet<S> sheet, Span<S> gradientX)
        {
            Span<S> gradientTarget = Row(run.GradientTarget, row);
            Normal ofTarget = SetTarget(row, target, sheet, gradientTarget);
            double scale = run.Scale * factor;
            double value = double.NaN;
            if (!gradientX.IsEmpty)
            {
                (value, double sum) = Terms<First>(formula, sheet, length, normal, ofTarget);
                DifferentiateX(sum, gradientX, target, scale, normal, sheet);
            }

            if (!gradientTarget.IsEmpty)
            {
                (value, double sum) = Terms<Second>(formula, sheet, length, normal, ofTarget);
                DifferentiateTarget(sum, gradientTarget, scale, ofTarget, sheet);
            }

            if (gradientX.IsEmpty && gradientTarget.IsEmpty)
            {
                (value, _) = Terms<Neither>(formula, sheet, length, normal, ofTarget);
            }

            Unset(target, sheet);
            return value;
        }

        /// <summary>fₐ(aⱼ) less what flows back through the origin: pⱼ Σ fₐ from log-sum-exp, all of Σ fₐ into the target's class.</summary>
        void DifferentiateX(double sum, Span<S> gradient, int target, double scale, Normal normal, SoftmaxSheet<S> sheet)
        {
            Gradient(sheet.Slopes, sheet.ExpX, gradient, scale, run.Origin == RowOrigin.LogSumExp ? -sum * normal.Inverse * scale : 0);
            if (run.Origin == RowOrigin.TargetClass)
            {
                gradient[target] = S.CreateTruncating(double.CreateTruncating(gradient[target]) - (sum * scale));
            }
        }

        void DifferentiateTarget(double sum, Span<S> gradient, double scale, Normal normal, SoftmaxSheet<S> sheet)
        {
            if (!Target.AreLogits)
            {
                TensorPrimitives.Multiply(sheet.Slopes, sheet.Weights, sheet.Slopes);
                scale *= Target.Keep;
            }

            Gradient(sheet.Slopes, sheet.ExpQ, gradient, scale, Target.AreLogits ? -sum * normal.Inverse * scale : 0);
        }

        /// <summary>Puts the target's row into the scratch memory.</summary>
        Normal SetTarget(int row, int target, SoftmaxSheet<S> sheet, Span<S> gradient)
        {
            if (Target.AreClasses)
            {
                sheet.Q[target] += sheet.Weights[target] * S.CreateTruncating(Target.Keep);
                return Normal.None;
            }

            ReadOnlySpan<S> q = Row(Target.Values, row);
            if (Target.AreLogits)
            {
                return Exponentials(q, sheet.Q, sheet.ExpQ, true, gradient);
            }

            Differences(q, 0, sheet.Q, sheet.ExpQ);
            if (!Target.IsPlain)
            {
                TensorPrimitives.Multiply(sheet.Q, S.CreateTruncating(Target.Keep), sheet.Q);
                TensorPrimitives.Add(sheet.Q, S.CreateTruncating(Target.Spread(length)), sheet.Q);
                TensorPrimitives.Multiply(sheet.Q, sheet.Weights, sheet.Q);
            }

            return Normal.None;
        }

        void Unset(int target, SoftmaxSheet<S> sheet)
        {
            if (Target.AreClasses)
            {
                sheet.Q[target] = sheet.Weights[target] * S.CreateTruncating(Target.Spread(length));
            }
        }

        /// <summary>x − max x, if it is to be kept, and its exponentials, padded with classes of probability 0.</summary>
        static Normal Exponentials(ReadOnlySpan<S> x, Span<S> shifted, Span<S> exponentials, bool keeps, ReadOnlySpan<S> written)
        {
            S peak = Peak(x);
            double sum = Exponentials(x, shifted, exponentials, peak, keeps, written);
            return new(double.CreateTruncating(peak), Math.Log(sum), 1 / sum);
        }

        /// <summary>The largest element; any number or NaN where one is NaN, which the exponentials show.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        static S Peak(ReadOnlySpan<S> x)
        {
            ref S first = ref MemoryMarshal.GetReference(x);
            if (x.Length < L.Width)
            {
                return Largest(x);
            }

            // Two in turn, because one would wait for its own last comparison. The last lane overlaps the one before.
            L largest = L.Load(in first, x.Length - L.Width);
            L other = largest;
            for (int i = 0; i <= x.Length - L.Width; i += L.Width)
            {
                (largest, other) = (other, L.Larger(largest, L.Load(in first, i)));
            }

            return L.Larger(largest, other).Largest();
        }

        static S Largest(ReadOnlySpan<S> values)
        {
            S largest = values[0];
            foreach (S value in values)
            {
                largest = S.MaxNative(largest, value);
            }

            return largest;
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        static double Exponentials(ReadOnlySpan<S> source, Span<S> row, Span<S> exponentials, S peak, bool keeps, ReadOnlySpan<S> written)
        {
            // The elements after the last whole lane go through one that is padded.
            int whole = source.Length / L.Width * L.Width;
            source[whole..].CopyTo(row[whole..]);
            row[source.Length..].Fill(S.NegativeInfinity);
            ref S from = ref MemoryMarshal.GetReference(source);
            ref S x = ref MemoryMarshal.GetReference(row);
            ref S e = ref MemoryMarshal.GetReference(exponentials);
            ref S soon = ref MemoryMarshal.GetReference(written.IsEmpty ? source : written);
            int ahead = Math.Min(source.Length, MostAhead);
            L shift = L.Const(double.CreateTruncating(peak));
            L sum = L.Const(0);
            for (int i = 0; i < row.Length; i += L.Width)
            {
                L shifted = (i < whole ? L.Load(in from, i) : L.Load(in x, i)) - shift;
                if (keeps)
                {
                    shifted.Store(ref x, i);
                }

                // Much is computed here, and little elsewhere: the time for the next row and the gradient to arrive.
                Prefetch.Line(in from, i + ahead);
                Prefetch.Line(in soon, i);
                L power = L.Exp(shifted);
                power.Store(ref e, i);
                sum += power;
            }

            return double.CreateTruncating(sum.Sum());
        }

        /// <summary>The sums of the terms and of their derivatives, which are left in the scratch memory.</summary>
        /// <remarks>The formula is called in one place: a second copy of it would exceed what the compiler inlines.</remarks>
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        static (double Value, double Slope) Terms<TVariable>(TFormula formula, SoftmaxSheet<S> sheet, int length, Normal ofX, Normal ofQ)
            where TVariable : struct, IVariable
        {
            ref S x = ref MemoryMarshal.GetReference(sheet.X);
            ref S ex = ref MemoryMarshal.GetReference(sheet.ExpX);
            ref S q = ref MemoryMarshal.GetReference(sheet.Q);
            ref S eq = ref MemoryMarshal.GetReference(sheet.ExpQ);
            ref S f = ref MemoryMarshal.GetReference(sheet.Slopes);
            ref S inside = ref MemoryMarshal.GetReference(sheet.Inside);
            L zero = L.Const(0);
            L sum = zero;
            L slopes = zero;
            (L logX, L inverseX) = (L.Const(ofX.Log), L.Const(ofX.Inverse));
            (L logQ, L inverseQ) = (L.Const(ofQ.Log), L.Const(ofQ.Inverse));
            for (int i = 0; i < length; i += L.Width)
            {
                Partial<L> term = TVariable.Of(
                    formula,
                    L.Load(in x, i) - logX,
                    L.Load(in ex, i) * inverseX,
                    L.Load(in q, i) - logQ,
                    L.Load(in eq, i) * inverseQ);
                (L value, L slope) = (term.Value, term.Tangent);
                slope.Store(ref f, i);
                if (i + L.Width > length)
                {
                    L outside = L.Equal(L.Load(in inside, 0), zero);
                    (value, slope) = (L.Select(outside, zero, value), L.Select(outside, zero, slope));
                }

                sum += value;
                slopes += slope;
            }

            return (double.CreateTruncating(sum.Sum()), double.CreateTruncating(slopes.Sum()));
        }

        /// <summary>scale · slope + along · e, from scratch memory to a row of a tensor.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        static void Gradient(Span<S> slopes, Span<S> exponentials, Span<S> gradient, double scale, double along)
        {
            ref S f = ref MemoryMarshal.GetReference(slopes);
            ref S e = ref MemoryMarshal.GetReference(exponentials);
            ref S g = ref MemoryMarshal.GetReference(gradient);
            L k = L.Const(scale);
            L c = L.Const(along);
            bool isAlong = along != 0;
            int i = 0;
            for (; i <= gradient.Length - L.Width; i += L.Width)
            {
                L own = L.Load(in f, i) * k;
                (isAlong ? L.MultiplyAdd(L.Load(in e, i), c, own) : own).Store(ref g, i);
            }

            if (i < gradient.Length)
            {
                L own = L.Load(in f, i) * k;
                (isAlong ? L.MultiplyAdd(L.Load(in e, i), c, own) : own).Store(ref f, i);
                slopes[i..gradient.Length].CopyTo(gradient[i..]);
            }
        }
    }
}
