namespace Criterion.Tests.Losses.Embedding;

/// <summary>Cross-entropy in plain doubles.</summary>
static class SoftmaxOfCosines
{
    /// <summary>Computes the mean over rows of −ln softmax at the label, from functions of the similarity.</summary>
    public static double Mean(double[][] similarities, long[] labels, Func<double, double> own, Func<double, double> other) =>
        similarities.Zip(labels).Average(row =>
        {
            double[] logits = [.. row.First.Select((s, j) => j == row.Second ? own(s) : other(s))];
            double largest = logits.Max();
            return largest - logits[row.Second] + Math.Log(logits.Sum(x => Math.Exp(x - largest)));
        });
}
