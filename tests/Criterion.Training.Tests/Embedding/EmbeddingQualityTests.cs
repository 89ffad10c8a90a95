using Criterion.Metrics;

namespace Criterion.Training.Tests;

/// <summary>All pairs are compared tile by tile: exactly as from a list of them, and in memory that their number does not change.</summary>
public class EmbeddingQualityTests
{
    [Theory]
    [InlineData(7, 1 << 20)]
    [InlineData(300, 1 << 20)]
    [InlineData(300, 1000)]
    [InlineData(300, 7)]
    [InlineData(515, 20_000)]
    public void Pairs_come_in_falling_order_each_once(int count, int capacity)
    {
        Tensor rows = Rows(count, distinct: count / 2);
        List<double> scores = [];
        HashSet<(int, int)> seen = [];
        new PairScores(rows, capacity).Visit((score, pairs) =>
        {
            foreach ((int i, int j) in pairs)
            {
                Assert.True(i < j && seen.Add((i, j)));
                scores.Add(score);
            }
        });

        Assert.Equal(count * (count - 1) / 2, scores.Count);
        Assert.Equal(scores.OrderDescending(), scores);
        Assert.Equal(List(rows, new long[count]).Select(static pair => pair.Score).OrderDescending(), scores);
    }

    [Fact]
    public void More_equal_cosines_than_the_buffer_holds_are_one_score()
    {
        Tensor rows = Tensor.Ones([40, 4], DType.Float64) / 2;
        List<(double Score, int Count)> calls = [];
        new PairScores(rows, capacity: 100).Visit((score, pairs) => calls.Add((score, pairs.Length)));

        Assert.All(calls, static call => Assert.Equal(1, call.Score, 1e-15));
        Assert.Equal(780, calls.Sum(static call => call.Count));
    }

    [Theory]
    [InlineData(60, 1 << 20)]
    [InlineData(60, 50)]
    [InlineData(400, 3000)]
    public void The_curve_is_that_of_a_list_of_pairs(int count, int capacity)
    {
        Tensor rows = Rows(count, distinct: count / 2);
        long[] classes = [.. Enumerable.Range(0, count).Select(static i => (long)(i * i % 5))];
        (double, bool)[] list = List(rows, classes);
        Verification expected = Verification.Measure(list);

        PairCurve curve = PairCurve.Of(new PairScores(rows, capacity), classes, 0.1, resamples: 3, new RandomStream(1));

        Assert.Equal(expected.AreaUnderCurve, curve.Verification.AreaUnderCurve, 1e-12);
        Assert.Equal(expected.Accuracy, curve.Verification.Accuracy, 1e-12);
        Assert.Equal(expected.Threshold, curve.Verification.Threshold, 1e-12);
        Assert.Equal(expected.EqualErrorRate, curve.Verification.EqualErrorRate, 1e-12);
        Assert.Equal(expected.AreaUnderCurve, curve.AreaUnderCurve.Value, 1e-12);
        Assert.Equal(Verification.AccuracyAt(0.1, list), curve.Accuracy.Value, 1e-12);
    }

    // A resample is the list of its items, without pairs of an item with itself.
    [Fact]
    public void A_resample_is_the_curve_of_the_drawn_items()
    {
        Tensor rows = Rows(40, distinct: 40);
        long[] classes = [.. Enumerable.Range(0, 40).Select(static i => (long)(i % 3))];
        RandomStream random = new(5);
        int[] drawn = [.. Enumerable.Range(0, 40).Select(_ => random.NextInt(40))];
        (double, bool)[] list =
        [
            .. from i in Enumerable.Range(0, 40)
               from j in Enumerable.Range(i + 1, 39 - i)
               let a = drawn[i]
               let b = drawn[j]
               where a != b
               select (Cosine(rows, a, b), classes[a] == classes[b]),
        ];

        PairCurve curve = PairCurve.Of(new PairScores(rows), classes, 0, resamples: 1, new RandomStream(5));

        Assert.Equal(Verification.Measure(list).AreaUnderCurve, curve.AreaUnderCurve.Low, 1e-12);
        Assert.Equal(curve.AreaUnderCurve.Low, curve.AreaUnderCurve.High);
        Assert.Equal(Verification.AccuracyAt(0, list), curve.Accuracy.Low, 1e-12);
    }

    [Fact]
    public void Memory_does_not_grow_with_the_number_of_pairs()
    {
        // Listed, 8.4 million pairs would take 134 MB, and their cosines as many again.
        (long few, long many) = (Allocated(2048), Allocated(4096));

        Assert.InRange(many, 0, 48 << 20);
        Assert.InRange(many - few, 0, 16 << 20);

        static long Allocated(int count)
        {
            Tensor rows = Rows(count, count);
            long[] classes = [.. Enumerable.Range(0, count).Select(static i => (long)(i % 9))];
            long before = GC.GetAllocatedBytesForCurrentThread();
            PairCurve curve = PairCurve.Of(new PairScores(rows), classes, 0, resamples: 0, new RandomStream(1));
            Assert.InRange(curve.Verification.AreaUnderCurve, 0.4, 0.6);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    [Fact]
    public void Intervals_contain_their_values_and_narrow_with_the_number_of_images()
    {
        EmbeddingQuality few = Quality(60);
        EmbeddingQuality many = Quality(960);
        RetrievalMeasure[] measures = [many.Accuracy, many.AreaUnderCurve, many.PrecisionAtOne, many.MeanAveragePrecisionAtR];
        Assert.All(measures, static measure => Assert.InRange(measure.Value, measure.Low, measure.High));

        Assert.InRange(Width(many.AreaUnderCurve), 1e-4, Width(few.AreaUnderCurve) / 2);
        Assert.Equal(many.Verification.AreaUnderCurve, many.AreaUnderCurve.Value);

        static double Width(RetrievalMeasure measure) => measure.High - measure.Low;

        static EmbeddingQuality Quality(int count)
        {
            Tensor labels = Tensor.From([.. Enumerable.Range(0, count).Select(static i => (long)(i % 4))]);
            Tensor rows = Rows(count, count) + (labels.OneHot(6).To(DType.Float64) * 0.6);
            return EmbeddingQuality.Measure(rows, labels, rows, labels);
        }
    }

    [Fact]
    public void Equal_embeddings_are_as_good_as_chance_and_have_finite_numbers()
    {
        Tensor labels = Tensor.From([.. Enumerable.Range(0, 40).Select(static i => (long)(i % 2))]);
        EmbeddingQuality quality = EmbeddingQuality.Measure(Tensor.Ones([40, 6]), labels, Tensor.Ones([40, 6]), labels);

        Assert.Equal((0.5, 0.5, 2), (quality.Accuracy.Value, quality.AreaUnderCurve.Value, quality.Threshold));
        Assert.Equal(quality.Chance, quality.PrecisionAtOne.Value, 1e-12);
        Assert.Contains("\"threshold\": 2", EvaluationJson.Write(quality), StringComparison.Ordinal);
    }

    [Fact]
    public void Embeddings_of_one_class_and_of_NaN_are_refused()
    {
        Tensor rows = Rows(8, 8);
        Tensor mixed = Tensor.From([.. Enumerable.Range(0, 8).Select(static i => (long)(i % 2))]);
        Assert.Contains("Pass embeddings of both kinds",
            Assert.Throws<ArgumentException>(() => EmbeddingQuality.Measure(rows, mixed * 0, rows, mixed)).Message,
            StringComparison.Ordinal);
        Assert.Contains("is NaN",
            Assert.Throws<ArgumentException>(() => EmbeddingQuality.Measure(rows * double.NaN, mixed, rows, mixed)).Message,
            StringComparison.Ordinal);
    }

    /// <summary>Rows of length 1, of which some are copies of others.</summary>
    static Tensor Rows(int count, int distinct)
    {
        Tensor rows = UnitLength.Of(Tensor.Randn([distinct, 6], DType.Float64, random: new RandomStream(3)));
        return rows.IndexSelect(0, Tensor.From([.. Enumerable.Range(0, count).Select(i => (long)(i % distinct))]));
    }

    static (double Score, bool IsSame)[] List(Tensor rows, long[] classes) =>
    [
        .. from i in Enumerable.Range(0, classes.Length)
           from j in Enumerable.Range(i + 1, classes.Length - i - 1)
           select (Cosine(rows, i, j), classes[i] == classes[j]),
    ];

    static double Cosine(Tensor rows, int i, int j)
    {
        ReadOnlySpan<double> all = rows.Contiguous().AsReadOnlySpan<double>();
        return System.Numerics.Tensors.TensorPrimitives.Dot(all.Slice(6 * i, 6), all.Slice(6 * j, 6));
    }
}
