using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Memory;
using Criterion.Numbers;

namespace Criterion.Drivers;

/// <summary>
/// The loss of an anchor as a function of two log-sum-exps: over its positives, and over its negatives. The formula takes distances in
/// place of similarities.
/// </summary>
internal readonly struct AnchorRow<TFormula>(TFormula formula, AnchorSelection selection) : IPairRow
    where TFormula : struct, IClassFormula
{
    public bool IsSparse => false;

    public void Run<S>(in PairRow<S> row, ref PairRowTotals totals)
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
    {
        int count = row.Distances.Length;
        Memory<PairKind> kinds = BufferPool<PairKind>.Rent(count);
        Memory<double> logits = BufferPool<double>.Rent(count);
        if (selection.Write(row, kinds.Span[..count]))
        {
            Add(row.Distances, kinds.Span[..count], logits.Span[..count], row.Weights, ref totals);
        }

        BufferPool<double>.Return(logits);
        BufferPool<PairKind>.Return(kinds);
    }

    void Add(
        ReadOnlySpan<double> distances, ReadOnlySpan<PairKind> kinds, Span<double> logits, Span<double> weights, ref PairRowTotals totals)
    {
        (double ownMost, double otherMost) = WriteLogits(formula, distances, kinds, logits);
        Shift(kinds, logits, ownMost, otherMost);
        TensorPrimitives.Exp(logits, logits);
        (double ownSum, double otherSum) = Sums(kinds, logits);
        Real own = ownMost + Math.Log(ownSum);
        Real others = otherMost + Math.Log(otherSum);
        double loss = formula.Loss(own, others).Value;
        totals.First += loss;
        totals.FirstTerms++;
        totals.FirstActive += loss > 0 ? 1 : 0;
        if (weights.Length > 0)
        {
            double ownSlope = formula.Loss(Dual<Real>.Variable(own), Dual<Real>.Fixed(others)).Tangent.Value / ownSum;
            double otherSlope = formula.Loss(Dual<Real>.Fixed(own), Dual<Real>.Variable(others)).Tangent.Value / otherSum;
            WriteWeights(formula, distances, kinds, logits, (ownSlope, otherSlope), weights);
        }
    }

    /// <summary>Computes the logits and the largest of each kind; −∞ where there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static (double Own, double Other) WriteLogits(
        TFormula formula, ReadOnlySpan<double> distances, ReadOnlySpan<PairKind> kinds, Span<double> logits)
    {
        (double own, double other) = (double.NegativeInfinity, double.NegativeInfinity);
        for (int i = 0; i < logits.Length; i++)
        {
            if (kinds[i] == PairKind.Negative)
            {
                double logit = formula.Other<Real>(distances[i]).Value;
                logits[i] = logit;
                other = logit > other ? logit : other;
            }
            else if (kinds[i] == PairKind.Positive)
            {
                double logit = formula.Own<Real>(distances[i]).Value;
                logits[i] = logit;
                own = logit > own ? logit : own;
            }
            else
            {
                logits[i] = double.NegativeInfinity;
            }
        }

        return (own, other);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static void Shift(ReadOnlySpan<PairKind> kinds, Span<double> logits, double own, double other)
    {
        for (int i = 0; i < logits.Length; i++)
        {
            // Of an excluded item, −∞ remains.
            logits[i] -= kinds[i] == PairKind.Negative ? other : kinds[i] == PairKind.Positive ? own : 0;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static (double Own, double Other) Sums(ReadOnlySpan<PairKind> kinds, ReadOnlySpan<double> exponentials)
    {
        (double own, double other) = (0, 0);
        for (int i = 0; i < exponentials.Length; i++)
        {
            own += kinds[i] == PairKind.Positive ? exponentials[i] : 0;
            other += kinds[i] == PairKind.Negative ? exponentials[i] : 0;
        }

        return (own, other);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static void WriteWeights(
        TFormula formula,
        ReadOnlySpan<double> distances,
        ReadOnlySpan<PairKind> kinds,
        ReadOnlySpan<double> exponentials,
        (double Own, double Other) slopes,
        Span<double> weights)
    {
        for (int i = 0; i < weights.Length; i++)
        {
            if (kinds[i] == PairKind.Negative)
            {
                weights[i] = slopes.Other * exponentials[i] * formula.Other(Dual<Real>.Variable(distances[i])).Tangent.Value;
            }
            else if (kinds[i] == PairKind.Positive)
            {
                weights[i] = slopes.Own * exponentials[i] * formula.Own(Dual<Real>.Variable(distances[i])).Tangent.Value;
            }
        }
    }
}

/// <summary>Lists the pairs of each anchor that counts, for the run on tensors.</summary>
internal readonly struct AnchorListRow(AnchorSelection selection, (int[] Positives, int[] Negatives)?[] lists) : IPairRow
{
    public bool IsSparse => false;

    public void Run<S>(in PairRow<S> row, ref PairRowTotals totals)
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
    {
        PairKind[] kinds = new PairKind[row.Distances.Length];
        if (selection.Write(row, kinds))
        {
            lists[row.Anchor] = (Where(kinds, PairKind.Positive), Where(kinds, PairKind.Negative));
        }
    }

    static int[] Where(PairKind[] kinds, PairKind kind) => [.. Enumerable.Range(0, kinds.Length).Where(i => kinds[i] == kind)];
}
