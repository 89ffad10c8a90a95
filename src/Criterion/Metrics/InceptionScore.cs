using System.Numerics.Tensors;

namespace Criterion.Metrics;

/// <summary>An inception score, with what it was computed from.</summary>
public sealed record InceptionResult
{
    /// <summary>Initializes the result.</summary>
    /// <param name="value">The mean over the splits, from 1 to the number of classes; higher is better.</param>
    /// <param name="standardDeviation">The standard deviation over the splits, with n.</param>
    /// <param name="splits">The number of splits.</param>
    /// <param name="count">The number of samples.</param>
    /// <param name="classes">The number of classes.</param>
    /// <param name="features">The name of the classifier.</param>
    public InceptionResult(double value, double standardDeviation, int splits, int count, int classes, string features)
    {
        Value = value;
        StandardDeviation = standardDeviation;
        Splits = splits;
        Count = count;
        Classes = classes;
        Features = features;
    }

    /// <summary><inheritdoc cref="InceptionResult(double, double, int, int, int, string)" path="/param[@name='value']/node()"/></summary>
    public double Value { get; init; }

    /// <summary>
    /// <inheritdoc cref="InceptionResult(double, double, int, int, int, string)" path="/param[@name='standardDeviation']/node()"/>
    /// </summary>
    public double StandardDeviation { get; init; }

    /// <summary><inheritdoc cref="InceptionResult(double, double, int, int, int, string)" path="/param[@name='splits']/node()"/></summary>
    public int Splits { get; init; }

    /// <summary><inheritdoc cref="InceptionResult(double, double, int, int, int, string)" path="/param[@name='count']/node()"/></summary>
    public int Count { get; init; }

    /// <summary><inheritdoc cref="InceptionResult(double, double, int, int, int, string)" path="/param[@name='classes']/node()"/></summary>
    public int Classes { get; init; }

    /// <summary>
    /// <inheritdoc cref="InceptionResult(double, double, int, int, int, string)" path="/param[@name='features']/node()"/>
    /// </summary>
    public string Features { get; init; }
}

/// <summary>
/// Inception score of class probabilities: exp(E KL(p(y|x) ‖ p(y))), high when each sample is clearly of one class and all classes occur.
/// With probabilities of Inception it is the customary score.
/// </summary>
/// <remarks>
/// It uses no real samples, and a generator of one perfect sample per class has the highest score. Source: Salimans and others, Improved
/// techniques for training GANs, 2016.
/// </remarks>
public static class InceptionScore
{
    const double SumTolerance = 1e-3;

    /// <summary>Computes the score of probabilities.</summary>
    /// <param name="probabilities">One row per sample, <c>[N, classes]</c>: 0 or more, summing to 1.</param>
    /// <param name="splits">The number of parts whose scores are averaged; at most N. Default: 10.</param>
    /// <param name="shuffle">Whether the samples are shuffled first, always in the same order. Default: true.</param>
    /// <param name="features">The name of the classifier.</param>
    /// <exception cref="ShapeException">The tensor is not a matrix.</exception>
    /// <exception cref="MetricException">There are fewer samples than splits, or a row is not a distribution.</exception>
    public static InceptionResult Of(Tensor probabilities, int splits = 10, bool shuffle = true, string features = MetricSamples.Unnamed)
    {
        Require.AtLeast(1, splits, nameof(InceptionScore));
        using TensorScope scope = new();
        Tensor rows = FeatureRows.Of(nameof(InceptionScore), probabilities, nameof(probabilities));
        (int count, int classes) = (rows.Shape[0], rows.Shape[1]);
        CheckRows(rows);
        FeatureRows.CheckCount(nameof(InceptionScore), nameof(probabilities), count, splits);
        Tensor ordered = shuffle ? rows.IndexSelect(0, Tensor.Permutation(count, new RandomStream(0))) : rows;
        double[] scores = [.. Enumerable.Range(0, splits).Select(i => Score(ordered[Start(i)..Start(i + 1)]))];
        double mean = scores.Average();
        double deviation = Math.Sqrt(scores.Average(score => (score - mean) * (score - mean)));
        return new InceptionResult(mean, deviation, splits, count, classes, features);

        int Start(int split) => (int)((long)count * split / splits);
    }

    // E KL(p ‖ q) with q = E p is the entropy of q minus the mean entropy of p.
    static double Score(Tensor rows) => Math.Exp(Entropy(rows.Mean(0)) - (Entropy(rows) / rows.Shape[0]));

    static double Entropy(Tensor probabilities)
    {
        double sum = 0;
        foreach (double p in probabilities.AsReadOnlySpan<double>())
        {
            sum -= p > 0 ? p * Math.Log(p) : 0;
        }

        return sum;
    }

    static void CheckRows(Tensor rows)
    {
        int classes = rows.Shape[1];
        ReadOnlySpan<double> values = rows.AsReadOnlySpan<double>();
        for (int row = 0; row < rows.Shape[0]; row++)
        {
            ReadOnlySpan<double> p = values.Slice(row * classes, classes);
            if (TensorPrimitives.Min(p) < 0 || Math.Abs(TensorPrimitives.Sum(p) - 1) > SumTolerance)
            {
                throw new MetricException(
                    $"InceptionScore: row {row} is not a distribution: its minimum is {TensorPrimitives.Min(p)} and its sum "
                    + $"{TensorPrimitives.Sum(p)}. Pass probabilities, such as logits.Softmax(1).");
            }
        }
    }
}
