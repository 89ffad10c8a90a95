namespace Criterion.Drivers;

/// <summary>The measures of retrieval for each query. Queries without a relevant item keep 0.</summary>
internal sealed class RankingScores(int queries, int depth)
{
    public int Depth => depth;

    public int[] Relevant { get; } = new int[queries];

    public double[] AveragePrecision { get; } = new double[queries];

    public double[] AveragePrecisionAtR { get; } = new double[queries];

    public double[] RPrecision { get; } = new double[queries];

    public double[] ReciprocalRank { get; } = new double[queries];

    /// <summary>The probability of a relevant item among the first k, at query · depth + k − 1.</summary>
    public double[] Hits { get; } = new double[queries * depth];

    /// <summary>The number of relevant items among the first k, at query · depth + k − 1.</summary>
    public double[] Found { get; } = new double[queries * depth];

    /// <summary>Computes all measures of a query, which has a relevant item.</summary>
    public void Measure(int query, Ranking ranking)
    {
        (int all, double found) = (ranking.Relevant, 0);
        (double precisions, double precisionsAtR) = (0, 0);
        Relevant[query] = all;
        foreach (TiedItems tied in ranking)
        {
            if (tied.RelevantAbove == 0)
            {
                ReciprocalRank[query] = tied.ReciprocalRank();
                MeasureHits(query, tied);
            }

            precisions += tied.Precisions(int.MaxValue);
            precisionsAtR += tied.Precisions(all);
            found = tied.Above < all ? tied.RelevantUpTo(all) : found;
            MeasureFound(query, tied);
        }

        // Divided once: the sum of ones is exact, so that no mean exceeds 1.
        (AveragePrecision[query], AveragePrecisionAtR[query], RPrecision[query]) = (precisions / all, precisionsAtR / all, found / all);
    }

    void MeasureHits(int query, TiedItems first)
    {
        double miss = 1;
        for (int k = first.Above + 1; k <= depth; k++)
        {
            int place = k - first.Above - 1;
            miss *= Math.Max(0.0, first.Count - first.Relevant - place) / Math.Max(1, first.Count - place);
            Hits[(query * depth) + k - 1] = 1 - miss;
        }
    }

    void MeasureFound(int query, TiedItems tied)
    {
        for (int k = tied.Above + 1; k <= depth; k++)
        {
            Found[(query * depth) + k - 1] = tied.RelevantUpTo(k);
        }
    }
}
