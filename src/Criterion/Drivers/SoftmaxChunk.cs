using System.Numerics;
using System.Numerics.Tensors;
using Criterion.Formulas;
using Criterion.Memory;
using Criterion.Numbers;
using Criterion.Simd;

namespace Criterion.Drivers;

/// <summary>The rows of logits of one chunk.</summary>
internal readonly struct SoftmaxChunk<TFormula, S, L>(SoftmaxLosses<TFormula> losses)
    where TFormula : struct, ISoftmaxFormula
    where S : unmanaged, IBinaryFloatingPointIeee754<S>
    where L : struct, ILane<L, S>
{
    readonly int _length = losses.Length;

    SoftmaxTargetRows Target => losses.Target;

    /// <summary>Computes the rows from <paramref name="start"/> to <paramref name="end"/>.</summary>
    public void Run(int start, int end)
    {
        int padded = Math.Max(1, LaneLoop.Chunks(_length, L.Width)) * L.Width;
        Memory<S> memory = BufferPool<S>.Rent((long)SoftmaxScratch<S>.Parts * padded);
        SoftmaxScratch<S> scratch = new(memory.Span, padded);
        Prepare(scratch);
        Span<double> values = losses.Values.Span<double>();
        for (int row = start; row < end; row++)
        {
            values[row] = RunRow(row, scratch);
        }

        BufferPool<S>.Return(memory);
    }

    Span<S> Row(Elements matrix, int row) => matrix.Rows<S>(row, row + 1, _length);

    void Prepare(SoftmaxScratch<S> scratch)
    {
        scratch.Q.Clear();
        scratch.Weights.Clear();
        if (Target.Weight.IsEmpty)
        {
            scratch.Weights[.._length].Fill(S.One);
        }
        else
        {
            Target.Weight.Span<S>().CopyTo(scratch.Weights);
        }

        if (Target.AreClasses && !losses.HasOneTerm)
        {
            TensorPrimitives.Multiply(scratch.Weights, S.CreateTruncating(Target.SharePerClass(_length)), scratch.Q);
        }
    }

    double RunRow(int row, SoftmaxScratch<S> scratch)
    {
        int target = Target.AreClasses ? (int)Target.Values.Span<long>()[row] : 0;
        Span<S> gradient = Row(losses.GradientX, row);
        if (target < 0)
        {
            gradient.Clear();
            return 0;
        }

        double factor = losses.PerRow.IsEmpty ? 1 : double.CreateTruncating(losses.PerRow.Span<S>()[row]);
        ReadOnlySpan<S> x = Row(losses.X, row);
        ExponentialSum ofX = Shift(x, target, scratch, gradient);
        return factor * (losses.HasOneTerm
            ? RunTerm(x, target, factor, ofX, scratch, gradient)
            : RunTerms(row, target, factor, ofX, scratch, gradient));
    }

    /// <summary>Writes the row, less its origin, to the scratch memory.</summary>
    ExponentialSum Shift(ReadOnlySpan<S> x, int target, SoftmaxScratch<S> scratch, Span<S> gradient)
    {
        if (losses.Origin == RowOrigin.LogSumExp)
        {
            return SoftmaxKernel<S, L>.Exponentials(x, scratch.X, scratch.ExpX, !losses.HasOneTerm, gradient);
        }

        double origin = losses.Origin == RowOrigin.TargetClass ? double.CreateTruncating(x[target]) : 0;
        if (!losses.HasOneTerm)
        {
            Subtract(x, origin, scratch.X, scratch.ExpX);
        }

        return ExponentialSum.None with { Peak = origin };
    }

    /// <summary>Writes a row less a number, and the exponentials if it holds logarithms.</summary>
    void Subtract(ReadOnlySpan<S> x, double origin, Span<S> shifted, Span<S> exponentials)
    {
        TensorPrimitives.Subtract(x, S.CreateTruncating(origin), shifted);
        shifted[_length..].Clear();
        if (Target.AreLogs)
        {
            SoftmaxKernel<S, L>.Exponentials(shifted, shifted, exponentials, S.Zero, true, default);
        }
    }

    /// <summary>Returns the loss of a row with a single term, and writes the gradient from its one derivative.</summary>
    double RunTerm(ReadOnlySpan<S> x, int target, double factor, ExponentialSum ofX, SoftmaxScratch<S> scratch, Span<S> gradient)
    {
        double own = double.CreateTruncating(x[target]);
        Real a = (own == ofX.Peak ? 0 : own - ofX.Peak) - ofX.Log;
        Real weight = double.CreateTruncating(scratch.Weights[target]);
        Real p = Real.Exp(a);

        // Where the loss is infinite its slope is not: it is taken at the most negative number, where no 0 · ∞ occurs.
        Real near = a.Value == double.NegativeInfinity ? double.MinValue : a;
        SparseDual<Real> term = SoftmaxLoops<TFormula, S, L>.Term<FirstInput, Real>(losses.Formula, near, p, weight, 0);
        if (!gradient.IsEmpty)
        {
            double slope = term.Tangent.Value * losses.Scale * factor;
            TensorPrimitives.Multiply(scratch.ExpX[.._length], S.CreateTruncating(-slope * ofX.Inverse), gradient);
            gradient[target] = S.CreateTruncating(slope * ofX.Without(double.CreateTruncating(scratch.ExpX[target])));
            if (losses.Origin != RowOrigin.LogSumExp)
            {
                gradient.Clear();
                gradient[target] = S.CreateTruncating(losses.Origin == RowOrigin.Zero ? slope : 0);
            }
        }

        return near.Value == a.Value ? term.Value.Value : losses.Formula.Value(a, p, weight, (Real)0).Value;
    }

    /// <summary>Returns the loss of a row, and writes its gradients, from the terms of all classes.</summary>
    double RunTerms(int row, int target, double factor, ExponentialSum ofX, SoftmaxScratch<S> scratch, Span<S> gradientX)
    {
        Span<S> gradientTarget = Row(losses.GradientTarget, row);
        ExponentialSum ofTarget = SetTarget(row, target, scratch, gradientTarget);
        double scale = losses.Scale * factor;
        double value = double.NaN;
        if (!gradientX.IsEmpty)
        {
            (value, double slope) = SoftmaxLoops<TFormula, S, L>.Terms<FirstInput>(losses.Formula, scratch, _length, ofX, ofTarget);
            DifferentiateX(slope, gradientX, target, scale, ofX, scratch);
        }

        if (!gradientTarget.IsEmpty)
        {
            (value, double slope) = SoftmaxLoops<TFormula, S, L>.Terms<SecondInput>(losses.Formula, scratch, _length, ofX, ofTarget);
            DifferentiateTarget(slope, gradientTarget, scale, ofTarget, scratch);
        }

        if (gradientX.IsEmpty && gradientTarget.IsEmpty)
        {
            (value, _) = SoftmaxLoops<TFormula, S, L>.Terms<NoInput>(losses.Formula, scratch, _length, ofX, ofTarget);
        }

        ResetTarget(target, scratch);
        return value;
    }

    /// <summary>Writes fₐ(aⱼ) less the part of the origin: pⱼ Σ fₐ from log-sum-exp, all of Σ fₐ in the target's class.</summary>
    void DifferentiateX(double sum, Span<S> gradient, int target, double scale, ExponentialSum ofX, SoftmaxScratch<S> scratch)
    {
        if (double.IsInfinity(sum) && losses.Origin == RowOrigin.LogSumExp)
        {
            WriteLimits(sum * scale, scratch.Slopes, scratch.ExpX, gradient);
            return;
        }

        double along = losses.Origin == RowOrigin.LogSumExp ? -sum * ofX.Inverse * scale : 0;
        SoftmaxLoops<TFormula, S, L>.Gradient(scratch.Slopes, scratch.ExpX, gradient, scale, along);
        if (losses.Origin == RowOrigin.TargetClass)
        {
            gradient[target] = S.CreateTruncating(double.CreateTruncating(gradient[target]) - (sum * scale));
        }
    }

    /// <summary>
    /// Writes the gradient of an infinite loss, the limit for classes that become impossible: infinite, with one sign for them and the
    /// other for all classes that are possible.
    /// </summary>
    static void WriteLimits(double sum, ReadOnlySpan<S> slopes, ReadOnlySpan<S> exponentials, Span<S> gradient)
    {
        for (int i = 0; i < gradient.Length; i++)
        {
            gradient[i] = exponentials[i] == S.Zero ? S.Zero : S.CreateTruncating(S.IsInfinity(slopes[i]) ? sum : -sum);
        }
    }

    void DifferentiateTarget(double sum, Span<S> gradient, double scale, ExponentialSum ofTarget, SoftmaxScratch<S> scratch)
    {
        if (double.IsInfinity(sum) && Target.AreLogits)
        {
            WriteLimits(sum * scale, scratch.Slopes, scratch.ExpQ, gradient);
            return;
        }

        if (!Target.AreLogits)
        {
            TensorPrimitives.Multiply(scratch.Slopes, scratch.Weights, scratch.Slopes);
            scale *= Target.OwnShare;
        }

        double along = Target.AreLogits ? -sum * ofTarget.Inverse * scale : 0;
        SoftmaxLoops<TFormula, S, L>.Gradient(scratch.Slopes, scratch.ExpQ, gradient, scale, along);
    }

    /// <summary>Writes the target's row to the scratch memory.</summary>
    ExponentialSum SetTarget(int row, int target, SoftmaxScratch<S> scratch, Span<S> gradient)
    {
        if (Target.AreClasses)
        {
            scratch.Q[target] += scratch.Weights[target] * S.CreateTruncating(Target.OwnShare);
            return ExponentialSum.None;
        }

        ReadOnlySpan<S> q = Row(Target.Values, row);
        if (Target.AreLogits)
        {
            return SoftmaxKernel<S, L>.Exponentials(q, scratch.Q, scratch.ExpQ, true, gradient);
        }

        Subtract(q, 0, scratch.Q, scratch.ExpQ);
        if (!Target.AreUnchanged)
        {
            TensorPrimitives.Multiply(scratch.Q, S.CreateTruncating(Target.OwnShare), scratch.Q);
            TensorPrimitives.Add(scratch.Q, S.CreateTruncating(Target.SharePerClass(_length)), scratch.Q);
            TensorPrimitives.Multiply(scratch.Q, scratch.Weights, scratch.Q);
        }

        return ExponentialSum.None;
    }

    /// <summary>Removes the class from the target's row, which all rows of the chunk share.</summary>
    void ResetTarget(int target, SoftmaxScratch<S> scratch)
    {
        if (Target.AreClasses)
        {
            scratch.Q[target] = scratch.Weights[target] * S.CreateTruncating(Target.SharePerClass(_length));
        }
    }
}
