using System.Numerics.Tensors;
using Criterion.Metrics;

namespace Criterion.Training;

/// <summary>
/// The ROC curve of pairs that come in falling order of their scores, and those of resamples of the items, in which a pair counts as often
/// as both of its items were drawn. Column 0 of every array is the curve itself; the others are resamples.
/// </summary>
internal sealed class PairCurve
{
    // No cosine is as high: where no threshold is better than chance, no pair counts as the same. JSON has no infinity.
    const double Unreached = 2;

    readonly long[] _classes;
    readonly double[][] _drawn;
    readonly double _threshold;
    readonly double _same;
    readonly double _others;
    readonly double[] _accepted;
    readonly double[] _mistaken;
    readonly double[] _area;
    readonly double[] _more;
    readonly double[] _wrong;
    readonly double[] _work;
    double _score = double.PositiveInfinity;
    (double Accuracy, double Threshold) _best = (0.5, Unreached);
    (double Gap, double Rate) _equalError = (double.PositiveInfinity, 1);
    (double[] Accepted, double[] Mistaken)? _atThreshold;

    /// <summary>Creates a curve.</summary>
    /// <param name="classes">The class of each item.</param>
    /// <param name="threshold">The lowest score that counts as the same where the accuracy is measured.</param>
    /// <param name="resamples">The number of resamples.</param>
    /// <param name="random">The stream that draws them.</param>
    /// <exception cref="ArgumentException">No two items are of one class, or all are.</exception>
    public PairCurve(long[] classes, double threshold, int resamples, RandomStream random)
    {
        (_classes, _threshold) = (classes, threshold);
        _same = classes.CountBy(static label => label).Sum(static group => group.Value * (group.Value - 1.0)) / 2;
        _others = (classes.Length * (classes.Length - 1.0) / 2) - _same;
        if (_same == 0 || _others == 0)
        {
            throw new ArgumentException($"EmbeddingQuality: of {classes.Length} embeddings {_same} pairs are of one class and {_others} of "
                + "two. Pass embeddings of both kinds.", nameof(classes));
        }

        _drawn = Drawn(classes.Length, resamples, random);
        int columns = 1 + resamples;
        (_accepted, _mistaken, _area) = (new double[columns], new double[columns], new double[columns]);
        (_more, _wrong, _work) = (new double[columns], new double[columns], new double[columns]);
    }

    /// <summary>Gets the verification of the pairs.</summary>
    public Verification Verification => new(_best.Accuracy, _best.Threshold, _area[0] / (_same * _others), _equalError.Rate);

    /// <summary>Gets the accuracy at the given threshold, with equal weights for similar and dissimilar pairs.</summary>
    public RetrievalMeasure Accuracy => Measure(column =>
    {
        (double[] accepted, double[] mistaken) = _atThreshold ?? (_accepted, _mistaken);
        return ((accepted[column] / _accepted[column]) + 1 - (mistaken[column] / _mistaken[column])) / 2;
    });

    /// <summary>Gets the area under the curve.</summary>
    public RetrievalMeasure AreaUnderCurve => Measure(column => _area[column] / (_accepted[column] * _mistaken[column]));

    /// <summary>Computes the curve of rows.</summary>
    /// <param name="scores">The cosines of the rows.</param>
    /// <param name="classes">The class of each row.</param>
    /// <param name="threshold">The lowest score that counts as the same where the accuracy is measured.</param>
    /// <param name="resamples">The number of resamples.</param>
    /// <param name="random">The stream that draws them.</param>
    /// <exception cref="ArgumentException">No two rows are of one class, or all are.</exception>
    public static PairCurve Of(PairScores scores, long[] classes, double threshold, int resamples, RandomStream random)
    {
        PairCurve curve = new(classes, threshold, resamples, random);
        scores.Visit(curve.Add);
        curve.EndScore();
        curve._atThreshold ??= (curve._accepted, curve._mistaken);
        return curve;
    }

    /// <summary>Adds pairs of a score that is at most the one before.</summary>
    void Add(double score, ReadOnlySpan<(int First, int Second)> pairs)
    {
        if (score != _score)
        {
            EndScore();
            _score = score;
        }

        foreach ((int first, int second) in pairs)
        {
            double[] sum = _classes[first] == _classes[second] ? _more : _wrong;
            TensorPrimitives.MultiplyAdd(_drawn[first], _drawn[second], sum, sum);
        }
    }

    // Similar and dissimilar pairs of one score count half.
    void EndScore()
    {
        if (_score < _threshold && _atThreshold is null)
        {
            _atThreshold = ([.. _accepted], [.. _mistaken]);
        }

        TensorPrimitives.MultiplyAdd(_more, 0.5, _accepted, _work);
        TensorPrimitives.MultiplyAdd(_wrong, _work, _area, _area);
        TensorPrimitives.Add(_accepted, _more, _accepted);
        TensorPrimitives.Add(_mistaken, _wrong, _mistaken);
        Array.Clear(_more);
        Array.Clear(_wrong);
        if (!double.IsPositiveInfinity(_score))
        {
            Improve(_accepted[0] / _same, _mistaken[0] / _others);
        }
    }

    void Improve(double accepted, double mistaken)
    {
        double accuracy = (accepted + 1 - mistaken) / 2;
        if (accuracy > _best.Accuracy)
        {
            _best = (accuracy, _score);
        }

        double gap = Math.Abs(1 - accepted - mistaken);
        if (gap < _equalError.Gap)
        {
            _equalError = (gap, (1 - accepted + mistaken) / 2);
        }
    }

    // A resample without pairs of one kind has no value.
    RetrievalMeasure Measure(Func<int, double> column)
    {
        double[] values = [.. Enumerable.Range(1, _area.Length - 1).Select(column).Where(double.IsFinite).Order()];
        double value = column(0);
        return values.Length == 0
            ? new() { Value = value, Low = value, High = value }
            : new() { Value = value, Low = Quantile(values, 0.025), High = Quantile(values, 0.975) };
    }

    static double Quantile(double[] rising, double share)
    {
        double place = share * (rising.Length - 1);
        int below = (int)place;
        return double.Lerp(rising[below], rising[Math.Min(below + 1, rising.Length - 1)], place - below);
    }

    static double[][] Drawn(int count, int resamples, RandomStream random)
    {
        double[][] drawn = [.. Enumerable.Range(0, count).Select(_ => new double[1 + resamples])];
        Array.ForEach(drawn, static times => times[0] = 1);
        for (int column = 1; column <= resamples; column++)
        {
            for (int i = 0; i < count; i++)
            {
                drawn[random.NextInt(count)][column]++;
            }
        }

        return drawn;
    }
}
