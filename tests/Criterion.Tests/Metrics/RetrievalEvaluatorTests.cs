using System.Globalization;
using Criterion.Memory;
using Criterion.Metrics;

namespace Criterion.Tests.Metrics;

/// <summary>Retrieval against sorted lists, its ties, its labels and its errors.</summary>
public class RetrievalEvaluatorTests
{
    public static TheoryData<string, int, int, int, int> Cases()
    {
        TheoryData<string, int, int, int, int> cases = [];
        foreach (string kind in (string[])["Cosine", "DotProduct", "Euclidean"])
        {
            foreach ((int n, int m, int d, int classes) in ((int, int, int, int)[])[
                (1, 3, 2, 1), (7, 7, 2, 2), (33, 65, 5, 4), (65, 33, 130, 3), (3, 4200, 3, 9), (270, 40, 401, 2)])
            {
                cases.Add(kind, n, m, d, classes);
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Agrees_with_sorted_lists(string kind, int n, int m, int d, int classes)
    {
        (Tensor queries, Tensor gallery) = (MetricGolden.Normal(n, d, 1, mean: 0.3), MetricGolden.Normal(m, d, 2, mean: 0.3));
        (long[] x, long[] y) = (Labels(n, classes), Labels(m, classes));
        (double[][] asked, double[][] items) = (Rows(queries), Rows(gallery));
        RetrievalResult result = Evaluator(kind).Evaluate(queries, Tensor.From(x), gallery, Tensor.From(y));
        for (int query = 0; query < n; query++)
        {
            double[] similarities = [.. items.Select(row => RetrievalReference.Similarity(kind, asked[query], row))];
            bool[] ranking = [.. Enumerable.Range(0, m).OrderByDescending(item => similarities[item]).Select(item => y[item] == x[query])];
            Close(RetrievalReference.Measure(ranking), Measures(result, query));
        }
    }

    [Theory]
    [InlineData("Cosine", 33, 5)]
    [InlineData("Euclidean", 65, 3)]
    [InlineData("DotProduct", 260, 7)]
    public void A_query_of_one_set_is_excluded_by_its_index(string kind, int count, int d)
    {
        Tensor rows = MetricGolden.Normal(count, d, 3);
        long[] labels = Labels(count, 3);
        double[][] items = Rows(rows);
        RetrievalResult result = Evaluator(kind).Evaluate(rows, Tensor.From(labels));
        for (int query = 0; query < count; query++)
        {
            int[] others = [.. Enumerable.Range(0, count).Where(item => item != query)];
            bool[] ranking = [.. others.OrderByDescending(item => RetrievalReference.Similarity(kind, items[query], items[item]))
                .Select(item => labels[item] == labels[query])];
            Close(RetrievalReference.Measure(ranking), Measures(result, query));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Ties_count_as_the_mean_of_all_orders(ulong seed)
    {
        // Integers on a line tie often, and their distances are exact.
        RandomStream random = new(seed);
        double[] gallery = [.. Enumerable.Range(0, 7).Select(_ => (double)random.NextInt(3))];
        long[] labels = [0, .. Enumerable.Range(0, 6).Select(_ => (long)random.NextInt(2))];
        foreach (double query in (double[])[0, 1, 1.5, 2, 5])
        {
            RetrievalResult result = Evaluator("Euclidean").Evaluate(
                Tensor.From([query], [1, 1]), Tensor.From([0L]), Tensor.From(gallery, [7, 1]), Tensor.From(labels));
            double[] similarities = [.. gallery.Select(value => -Math.Abs(value - query))];
            Close(RetrievalReference.MeasureTied(similarities, [.. labels.Select(static label => label == 0)]), Measures(result, 0));
        }
    }

    [Theory]
    [InlineData("Cosine", 3)]
    [InlineData("Euclidean", 130)]
    [InlineData("DotProduct", 401)]
    public void The_order_of_the_gallery_does_not_matter(string kind, int d)
    {
        // Each row four times, in panels of every width and at the end of a stripe.
        Tensor once = MetricGolden.Normal(1027, d, 4);
        Tensor gallery = Tensor.Cat([once, once, once, once]);
        Tensor labels = Tensor.From(Labels(4 * 1027, 5));
        Tensor order = Tensor.Permutation(4 * 1027, new RandomStream(5));
        (Tensor queries, Tensor queryLabels) = (MetricGolden.Normal(9, d, 6), Tensor.From(Labels(9, 5)));
        RetrievalResult expected = Evaluator(kind).Evaluate(queries, queryLabels, gallery, labels);
        RetrievalResult actual = Evaluator(kind).Evaluate(
            queries, queryLabels, gallery.IndexSelect(0, order), labels.IndexSelect(0, order));
        Assert.Equal(All(expected), All(actual));
        RetrievalResult alone = Evaluator(kind).Evaluate(queries[..1], queryLabels[..1], gallery, labels);
        Assert.Equal(Measures(expected, 0), Measures(alone, 0));
    }

    [Fact]
    public void Duplicates_do_not_push_a_query_out_of_its_own_exclusion()
    {
        // All rows are equal: each of the 11 others is the nearest with the same probability, 5 of them with the query's label.
        Tensor rows = Tensor.Ones([12, 3], DType.Float64);
        RetrievalResult result = new RetrievalEvaluator(depth: 11).Evaluate(rows, Tensor.From(Labels(12, 2)));
        Assert.Equal(5.0 / 11, result.RecallAt(1).Value, 12);
        Assert.Equal(5.0 / 11, result.PrecisionAt(7).Value, 12);
        Assert.Equal(5.0 / 11, result.RPrecision.Value, 12);
        Assert.Equal(1 - (6.0 / 11 * 5 / 10), result.RecallAt(2).Value, 12);
        Assert.Equal([1.0, 1.0, 1.0, 1.0, 1.0], result.CumulativeMatch.Skip(6), static (a, b) => Math.Abs(a - b) < 1e-12);
        Assert.Equal(1, result.ShareFoundAt(11).Value, 12);
    }

    [Fact]
    public void Measures_of_a_ranking_by_hand()
    {
        // The ranking of the query 0 is: relevant, other, relevant, other, relevant.
        Tensor gallery = Tensor.From([1.0, 2, 3, 4, 5], [5, 1]);
        RetrievalResult result = Evaluator("Euclidean", 5).Evaluate(
            Tensor.From([0.0], [1, 1]), Tensor.From([7L]), gallery, Tensor.From([7L, 8, 7, 9, 7]));
        Assert.Equal((1 + (2.0 / 3) + (3.0 / 5)) / 3, result.MeanAveragePrecision.Value, 12);
        Assert.Equal((1 + (2.0 / 3)) / 3, result.MeanAveragePrecisionAtR.Value, 12);
        Assert.Equal(2.0 / 3, result.RPrecision.Value, 12);
        Assert.Equal(1, result.MeanReciprocalRank.Value);
        Assert.Equal([1, 0.5, 2.0 / 3, 0.5, 0.6], Enumerable.Range(1, 5).Select(k => result.PrecisionAt(k).Value));
        Assert.Equal([1 / 3.0, 1 / 3.0, 2 / 3.0, 2 / 3.0, 1], Enumerable.Range(1, 5).Select(k => result.ShareFoundAt(k).Value));
    }

    // Eighteenths, summed eighteen times, exceed 1.
    [Fact]
    public void Classes_that_are_far_apart_have_exactly_1()
    {
        Tensor labels = Tensor.From([.. Enumerable.Range(0, 38).Select(static i => (long)(i % 2))]);
        Tensor rows = (labels.To(DType.Float32).Unsqueeze(1) * 100) + Tensor.Rand([38, 2], random: new RandomStream(3));

        RetrievalResult result = new RetrievalEvaluator(RetrievalSimilarity.Euclidean).Evaluate(rows, labels);

        Assert.Equal((1.0, 1.0), (result.MeanAveragePrecisionAtR.Value, result.MeanAveragePrecision.Value));
    }

    [Fact]
    public void Items_share_one_of_several_labels()
    {
        Tensor queries = Tensor.From([0.0, 10], [2, 1]);
        Tensor gallery = Tensor.From([1.0, 2, 3, 4], [4, 1]);
        Tensor queryLabels = Tensor.From([1L, 2, 3, -1], [2, 2]);
        Tensor labels = Tensor.From([9L, -1, -1, 2, -1, -1, 3, 9, 7, 8, 1, -1], [4, 3]);
        RetrievalResult result = Evaluator("Euclidean", 4).Evaluate(queries, queryLabels, gallery, labels);

        // The first query is relevant to items 1 and 3, by its labels 2 and 1, the second to item 2 by 3; −1 matches nothing.
        Assert.Equal([0.5, 0.5], result.MeanReciprocalRank.PerQuery);
        Assert.Equal([0.5, 0.5], result.MeanAveragePrecision.PerQuery);
    }

    [Fact]
    public void Queries_without_a_relevant_item_are_refused_excluded_or_zero()
    {
        Tensor rows = Tensor.From([1.0, 2, 4, 8, 16], [5, 1]);
        Tensor labels = Tensor.From([0L, 0, 1, 2, -1]);
        MetricException error = Assert.Throws<MetricException>(() => Evaluator("Euclidean").Evaluate(rows, labels));
        Assert.Contains("3 of 5 queries", error.Message, StringComparison.Ordinal);
        Assert.Contains("query 2", error.Message, StringComparison.Ordinal);

        RetrievalResult excluded = (Evaluator("Euclidean") with { Unmatched = UnmatchedQueries.Exclude }).Evaluate(rows, labels);
        Assert.Equal((3, 1.0), (excluded.Unmatched, excluded.RecallAt(1).Value));
        Assert.Equal([0, 1], excluded.Queries);

        RetrievalResult zero = (Evaluator("Euclidean") with { Unmatched = UnmatchedQueries.Zero }).Evaluate(rows, labels);
        Assert.Equal((3, 0.4), (zero.Unmatched, zero.MeanAveragePrecision.Value));
        Assert.Equal(0, zero.ShareFoundAt(2).PerQuery[2]);

        Assert.Throws<MetricException>(() => (Evaluator("Cosine") with { Unmatched = UnmatchedQueries.Exclude }).Evaluate(
            rows, Tensor.From([0L, 1, 2, 3, 4])));
    }

    [Fact]
    public void Wrong_inputs_are_named()
    {
        Tensor rows = MetricGolden.Normal(6, 3, 1);
        Tensor labels = Tensor.From(Labels(6, 2));
        RetrievalEvaluator evaluator = new(depth: 2);
        Named<ShapeException>("embeddings must be [N, D]", () => evaluator.Evaluate(rows[0], labels));
        Named<ShapeException>("labels must be [6]", () => evaluator.Evaluate(rows, labels[..5]));
        Named<DTypeException>("labels must be Int64", () => evaluator.Evaluate(rows, labels.To(DType.Float32)));
        Named<DTypeException>("embeddings must be Float32", () => evaluator.Evaluate(rows.To(DType.Int64), labels));
        Named<ShapeException>("3 dimensions and the gallery has 2", () => evaluator.Evaluate(rows, labels, rows[.., ..2], labels));
        Named<MetricException>("NaN in row 0", () => evaluator.Evaluate(rows * double.NaN, labels));
        Named<MetricException>("depth of 6", () => (evaluator with { Depth = 6 }).Evaluate(rows, labels));
        Named<MetricException>("0 queries", () => evaluator.Evaluate(rows[..0], labels[..0]));
        Named<MetricException>("0 items", () => evaluator.Evaluate(rows, labels, rows[..0], labels[..0]));
        Named<MetricException>("0 items", () => evaluator.Evaluate(rows[..1], labels[..1]));
        Named<MetricException>("overflow", () => Evaluator("Euclidean").Evaluate(rows * 1e200, labels));
        RetrievalResult result = evaluator.Evaluate(rows, labels);
        Named<ArgumentOutOfRangeException>("from 1 to 2", () => result.RecallAt(3));
        Named<ArgumentOutOfRangeException>("from 1 to 2", () => result.PrecisionAt(0));
        Named<ArgumentOutOfRangeException>("Depth must be", static () => new RetrievalEvaluator(depth: 0));
        Named<ArgumentOutOfRangeException>("Similarity must be", static () => new RetrievalEvaluator((RetrievalSimilarity)9));
        Named<ArgumentOutOfRangeException>("Unmatched must be", static () => new RetrievalEvaluator(unmatched: (UnmatchedQueries)9));
        Named<ArgumentOutOfRangeException>("confidence", () => result.RecallAt(1).Interval(1));
        Named<ArgumentOutOfRangeException>("resamples", () => result.RecallAt(1).Interval(resamples: 0));
    }

    [Theory]
    [InlineData(1e-300)]
    [InlineData(1e200)]
    public void Cosines_do_not_depend_on_the_scale(double scale)
    {
        Tensor rows = MetricGolden.Normal(40, 4, 7);
        Tensor labels = Tensor.From(Labels(40, 3));
        RetrievalResult expected = Evaluator("Cosine").Evaluate(rows, labels);
        Assert.Equal(All(expected), All(Evaluator("Cosine").Evaluate(rows * scale, labels)), static (a, b) => Math.Abs(a - b) < 1e-12);
    }

    [Fact]
    public void Distances_of_close_rows_far_from_the_origin_are_kept()
    {
        Tensor rows = MetricGolden.Normal(50, 3, 8);
        Tensor labels = Tensor.From(Labels(50, 4));
        double[] expected = All(Evaluator("Euclidean").Evaluate(rows, labels));
        Assert.Equal(expected, All(Evaluator("Euclidean").Evaluate(rows + 1e6, labels)));
    }

    [Fact]
    public void A_row_of_zeros_has_a_cosine_of_zero()
    {
        Tensor gallery = Tensor.From([1.0, 0, 0, 0, -1, 0], [3, 2]);
        RetrievalResult result = Evaluator("Cosine", 2).Evaluate(
            Tensor.From([2.0, 0], [1, 2]), Tensor.From([1L]), gallery, Tensor.From([0L, 1, 0]));
        Assert.Equal(0.5, result.MeanReciprocalRank.Value);
    }

    [Fact]
    public void Results_have_the_same_bits_on_any_number_of_threads()
    {
        Tensor rows = MetricGolden.Normal(600, 17, 9).To(DType.Float32);
        Tensor labels = Tensor.From(Labels(600, 7));
        int before = Compute.Threads;
        try
        {
            Compute.Threads = 1;
            double[] expected = All(Evaluator("Cosine").Evaluate(rows, labels));
            Compute.Threads = 3;
            Assert.Equal(expected, All(Evaluator("Cosine").Evaluate(rows, labels)));
        }
        finally
        {
            Compute.Threads = before;
        }
    }

    [Fact]
    public void Intervals_are_those_of_a_mean()
    {
        Tensor rows = MetricGolden.Normal(400, 2, 11);
        RetrievalScore score = new RetrievalEvaluator().Evaluate(rows, Tensor.From(Labels(400, 2))).RecallAt(1);
        BootstrapInterval interval = score.Interval();
        double half = 1.96 * Math.Sqrt(score.Value * (1 - score.Value) / 400);
        Assert.Equal(score.Value - half, interval.Low, 0.01);
        Assert.Equal(score.Value + half, interval.High, 0.01);
        Assert.Equal(0.95, interval.Confidence);
        Assert.Equal(interval, score.Interval());
        Assert.NotEqual(interval, score.Interval(random: new RandomStream(1)));
        BootstrapInterval narrow = score.Interval(0.5, 2000);
        Assert.Equal(2 * 0.6745 * half / 1.96, narrow.High - narrow.Low, 0.005);
    }

    [Fact]
    public void An_interval_of_equal_values_is_a_point()
    {
        RetrievalScore score = Evaluator("Euclidean").Evaluate(
            Tensor.From([0.0, 0.1, 5, 5.1], [4, 1]), Tensor.From([0L, 0, 1, 1])).RecallAt(1);
        Assert.Equal(new BootstrapInterval(1, 1, 0.95), score.Interval());
    }

    static long[] Labels(int count, int classes) => [.. Enumerable.Range(0, count).Select(i => (long)(i * 7919 % 10_007 % classes))];

    static RetrievalEvaluator Evaluator(string kind, int depth = 2) => new(Enum.Parse<RetrievalSimilarity>(kind), depth);

    static double[][] Rows(Tensor matrix) => [.. matrix.ToArray<double>().Chunk(matrix.Shape[1])];

    static double[] Measures(RetrievalResult result, int query) =>
    [
        .. Scores(result).Select(score => score.PerQuery[query]),
    ];

    static double[] All(RetrievalResult result) => [.. Scores(result).SelectMany(static score => score.PerQuery)];

    static RetrievalScore[] Scores(RetrievalResult result) =>
    [
        result.MeanAveragePrecision, result.MeanAveragePrecisionAtR, result.RPrecision, result.MeanReciprocalRank,
        result.RecallAt(1), result.RecallAt(2), result.PrecisionAt(2), result.ShareFoundAt(2),
    ];

    static void Close(double[] expected, double[] actual)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.True(
                Math.Abs(expected[i] - actual[i]) < 1e-12,
                string.Create(CultureInfo.InvariantCulture, $"{RetrievalReference.Names[i]}: {expected[i]} and {actual[i]}"));
        }
    }

    static void Named<TError>(string part, Func<object> call)
        where TError : Exception => Assert.Contains(part, Assert.Throws<TError>(call).Message, StringComparison.Ordinal);
}
