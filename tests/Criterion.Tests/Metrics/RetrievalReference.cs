namespace Criterion.Tests.Metrics;

/// <summary>Retrieval of one query by its definition: the gallery is sorted, and items that tie are put in every order.</summary>
internal static class RetrievalReference
{
    public static readonly string[] Names = ["map", "map@r", "r-precision", "mrr", "recall@1", "recall@2", "precision@2", "share@2"];

    /// <summary>The measures of a ranking, the first item first.</summary>
    public static double[] Measure(bool[] ranking)
    {
        int relevant = ranking.Count(static hit => hit);
        double[] precisions = [.. ranking.Select((_, i) => ranking.Take(i + 1).Count(static hit => hit) / (i + 1.0))];
        return
        [
            precisions.Where((_, i) => ranking[i]).Sum() / relevant,
            precisions.Take(relevant).Where((_, i) => ranking[i]).Sum() / relevant,
            precisions[relevant - 1],
            1.0 / (Array.IndexOf(ranking, true) + 1),
            ranking[0] ? 1 : 0,
            ranking[0] || ranking[1] ? 1 : 0,
            precisions[1],
            precisions[1] * 2 / relevant,
        ];
    }

    /// <summary>The mean of the measures over all orders of the items that tie.</summary>
    public static double[] MeasureTied(double[] similarities, bool[] isRelevant)
    {
        double[][] all = [.. Permutations([.. Enumerable.Range(0, similarities.Length)])
            .Select(order => order.OrderByDescending(item => similarities[item]).Select(item => isRelevant[item]).ToArray())
            .Select(Measure)];
        return [.. Names.Select((_, i) => all.Average(measures => measures[i]))];
    }

    public static double Similarity(string kind, double[] a, double[] b)
    {
        double product = a.Zip(b, static (x, y) => x * y).Sum();
        double norms = Math.Sqrt(a.Sum(static x => x * x)) * Math.Sqrt(b.Sum(static x => x * x));
        return kind switch
        {
            "Cosine" => norms == 0 ? 0 : product / norms,
            "DotProduct" => product,
            _ => -Math.Sqrt(a.Zip(b, static (x, y) => (x - y) * (x - y)).Sum()),
        };
    }

    static IEnumerable<int[]> Permutations(int[] items) => items.Length <= 1
        ? [items]
        : items.SelectMany((item, place) => Permutations([.. items[..place], .. items[(place + 1)..]])
            .Select(rest => (int[])[item, .. rest]));
}
