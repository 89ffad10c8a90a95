namespace Criterion.Tests.Losses;

/// <summary>Losses of labeled rows by plain loops over all pairs and triplets.</summary>
internal static class LabeledReference
{
    public static double Distance(string kind, double[] a, double[] b)
    {
        double Length(double[] x) => kind == "Euclidean" ? 1 : Math.Max(Math.Sqrt(x.Sum(static v => v * v)), 1e-300);
        (double[] x, double[] y) = ([.. a.Select(v => v / Length(a))], [.. b.Select(v => v / Length(b))]);
        return kind == "Cosine"
            ? 1 - x.Zip(y, static (u, v) => u * v).Sum()
            : Math.Sqrt(x.Zip(y, static (u, v) => (u - v) * (u - v)).Sum());
    }

    /// <summary>The terms of triplets, by anchor.</summary>
    public static List<(int Anchor, double Loss)> Triplets(
        double[,] d, long[] x, long[] y, bool isOneSet, string positives, string negatives, double margin, bool smooth)
    {
        List<(int, double)> terms = [];
        for (int a = 0; a < x.Length; a++)
        {
            int[] same = [.. Enumerable.Range(0, y.Length).Where(p => y[p] == x[a] && !(isOneSet && p == a))];
            int[] other = [.. Enumerable.Range(0, y.Length).Where(n => y[n] != x[a])];
            int row = a;
            same = positives switch
            {
                "Hardest" => [.. same.OrderByDescending(p => d[row, p]).Take(1)],
                "Easiest" => [.. same.OrderBy(p => d[row, p]).Take(1)],
                _ => same,
            };
            foreach (int p in same)
            {
                int[] beyond = [.. other.Where(n => d[row, n] > d[row, p]).OrderBy(n => d[row, n]).Take(1)];
                int[] chosen = negatives switch
                {
                    "Hardest" => [.. other.OrderBy(n => d[row, n]).Take(1)],
                    "SemiHard" => beyond.Length > 0 ? beyond : [.. other.OrderByDescending(n => d[row, n]).Take(1)],
                    _ => other,
                };
                terms.AddRange(chosen.Select(n => (row, Hinge(d[row, p] - d[row, n] + margin, smooth))));
            }
        }

        return terms;
    }

    /// <summary>The terms of similar and of dissimilar pairs, by anchor.</summary>
    public static (List<(int Anchor, double Loss)> Similar, List<(int Anchor, double Loss)> Dissimilar) Pairs(
        double[,] d, long[] x, long[] y, bool isOneSet, double near, double far, bool squared)
    {
        (List<(int, double)> similar, List<(int, double)> dissimilar) = ([], []);
        for (int i = 0; i < x.Length; i++)
        {
            for (int j = 0; j < y.Length; j++)
            {
                if (isOneSet && i == j)
                {
                    continue;
                }

                double excess = Math.Max(0, x[i] == y[j] ? d[i, j] - near : far - d[i, j]);
                (x[i] == y[j] ? similar : dissimilar).Add((i, squared ? excess * excess / 2 : excess));
            }
        }

        return (similar, dissimilar);
    }

    public static double[,] Distances(string kind, double[][] x, double[][] y)
    {
        double[,] d = new double[x.Length, y.Length];
        for (int i = 0; i < x.Length; i++)
        {
            for (int j = 0; j < y.Length; j++)
            {
                d[i, j] = Distance(kind, x[i], y[j]);
            }
        }

        return d;
    }

    /// <summary>The mean, over all terms or those above 0; 0 where there are none.</summary>
    public static double Mean(List<(int Anchor, double Loss)> terms, bool activeOnly)
    {
        double[] counted = [.. terms.Select(static term => term.Loss).Where(loss => !activeOnly || loss > 0)];
        return counted.Length == 0 ? 0 : counted.Average();
    }

    static double Hinge(double violation, bool smooth) =>
        smooth ? Math.Log(1 + Math.Exp(violation)) : Math.Max(0, violation);
}
