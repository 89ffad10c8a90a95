using System.Numerics.Tensors;

namespace Criterion.Metrics;

/// <summary>An inception-style score and what it was computed from.</summary>
/// <param name="Value">The mean over the splits, from 1 to the number of classes; higher is better.</param>
/// <param name="StandardDeviation">The spread over the splits, with n.</param>
/// <param name="Splits">How many splits.</param>
/// <param name="Count">Samples in all.</param>
/// <param name="Classes">Classes of the classifier.</param>
/// <param name="Features">The name of the classifier.</param>
public sealed record InceptionResult(double Value, double StandardDeviation, int Splits, int Count, int Classes, string Features);

/// <summary>
/// Inception-style score of class probabilities: exp(E KL(p(y|x) ‖ p(y))), high when each sample is plainly of one class and all
/// classes occur. With probabilities of Inception it is the inception score.
/// </summary>
/// <remarks>It never sees real samples, and a generator that draws one perfect sample for each class has the highest score. Source: Salimans and others, Improved techniques for training GANs, 2016.</remarks>
public static class InceptionScore
{
    const double SumTolerance = 1e-3;

    /// <summary>Computes the score of probabilities.</summary>
    /// <param name="probabilities">One row for each sample, <c>[N, classes]</c>: not negative, each row with sum 1.</param>
    /// <param name="splits">Parts whose scores are averaged; 10. At most N.</param>
    /// <param name="shuffle">Whether the samples are put into a random order first, always the same one. Default: true.</param>
    /// <param name="features">The name of the classifier.</param>
    /// <exception cref="ShapeException">The tensor is no such matrix.</exception>
    /// <exception cref="MetricException">There are fewer samples than splits, or a row is no distribution.</exception>
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

    // E KL(p ‖ q) with q = E p is the entropy of q less the mean entropy of p.
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
                throw new MetricException($"InceptionScore: row {row} is no distribution: its smallest value is {TensorPrimitives.Min(p)} and its sum {TensorPrimitives.Sum(p)}. Give probabilities, such as logits.Softmax(1).");
            }
        }
    }
}
