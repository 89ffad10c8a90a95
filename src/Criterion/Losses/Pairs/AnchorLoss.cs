using Criterion.Drivers;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// A loss of each anchor that compares all its positives with all its negatives, by the logarithms of two sums of exponentials. The terms
/// are the anchors.
/// </summary>
public abstract record AnchorLoss : LabeledRowsLoss
{
    /// <summary>Initializes a loss.</summary>
    /// <param name="distance">The distance of two rows.</param>
    /// <param name="activeOnly">Whether the mean is over the anchors with a loss above 0, instead of all anchors that count.</param>
    /// <param name="reduction">
    /// How the anchors are reduced; None is the loss of each, <c>[N]</c>, and 0 for an anchor that does not count.
    /// </param>
    protected AnchorLoss(EmbeddingDistance distance, bool activeOnly, Reduction reduction)
        : base(distance, activeOnly, reduction)
    {
    }

    /// <summary>Computes the sum of a formula of the distances, and its gradients.</summary>
    private protected (double Value, double GradientScale) Sum<TFormula>(
        TFormula formula, AnchorSelection selection, LabeledRows rows, Tensor?[] gradients, out PairRowTotals totals)
        where TFormula : struct, IClassFormula
    {
        totals = rows.Run(new AnchorRow<TFormula>(formula, selection), gradients);
        double scale = 1 / Divisor(totals.FirstTerms, totals.FirstActive);
        return (totals.First * scale, scale);
    }

    /// <summary>Computes a formula of the distances in tensor operations.</summary>
    private protected Tensor Compose<TFormula>(TFormula formula, AnchorSelection selection, LabeledRows rows)
        where TFormula : struct, IClassFormula
    {
        (int[] Positives, int[] Negatives)?[] lists = new (int[], int[])?[rows.Queries.Shape[0]];
        rows.Run(new AnchorListRow(selection, lists), []);
        long[] anchors = [.. Enumerable.Range(0, lists.Length).Where(i => lists[i] is not null).Select(static i => (long)i)];
        Tensor own = LogSums(rows, anchors, anchor => lists[anchor]!.Value.Positives, formula.Own);
        Tensor others = LogSums(rows, anchors, anchor => lists[anchor]!.Value.Negatives, formula.Other);
        Tensor losses = formula.Loss(new TensorReal(own), new TensorReal(others)).ToTensor(own);
        return Reduction == Reduction.None
            ? PerAnchor(rows, losses, anchors)
            : losses.Sum() / Divisor(anchors.Length, losses.Detach().To(DType.Float64).ToArray<double>().Count(static loss => loss > 0));
    }

    /// <summary>Computes ln Σ e^logit over the items of each anchor; −∞ where there is none.</summary>
    static Tensor LogSums(LabeledRows rows, long[] anchors, Func<long, int[]> items, Func<TensorReal, TensorReal> logit)
    {
        long[] places = [.. anchors.SelectMany((anchor, place) => Enumerable.Repeat((long)place, items(anchor).Length))];
        long[] keys = [.. anchors.SelectMany(anchor => items(anchor).Select(static item => (long)item))];
        Tensor distances = rows.Distances([.. places.Select(place => anchors[place])], keys);
        Tensor logits = logit(new TensorReal(distances)).ToTensor(distances);
        double[] largest = Largest(logits.Detach().To(DType.Float64).ToArray<double>(), places, anchors.Length);
        Tensor shift = Tensor.From([.. largest.Select(static x => double.IsNegativeInfinity(x) ? 0 : x)]).To(logits.DType);
        Tensor missing = Tensor.From([.. largest.Select(static x => double.IsNegativeInfinity(x) ? 1.0 : 0)]).To(logits.DType);
        Tensor index = Tensor.From(places);
        Tensor sums = missing.ScatterAdd(0, index, (logits - shift.IndexSelect(0, index)).Exp());
        return sums.Log() + Tensor.From(largest).To(logits.DType);
    }

    static double[] Largest(double[] logits, long[] places, int count)
    {
        double[] largest = new double[count];
        Array.Fill(largest, double.NegativeInfinity);
        for (int i = 0; i < logits.Length; i++)
        {
            largest[places[i]] = Math.Max(largest[places[i]], logits[i]);
        }

        return largest;
    }
}
