namespace Criterion.Tests.Losses.Embedding;

/// <summary>Losses of anchors by plain loops over all pairs.</summary>
internal static class AnchorReference
{
    /// <summary>The loss of each anchor that has the pairs it needs; null of the others.</summary>
    /// <param name="d">The distances, [N, M].</param>
    /// <param name="x">The labels of the anchors.</param>
    /// <param name="y">The labels of the items.</param>
    /// <param name="isOneSet">Whether the anchors are the items.</param>
    /// <param name="loss">The loss of the distances of the positives and of the negatives, or null.</param>
    public static double?[] Losses(double[,] d, long[] x, long[] y, bool isOneSet, Func<double[], double[], double?> loss)
    {
        double?[] losses = new double?[x.Length];
        for (int a = 0; a < x.Length; a++)
        {
            List<double> positives = [];
            List<double> negatives = [];
            for (int j = 0; j < y.Length; j++)
            {
                if (x[a] != y[j])
                {
                    negatives.Add(d[a, j]);
                }
                else if (!isOneSet || a != j)
                {
                    positives.Add(d[a, j]);
                }
            }

            losses[a] = positives.Count + negatives.Count == 0 ? null : loss([.. positives], [.. negatives]);
        }

        return losses;
    }

    /// <summary>ln Σ eˣ in logarithms relative to the largest; −∞ of nothing.</summary>
    public static double LogSum(IEnumerable<double> values)
    {
        double[] all = [.. values];
        return all.Length == 0 ? double.NegativeInfinity : all.Max() + Math.Log(all.Sum(v => Math.Exp(v - all.Max())));
    }

    /// <summary>ln(1 + eˣ).</summary>
    public static double Softplus(double x) => x > 30 ? x : Math.Log(1 + Math.Exp(x));
}
