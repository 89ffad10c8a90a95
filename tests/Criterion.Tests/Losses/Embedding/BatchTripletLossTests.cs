using Criterion.Losses;
using Criterion.Tests.Golden;
using Criterion.Tests.Metrics;

namespace Criterion.Tests.Losses.Embedding;

public class BatchTripletLossTests : LabeledRowsLossContract
{
    static readonly string[] Miners = ["BatchHardMiner", "BatchEasyHardMiner", "TripletMarginMiner"];

    public static IEnumerable<TheoryDataRow<string, string>> Golden =>
        GoldenFile.Rows("metric_learning", "TripletMarginLoss").Where(static row => IsHere(row.Data.Item1, row.Data.Item2));

    public static IEnumerable<TheoryDataRow<string, string>> Mined => GoldenFile.Rows("mining", Miners)
        .Where(static row => Strategy(GoldenFile.Find("mining", row.Data.Item1, row.Data.Item2)) is not null);

    public static IEnumerable<TheoryDataRow<string, string>> SemiHard => GoldenFile.Rows("contrast", "TripletSemiHard");

    public static IEnumerable<TheoryDataRow<string, string, string, bool>> Combinations() =>
        from positives in Enum.GetNames<PositiveMining>()
        from negatives in Enum.GetNames<NegativeMining>()
        from distance in Enum.GetNames<EmbeddingDistance>()
        from smooth in (bool[])[false, true]
        select new TheoryDataRow<string, string, string, bool>(positives, negatives, distance, smooth);

    [Theory]
    [MemberData(nameof(Combinations))]
    public void Agrees_with_loops_over_all_triplets(string positives, string negatives, string distance, bool smooth)
    {
        foreach ((int n, int m, int d, int classes) in ((int, int, int, int)[])[
            (7, 7, 2, 3), (33, 33, 6, 5), (65, 40, 5, 9), (5, 301, 3, 4)])
        {
            bool isOneSet = n == m;
            Tensor queries = MetricGolden.Normal(n, d, 31);
            Tensor keys = isOneSet ? queries : MetricGolden.Normal(m, d, 32);
            (Tensor x, Tensor y) = (Labels(n, classes), Labels(m, classes));
            List<(int Anchor, double Loss)> terms = LabeledReference.Triplets(
                LabeledReference.Distances(distance, Rows(queries), Rows(keys)),
                x.ToArray<long>(), y.ToArray<long>(), isOneSet, positives, negatives, 0.3, smooth);
            foreach (Reduction reduction in (Reduction[])[Reduction.Mean, Reduction.Sum, Reduction.None])
            {
                BatchTripletLoss loss = new(
                    0.3, Enum.Parse<PositiveMining>(positives), Enum.Parse<NegativeMining>(negatives), smooth,
                    Enum.Parse<EmbeddingDistance>(distance), reduction: reduction);
                Tensor actual = isOneSet
                    ? loss.Forward(queries, x, out TermCounts counts)
                    : loss.Forward(queries, x, keys, y, out counts);
                double[] expected = reduction switch
                {
                    Reduction.Mean => [LabeledReference.Mean(terms, activeOnly: false)],
                    Reduction.Sum => [terms.Sum(static term => term.Loss)],
                    _ => [.. Enumerable.Range(0, n).Select(anchor => terms.Where(term => term.Anchor == anchor).Sum(static t => t.Loss))],
                };
                Assert.Equal(expected, actual.ToArray<double>(), static (a, b) => Math.Abs(a - b) < 1e-10 * Math.Max(1, Math.Abs(a)));
                Assert.Equal(new TermCounts(terms.Count, terms.Count(static term => term.Loss > 0)), counts);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Golden))]
    public void Agrees_with_pytorch_metric_learning(string op, string name)
    {
        GoldenCase golden = GoldenFile.Find("metric_learning", op, name);
        GoldenAssert.Matches(golden, x => Loss(golden, golden.Args) is var loss && x.Length == 2
            ? loss.Forward(x[0], x[1])
            : loss.Forward(x[0], x[1], x[2], x[3]));
    }

    [Theory]
    [MemberData(nameof(Mined))]
    public void Agrees_with_the_miners_of_pytorch_metric_learning(string op, string name)
    {
        GoldenCase golden = GoldenFile.Find("mining", op, name);
        (PositiveMining positives, NegativeMining negatives) = Strategy(golden)!.Value;
        GoldenArgs options = new(golden.Args["loss_options"]);
        BatchTripletLoss loss = Loss(golden, options) with { Positives = positives, Negatives = negatives };
        GoldenAssert.Matches(golden, x => loss.Forward(x[0], x[1]));
    }

    [Theory]
    [MemberData(nameof(SemiHard))]
    public void Semi_hard_triplets_agree_with_PyTorch(string op, string name)
    {
        GoldenCase golden = GoldenFile.Find("contrast", op, name);
        bool soft = golden.Args.Flag("soft");
        BatchTripletLoss loss = new(soft ? 0 : golden.Args.Double("margin"), negatives: NegativeMining.SemiHard, smooth: soft);
        GoldenAssert.Matches(golden, x => loss.Forward(x[0], x[1]));
    }

    [Fact]
    public void Collapsed_embeddings_have_the_margin_as_loss()
    {
        Tensor rows = Tensor.Ones([12, 5]);
        foreach (EmbeddingDistance distance in Enum.GetValues<EmbeddingDistance>())
        {
            Assert.Equal(0.25, new BatchTripletLoss(0.25, distance: distance).Forward(rows, Labels(12, 3)).Item(), 1e-6);
            Assert.Equal(
                Math.Log(2), new BatchTripletLoss(0, smooth: true, distance: distance).Forward(rows, Labels(12, 3)).Item(), 1e-6);
            Assert.Equal(
                0.25,
                new BatchTripletLoss(0.25, PositiveMining.Hardest, NegativeMining.Hardest, distance: distance)
                    .Forward(rows, Labels(12, 3)).Item(),
                1e-6);
        }
    }

    [Fact]
    public void Mined_rows_keep_their_gradient()
    {
        // The positive and the negative move, not only the anchor.
        Tensor x = Learned(Tensor.From([0.0, 1, 3, 40], [4, 1]));
        BatchTripletLoss loss = new(
            10, PositiveMining.Hardest, NegativeMining.Hardest, distance: EmbeddingDistance.Euclidean, reduction: Reduction.Sum);
        Tensor value = loss.Forward(x, Tensor.From([0L, 0, 1, 2]), out TermCounts counts);

        // Anchor 0: d(0, 1) − d(0, 3) + 10 = 8; anchor 1: d(1, 0) − d(1, 3) + 10 = 9.
        Assert.Equal(17, value.Item(), 1e-12);
        Assert.Equal(new TermCounts(2, 2), counts);
        Assert.Equal([-1.0, 3, -2, 0], Autograd.Grad(value, x).ToArray<double>(), static (a, b) => Math.Abs(a - b) < 1e-12);
    }

    [Fact]
    public void Large_scores_do_not_overflow_when_smooth()
    {
        Tensor x = Learned(Tensor.From([0f, 2000, 1, 3000], [4, 1]));
        foreach (NegativeMining negatives in Enum.GetValues<NegativeMining>())
        {
            Tensor value = new BatchTripletLoss(0, negatives: negatives, smooth: true, distance: EmbeddingDistance.Euclidean).Forward(
                x, Tensor.From([0L, 0, 1, 1]));
            Assert.True(double.IsFinite(value.Item()));
            Assert.All(Autograd.Grad(value, x).ToArray<float>(), static g => Assert.True(float.IsFinite(g)));
        }
    }

    [Fact]
    public void Anchors_without_a_positive_or_a_negative_form_no_triplet()
    {
        Tensor rows = MetricGolden.Normal(5, 2, 33);
        new BatchTripletLoss().Forward(rows, Tensor.From([0L, 0, 1, 2, 3]), out TermCounts counts);
        Assert.Equal(6, counts.Terms);
        Assert.Throws<LossException>(() => new BatchTripletLoss().Forward(rows, Tensor.From([7L, 7, 7, 7, 7])));
        Assert.Throws<LossException>(() => new BatchTripletLoss().Forward(rows, Tensor.From([0L, 1, 2, 3, 4])));
    }

    [Fact]
    public void Satisfied_triplets_have_a_mean_of_zero_over_the_active_ones()
    {
        Tensor x = Learned(Tensor.From([0.0, 0.1, 9, 9.1], [4, 1]));
        Tensor value = new BatchTripletLoss(0.2, distance: EmbeddingDistance.Euclidean, activeOnly: true).Forward(
            x, Tensor.From([0L, 0, 1, 1]), out TermCounts counts);
        Assert.Equal((0, new TermCounts(8, 0)), (value.Item(), counts));
        Assert.Equal([0.0, 0, 0, 0], Autograd.Grad(value, x).ToArray<double>());
    }

    [Fact]
    public void Options_are_checked_and_printed()
    {
        Named<ArgumentOutOfRangeException>("Margin must be", static () => new BatchTripletLoss(-1));
        Named<ArgumentOutOfRangeException>("Positives must be", static () => new BatchTripletLoss(positives: (PositiveMining)9));
        Named<ArgumentOutOfRangeException>("Negatives must be", static () => new BatchTripletLoss(negatives: (NegativeMining)9));
        Assert.Contains("d(a, p)", new BatchTripletLoss().ToLatex(), StringComparison.Ordinal);
        Assert.Equal(2, new BatchTripletLoss(1).Curves().Single().Value(Tensor.From([2.0])).Item(), 1e-12);
    }

    protected override LabeledRowsLoss Make(
        EmbeddingDistance distance, Reduction reduction = Reduction.Mean, bool activeOnly = false) =>
        new BatchTripletLoss(0.5, distance: distance, activeOnly: activeOnly, reduction: reduction);

    static double[][] Rows(Tensor matrix) => [.. matrix.ToArray<double>().Chunk(matrix.Shape[1])];

    static bool IsHere(string op, string name)
    {
        GoldenArgs args = GoldenFile.Find("metric_learning", op, name).Args;
        return args.Text("distance", "") is not ("squared" or "dot") && !args.Flag("swap") && args.Text("reducer", "") != "none";
    }

    /// <summary>The same triplets; null for strategies that drop the triplets for which a miner finds no third row.</summary>
    static (PositiveMining, NegativeMining)? Strategy(GoldenCase golden) => golden.Op switch
    {
        "BatchHardMiner" => (PositiveMining.Hardest, NegativeMining.Hardest),
        "BatchEasyHardMiner" => (golden.Args.Text("pos_strategy"), golden.Args.Text("neg_strategy")) switch
        {
            ("easy", "hard") => (PositiveMining.Easiest, NegativeMining.Hardest),
            ("hard", "hard") => (PositiveMining.Hardest, NegativeMining.Hardest),
            ("all", "hard") => (PositiveMining.All, NegativeMining.Hardest),
            ("hard", "all") => (PositiveMining.Hardest, NegativeMining.All),
            _ => null,
        },
        _ => null,
    };

    static BatchTripletLoss Loss(GoldenCase golden, GoldenArgs options) => new(
        options.Double("margin"),
        smooth: options.Flag("smooth_loss"),
        distance: LabeledGolden.Distance(golden),
        activeOnly: golden.Args.Text("reducer", "avg_non_zero") == "avg_non_zero")
    {
        OnEmpty = OnEmpty.Zero,
    };
}
