using System.Numerics;
using System.Runtime.CompilerServices;

namespace Criterion.Drivers;

/// <summary>The kinds of pairs that an anchor forms with items.</summary>
internal enum PairKind : byte
{
    /// <summary>The anchor itself, or a pair that mining leaves out.</summary>
    None,

    /// <summary>Another item of the label of the anchor.</summary>
    Positive,

    /// <summary>An item of another label.</summary>
    Negative,
}

/// <summary>
/// The pairs of an anchor by labels and by mining, which keeps a negative nearer than the farthest positive plus a margin, and a positive
/// farther than the nearest negative less the margin (Wang et al., Multi-similarity loss, 2019, equations 11 and 12).
/// </summary>
/// <param name="needsPositives">Whether an anchor without positives does not count.</param>
/// <param name="needsNegatives">Whether an anchor without negatives does not count.</param>
/// <param name="margin">The margin of mining, or null to keep all pairs.</param>
internal readonly struct AnchorSelection(bool needsPositives, bool needsNegatives, double? margin = null)
{
    /// <summary>Writes the kinds of all items; returns whether the anchor counts, for which pairs left out by mining count too.</summary>
    public bool Write<S>(in PairRow<S> row, Span<PairKind> kinds)
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
    {
        (double nearest, double farthest) = WriteKinds(row, kinds);
        bool hasPositives = farthest > double.NegativeInfinity;
        bool hasNegatives = nearest < double.PositiveInfinity;
        if (margin is double extra)
        {
            Mine(row.Distances, nearest - extra, farthest + extra, kinds);
        }

        return (hasPositives || hasNegatives) && (hasPositives || !needsPositives) && (hasNegatives || !needsNegatives);
    }

    /// <summary>Returns the distances of the nearest negative and of the farthest positive, or ∞ and −∞.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static (double Nearest, double Farthest) WriteKinds<S>(in PairRow<S> row, Span<PairKind> kinds)
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
    {
        ReadOnlySpan<double> distances = row.Distances;
        ReadOnlySpan<long> labels = row.Labels;
        (long label, int self) = (row.Label, row.Self);
        (double nearest, double farthest) = (double.PositiveInfinity, double.NegativeInfinity);
        for (int item = 0; item < kinds.Length; item++)
        {
            if (labels[item] != label)
            {
                kinds[item] = PairKind.Negative;
                nearest = distances[item] < nearest ? distances[item] : nearest;
            }
            else if (item != self)
            {
                kinds[item] = PairKind.Positive;
                farthest = distances[item] > farthest ? distances[item] : farthest;
            }
            else
            {
                kinds[item] = PairKind.None;
            }
        }

        return (nearest, farthest);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static void Mine(ReadOnlySpan<double> distances, double beyond, double below, Span<PairKind> kinds)
    {
        for (int item = 0; item < kinds.Length; item++)
        {
            bool isKept = kinds[item] == PairKind.Negative ? distances[item] < below : distances[item] > beyond;
            kinds[item] = isKept ? kinds[item] : PairKind.None;
        }
    }
}
