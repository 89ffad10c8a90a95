using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Criterion.Formulas;
using Criterion.Kernels;
using Criterion.Memory;
using Criterion.Numbers;
using Criterion.Simd;

namespace Criterion.Drivers;

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

    readonly struct Chunk<TFormula, S, L>(TFormula formula, SoftmaxRun run, int length, int rowsPerChunk) : IChunk
        where TFormula : struct, ISoftmaxFormula
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
        where L : struct, ILane<L, S>
    {
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
            run.Values.Memory<double>().Span[row] = value * factor;
        }

        void LeaveOut(int row)
        {
            run.Values.Memory<double>().Span[row] = 0;
            Row(run.GradientX, row).Clear();
        }

        /// <summary>Puts the row, less its origin, into the scratch memory.</summary>
        Normal Shift(ReadOnlySpan<S> x, int target, SoftmaxSheet<S> sheet, Span<S> gradient)
        {
            Normal normal = Normal.None with { Peak = run.Origin == RowOrigin.TargetClass ? double.CreateTruncating(x[target]) : 0 };
            if (run.Origin == RowOrigin.LogSumExp)
            {
                return SoftmaxKernel<S, L>.Exponentials(x, sheet.X, sheet.ExpX, !HasOneTerm, gradient);
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
                SoftmaxKernel<S, L>.Exponentials(shifted, shifted, exponentials, S.Zero, true, default);
            }
        }

        /// <summary>The loss of a row with a single term, and the gradient from its one derivative.</summary>
        double RunTerm(ReadOnlySpan<S> x, int target, double factor, Normal normal, SoftmaxSheet<S> sheet, Span<S> gradient)
        {
            double own = double.CreateTruncating(x[target]);
            Real a = (own == normal.Peak ? 0 : own - normal.Peak) - normal.Log;
            Real weight = double.CreateTruncating(sheet.Weights[target]);
            Real p = Real.Exp(a);

            // Where the loss is infinite its slope is not: it is taken far out, where 0 · ∞ does not come in.
            Real near = a.Value == double.NegativeInfinity ? double.MinValue : a;
            SparseDual<Real> term = First.Of<TFormula, Real>(formula, near, p, weight, 0);
            if (!gradient.IsEmpty)
            {
                double slope = term.Tangent.Value * run.Scale * factor;
                TensorPrimitives.Multiply(sheet.ExpX[..length], S.CreateTruncating(-slope * normal.Inverse), gradient);
                gradient[target] = S.CreateTruncating(slope * normal.Without(double.CreateTruncating(sheet.ExpX[target])));
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
            if (double.IsInfinity(sum) && run.Origin == RowOrigin.LogSumExp)
            {
                Limits(sum * scale, sheet.Slopes, sheet.ExpX, gradient);
                return;
            }

            Gradient(sheet.Slopes, sheet.ExpX, gradient, scale, run.Origin == RowOrigin.LogSumExp ? -sum * normal.Inverse * scale : 0);
            if (run.Origin == RowOrigin.TargetClass)
            {
                gradient[target] = S.CreateTruncating(double.CreateTruncating(gradient[target]) - (sum * scale));
            }
        }

        /// <summary>
        /// The gradient of an infinite loss, the limit for classes that become impossible: infinite towards them and away from
        /// all others that are possible.
        /// </summary>
        static void Limits(double sum, ReadOnlySpan<S> slopes, ReadOnlySpan<S> exponentials, Span<S> gradient)
        {
            for (int i = 0; i < gradient.Length; i++)
            {
                gradient[i] = exponentials[i] == S.Zero ? S.Zero : S.CreateTruncating(S.IsInfinity(slopes[i]) ? sum : -sum);
            }
        }

        void DifferentiateTarget(double sum, Span<S> gradient, double scale, Normal normal, SoftmaxSheet<S> sheet)
        {
            if (double.IsInfinity(sum) && Target.AreLogits)
            {
                Limits(sum * scale, sheet.Slopes, sheet.ExpQ, gradient);
                return;
            }

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
                return SoftmaxKernel<S, L>.Exponentials(q, sheet.Q, sheet.ExpQ, true, gradient);
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
                SparseDual<L> term = TVariable.Of(
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
