namespace Criterion.Tests.Losses.Embedding;

/// <summary>Losses that contrast the rows of a batch, in plain loops of doubles.</summary>
static class ContrastReference
{
    public static double[][] Rows(Tensor x)
    {
        double[] values = x.ToArray<double>();
        return [.. values.Chunk(x.Shape[1])];
    }

    public static double Cosine(double[] a, double[] b)
    {
        (double dot, double first, double second) = (0, 0, 0);
        for (int i = 0; i < a.Length; i++)
        {
            dot += a[i] * b[i];
            first += a[i] * a[i];
            second += b[i] * b[i];
        }

        return first == 0 || second == 0 ? 0 : dot / Math.Sqrt(first) / Math.Sqrt(second);
    }

    /// <summary>−ln of the softmax at one of the logits.</summary>
    public static double CrossEntropy(double[] logits, int own)
    {
        double largest = logits.Max();
        return largest + Math.Log(logits.Sum(s => Math.Exp(s - largest))) - logits[own];
    }

    public static double[] InfoNce(double[][] queries, double[][] keys, double temperature) =>
        [.. queries.Select((q, i) => CrossEntropy([.. keys.Select(k => Cosine(q, k) / temperature)], i))];

    /// <summary>The loss of each row, as the mean over the positives of a label.</summary>
    public static double[] SupCon(double[][] rows, long[] labels, double temperature)
    {
        double[] losses = new double[rows.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            int[] others = [.. Enumerable.Range(0, rows.Length).Where(j => j != i)];
            double[] logits = [.. others.Select(j => Cosine(rows[i], rows[j]) / temperature)];
            int[] positives = [.. Enumerable.Range(0, others.Length).Where(at => labels[others[at]] == labels[i])];
            losses[i] = positives.Length == 0 ? 0 : positives.Average(at => CrossEntropy(logits, at));
        }

        return losses;
    }

    public static double[] SigLip(double[][] queries, double[][] keys, double temperature, double bias) =>
    [
        .. queries.Select((q, i) => keys.Select((k, j) =>
        {
            double z = (Cosine(q, k) / temperature) + bias;
            return Math.Log(1 + Math.Exp(i == j ? -z : z));
        }).Sum()),
    ];
}
