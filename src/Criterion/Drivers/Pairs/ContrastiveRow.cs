using System.Numerics;

namespace Criterion.Drivers;

/// <summary>
/// The pairs of an anchor: similar ones pay for a distance above a margin, dissimilar ones for one below another, linearly or by half of
/// the square.
/// </summary>
internal readonly struct ContrastiveRow(
    double positiveMargin, double negativeMargin, bool isSquared, double positiveScale, double negativeScale) : IPairRow
{
    public bool IsSparse => false;

    public void Run<S>(in PairRow<S> row, ref PairRowTotals totals)
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
    {
        ReadOnlySpan<double> distances = row.Distances;
        for (int item = 0; item < distances.Length; item++)
        {
            if (row.Labels[item] != row.Label)
            {
                double excess = Math.Max(0, negativeMargin - distances[item]);
                totals.Second += Loss(excess);
                totals.SecondTerms++;
                totals.SecondActive += excess > 0 ? 1 : 0;
                row.AddWeight(item, -negativeScale * Slope(excess));
            }
            else if (item != row.Self)
            {
                double excess = Math.Max(0, distances[item] - positiveMargin);
                totals.First += Loss(excess);
                totals.FirstTerms++;
                totals.FirstActive += excess > 0 ? 1 : 0;
                row.AddWeight(item, positiveScale * Slope(excess));
            }
        }
    }

    double Loss(double excess) => isSquared ? excess * excess / 2 : excess;

    double Slope(double excess) => isSquared ? excess : excess > 0 ? 1 : 0;
}
