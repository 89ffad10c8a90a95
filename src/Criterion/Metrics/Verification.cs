namespace Criterion.Metrics;

/// <summary>The quality of a score that separates pairs of the same kind from others.</summary>
public sealed record Verification
{
    /// <summary>Initializes the result.</summary>
    /// <param name="accuracy">The accuracy at the best threshold, with equal weights for similar and dissimilar pairs.</param>
    /// <param name="threshold">The best threshold: the lowest score that counts as the same.</param>
    /// <param name="areaUnderCurve">
    /// The probability that a similar pair has a higher score than a dissimilar one; ties count half (ROC-AUC).
    /// </param>
    /// <param name="equalErrorRate">The error rate at which as many similar pairs are rejected as dissimilar ones are accepted.</param>
    public Verification(double accuracy, double threshold, double areaUnderCurve, double equalErrorRate) =>
        (Accuracy, Threshold, AreaUnderCurve, EqualErrorRate) = (accuracy, threshold, areaUnderCurve, equalErrorRate);

    /// <summary><inheritdoc cref="Verification(double, double, double, double)" path="/param[@name='accuracy']/node()"/></summary>
    public double Accuracy { get; init; }

    /// <summary><inheritdoc cref="Verification(double, double, double, double)" path="/param[@name='threshold']/node()"/></summary>
    public double Threshold { get; init; }

    /// <summary><inheritdoc cref="Verification(double, double, double, double)" path="/param[@name='areaUnderCurve']/node()"/></summary>
    public double AreaUnderCurve { get; init; }

    /// <summary><inheritdoc cref="Verification(double, double, double, double)" path="/param[@name='equalErrorRate']/node()"/></summary>
    public double EqualErrorRate { get; init; }

    /// <summary>
    /// Computes the accuracy at a threshold that comes from other pairs, with equal weights for similar and dissimilar pairs.
    /// </summary>
    /// <param name="threshold">The lowest score that counts as the same.</param>
    /// <param name="pairs">The score of each pair, higher for more similar, and whether both are of one kind.</param>
    /// <exception cref="ArgumentException">One kind of pairs is missing, or a score is NaN.</exception>
    public static double AccuracyAt(double threshold, IReadOnlyCollection<(double Score, bool IsSame)> pairs)
    {
        (double same, double others) = Count(pairs);
        double accepted = pairs.Count(pair => pair.IsSame && pair.Score >= threshold);
        double refused = pairs.Count(pair => !pair.IsSame && pair.Score < threshold);
        return ((accepted / same) + (refused / others)) / 2;
    }

    /// <summary>Measures scored pairs.</summary>
    /// <param name="pairs">The score of each pair, higher for more similar, and whether both are of one kind.</param>
    /// <exception cref="ArgumentException">One kind of pairs is missing, or a score is NaN.</exception>
    public static Verification Measure(IReadOnlyCollection<(double Score, bool IsSame)> pairs)
    {
        (double same, double others) = Count(pairs);
        Verification best = new(0.5, double.PositiveInfinity, 0, 1);
        (double accepted, double mistaken, double area, double gap) = (0, 0, 0, double.PositiveInfinity);
        foreach (IGrouping<double, (double Score, bool IsSame)> tied in pairs.GroupBy(static pair => pair.Score).OrderByDescending(
            static group => group.Key))
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
            : throw new ArgumentException(
                $"Verification: {same} of {pairs.Count} pairs are of one kind, or a score is NaN. "
                + "Pass pairs of both kinds with valid scores.",
                nameof(pairs));
    }
}
