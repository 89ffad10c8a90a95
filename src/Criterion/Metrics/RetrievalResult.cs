using Criterion.Drivers;

namespace Criterion.Metrics;

/// <summary>The measures of a retrieval, each for all queries.</summary>
public sealed class RetrievalResult
{
    readonly RankingScores _scores;
    readonly bool[] _isCounted;

    internal RetrievalResult(RankingScores scores, bool[] isCounted, int unmatched)
    {
        (_scores, _isCounted, Unmatched) = (scores, isCounted, unmatched);
        Queries = [.. Enumerable.Range(0, isCounted.Length).Where(query => isCounted[query])];
        MeanAveragePrecision = Select(query => scores.AveragePrecision[query]);
        MeanAveragePrecisionAtR = Select(query => scores.AveragePrecisionAtR[query]);
        RPrecision = Select(query => scores.RPrecision[query]);
        MeanReciprocalRank = Select(query => scores.ReciprocalRank[query]);
    }

    /// <summary>Gets the indices of the queries in the means, in the order of <see cref="RetrievalScore.PerQuery"/>.</summary>
    public IReadOnlyList<int> Queries { get; }

    /// <summary>Gets the number of queries without a relevant item in the gallery.</summary>
    public int Unmatched { get; }

    /// <summary>Gets the largest k of <see cref="RecallAt"/> and <see cref="PrecisionAt"/>.</summary>
    public int Depth => _scores.Depth;

    /// <summary>
    /// Gets the mean of the precisions at the ranks of all relevant items, from the whole gallery (mean average precision).
    /// </summary>
    public RetrievalScore MeanAveragePrecision { get; }

    /// <summary>
    /// Gets MAP@R: the sum of the precisions at the ranks of relevant items among the first R, divided by R, the number of relevant items.
    /// </summary>
    public RetrievalScore MeanAveragePrecisionAtR { get; }

    /// <summary>Gets R-precision: the share of relevant items among the first R, the number of relevant items.</summary>
    public RetrievalScore RPrecision { get; }

    /// <summary>Gets the mean reciprocal rank of the first relevant item.</summary>
    public RetrievalScore MeanReciprocalRank { get; }

    /// <summary>Gets the CMC curve: <see cref="RecallAt"/> for k = 1 to <see cref="Depth"/>.</summary>
    public IReadOnlyList<double> CumulativeMatch => [.. Enumerable.Range(1, Depth).Select(k => RecallAt(k).Value)];

    /// <summary>
    /// Computes Recall@k as metric learning defines it: the share of queries with a relevant item among their first k, also named hit rate
    /// or rank-k identification rate. The share of relevant items that are found is <see cref="ShareFoundAt"/>.
    /// </summary>
    /// <param name="k">The number of items, from 1 to <see cref="Depth"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="k"/> is outside this range.</exception>
    public RetrievalScore RecallAt(int k) => Select(Checked(k), (query, at) => _scores.Hits[at]);

    /// <summary>Computes Precision@k: the share of relevant items among the first k.</summary>
    /// <inheritdoc cref="RecallAt" path="/param"/>
    /// <inheritdoc cref="RecallAt" path="/exception"/>
    public RetrievalScore PrecisionAt(int k) => Select(Checked(k), (query, at) => _scores.Found[at] / k);

    /// <summary>
    /// Computes the share of a query's relevant items that are among the first k: Recall@k as information retrieval defines it.
    /// </summary>
    /// <inheritdoc cref="RecallAt" path="/param"/>
    /// <inheritdoc cref="RecallAt" path="/exception"/>
    public RetrievalScore ShareFoundAt(int k) =>
        Select(Checked(k), (query, at) => _scores.Found[at] / Math.Max(1, _scores.Relevant[query]));

    int Checked(int k) => Require.That(k >= 1 && k <= Depth, k, nameof(RetrievalResult), $"from 1 to {Depth}, the evaluator's Depth");

    RetrievalScore Select(Func<int, double> value) => new([.. Queries.Select(value)]);

    RetrievalScore Select(int k, Func<int, int, double> value) => Select(query => value(query, (query * Depth) + k - 1));
}

/// <summary>One measure of a retrieval, for each query and on average.</summary>
public sealed class RetrievalScore
{
    readonly double[] _values;

    internal RetrievalScore(double[] values) => (_values, Value) = (values, values.Average());

    /// <summary>Gets the mean over the queries.</summary>
    public double Value { get; }

    /// <summary>Gets the value of each query, in the order of <see cref="RetrievalResult.Queries"/>.</summary>
    public IReadOnlyList<double> PerQuery => _values;

    /// <summary>Computes the percentile interval of the mean by a bootstrap over the queries.</summary>
    /// <param name="confidence">The probability that the interval contains the expected value, in (0, 1). Default: 0.95.</param>
    /// <param name="resamples">The number of sets of queries that are drawn with replacement; at least 1. Default: 1000.</param>
    /// <param name="random">The random stream that draws them. Default: seed 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public BootstrapInterval Interval(double confidence = 0.95, int resamples = 1000, RandomStream? random = null)
    {
        Require.InOpenUnitInterval(confidence, nameof(RetrievalScore));
        Require.AtLeast(1, resamples, nameof(RetrievalScore));
        random ??= new RandomStream(0);
        double[] means = new double[resamples];
        foreach (ref double mean in means.AsSpan())
        {
            for (int i = 0; i < _values.Length; i++)
            {
                mean += _values[random.NextInt(_values.Length)];
            }

            mean /= _values.Length;
        }

        Array.Sort(means);
        return new(Quantile(means, (1 - confidence) / 2), Quantile(means, (1 + confidence) / 2), confidence);
    }

    static double Quantile(double[] rising, double share)
    {
        double place = share * (rising.Length - 1);
        int below = (int)place;
        double next = rising[Math.Min(below + 1, rising.Length - 1)];
        return rising[below] + ((place - below) * (next - rising[below]));
    }
}

/// <summary>An interval of a mean by resampling.</summary>
public sealed record BootstrapInterval
{
    /// <summary>Initializes the interval.</summary>
    /// <param name="low">The lower end.</param>
    /// <param name="high">The upper end.</param>
    /// <param name="confidence">The probability that the interval contains the expected value.</param>
    public BootstrapInterval(double low, double high, double confidence) => (Low, High, Confidence) = (low, high, confidence);

    /// <summary><inheritdoc cref="BootstrapInterval(double, double, double)" path="/param[@name='low']/node()"/></summary>
    public double Low { get; init; }

    /// <summary><inheritdoc cref="BootstrapInterval(double, double, double)" path="/param[@name='high']/node()"/></summary>
    public double High { get; init; }

    /// <summary><inheritdoc cref="BootstrapInterval(double, double, double)" path="/param[@name='confidence']/node()"/></summary>
    public double Confidence { get; init; }
}
