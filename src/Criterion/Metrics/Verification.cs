namespace Criterion.Metrics;

/// <summary>How well a score tells pairs of the same kind from others.</summary>
/// <param name="Accuracy">The share that is right at the best threshold, similar and dissimilar pairs weighing the same.</param>
/// <param name="Threshold">That threshold: the lowest score that counts as the same.</param>
/// <param name="AreaUnderCurve">The chance that a similar pair scores higher than a dissimilar one; ties count half (ROC-AUC).</param>
/// <param name="EqualErrorRate">The share of mistakes where as many similar pairs are refused as dissimilar ones are accepted.</param>
public sealed record Verification(double Accuracy, double Threshold, double AreaUnderCurve, double EqualErrorRate)
{
    /// <summary>The share of pairs that a threshold tells right, similar and dissimilar pairs weighing the same: for a threshold that comes from other pairs.</summary>
    /// <param name="threshold">The lowest score that counts as the same.</param>
    /// <param name="pairs">The score of each pair, higher for more alike, and whether it is of one kind.</param>
    /// <exception cref="ArgumentException">There are no similar pairs or no others, or a score is NaN.</exception>
    public static double AccuracyAt(double threshold, IReadOnlyCollection<(double Score, bool IsSame)> pairs)
    {
        (double same, double others) = Count(pairs);
        double accepted = pairs.Count(pair => pair.IsSame && pair.Score >= threshold);
        double refused = pairs.Count(pair => !pair.IsSame && pair.Score < threshold);
        return ((accepted / same) + (refused / others)) / 2;
    }

    /// <summary>Measures scored pairs.</summary>
    /// <param name="pairs">The score of each pair, higher for more alike, and whether it is of one kind.</param>
    /// <exception cref="ArgumentException">There are no similar pairs or no others, or a score is NaN.</exception>
    public static Verification Measure(IReadOnlyCollection<(double Score, bool IsSame)> pairs)
    {
        (double same, double others) = Count(pairs);
        Verification best = new(0.5, double.PositiveInfinity, 0, 1);
        (double accepted, double mistaken, double area, double gap) = (0, 0, 0, double.PositiveInfinity);
        foreach (IGrouping<double, (double Score, bool IsSame)> tied in pairs.GroupBy(static pair => pair.Score).OrderByDescending(static group => group.Key))
        {
            double more = tied.Count(static pair => pair.IsSame) / same;
            double wrong = tied.Count(static pair => !pair.IsSame) / others;
            area += wrong * (accepted + (more / 2));
            (accepted, mistaken) = (accepted + more, mistaken + wrong);
            double accuracy = (accepted + 1 - mistaken) / 2;
            if (accuracy > best.Accuracy)
            {
                best = best with { Accuracy = accuracy, Threshold = tied.Key };
            }

            if (Math.Abs(1 - accepted - mistaken) < gap)
            {
                gap = Math.Abs(1 - accepted - mistaken);
                best = best with { EqualErrorRate = (1 - accepted + mistaken) / 2 };
            }
        }

        return best with { AreaUnderCurve = area };
    }

    static (double Same, double Others) Count(IReadOnlyCollection<(double Score, bool IsSame)> pairs)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        double same = pairs.Count(static pair => pair.IsSame);
        double others = pairs.Count - same;
        return same > 0 && others > 0 && !pairs.Any(static pair => double.IsNaN(pair.Score))
            ? (same, others)
            : throw new ArgumentException($"Verification: of {pairs.Count} pairs {same} are of one kind; both kinds are needed, with scores that are numbers.", nameof(pairs));
    }
}
