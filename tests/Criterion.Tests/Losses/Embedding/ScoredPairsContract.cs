using Criterion.Losses;
using Criterion.Tests.Golden;

namespace Criterion.Tests.Losses.Embedding;

/// <summary>The contract of losses that rank pairs of rows by scores.</summary>
public abstract class ScoredPairsContract
{
    public static TheoryData<int, int> Sizes { get; } = new() { { 2, 2 }, { 7, 6 }, { 33, 4 }, { 65, 8 }, { 129, 2 } };

    /// <summary>
    /// The error of single precision, in units of the last place: a similarity times 20 has an error of many last places of a probability.
    /// </summary>
    protected const double Slack = 32;

    protected static RandomStream Random => new(21);

    /// <summary>Creates the loss.</summary>
    protected abstract ScoredPairsLoss Make(double scale = 20, bool averaged = false);

    /// <summary>Computes the similarity of two rows in plain doubles.</summary>
    protected abstract double Similarity(double[] x, double[] y);

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Value_is_that_of_plain_loops(int n, int d)
    {
        foreach (double scale in (double[])[0.3, 20])
        {
            (Tensor x1, Tensor x2, Tensor scores) = Draw(n, d);
            (double sum, int pairs) = Plain(x1, x2, scores, scale);
            Assert.Equal(1, Make(scale).Forward(x1, x2, scores).Item() / Math.Log(1 + sum), 1e-10);
            Assert.Equal(1, Make(scale, averaged: true).Forward(x1, x2, scores).Item() / Math.Log(1 + (sum / pairs)), 1e-10);
        }
    }

    [Theory]
    [InlineData(2, 2)]
    [InlineData(5, 4)]
    [InlineData(9, 2)]
    public void Derivatives_are_those_of_central_differences(int n, int d)
    {
        (Tensor x1, Tensor x2, Tensor scores) = Draw(n, d);
        GradCheck.Check(x => Make(2).Forward(x[0], x[1], scores), [x1, x2]);
        GradCheck.Check(x => Make(3, averaged: true).Forward(x[0], x[1], scores), [x1, x2]);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Fused_gradients_are_those_of_the_composed_graph(int n, int d)
    {
        (Tensor x1, Tensor x2, Tensor scores) = Draw(n, d);
        (x1.RequiresGrad, x2.RequiresGrad) = (true, true);
        Tensor[] composed = Criterion.Autograd.Grad([Make().Forward(x1, x2, scores)], [x1, x2], createGraph: true);
        (Make().Forward(x1, x2, scores) * 1.5).Backward();
        GoldenAssert.Close(composed[0] * 1.5, x1.Grad!, "x1", 1e-9);
        GoldenAssert.Close(composed[1] * 1.5, x2.Grad!, "x2", 1e-9);
    }

    [Fact]
    public void Only_the_order_of_the_scores_counts()
    {
        (Tensor x1, Tensor x2, Tensor scores) = Draw(33, 4);
        double expected = Make().Forward(x1, x2, scores).Item();
        Assert.Equal(expected, Make().Forward(x1, x2, (scores * 1000) - 7).Item());
        Assert.Equal(expected, Make().Forward(x1, x2, scores.To(DType.Float32)).Item());
        Assert.Equal(expected, Make().Forward(x1, x2, (scores * 10).To(DType.Int64)).Item());
        Tensor order = Tensor.Permutation(33, Random);
        Assert.Equal(
            expected,
            Make().Forward(x1.IndexSelect(0, order), x2.IndexSelect(0, order), scores.IndexSelect(0, order)).Item(),
            1e-10);
    }

    [Fact]
    public void Value_grows_with_the_batch_unless_it_is_averaged()
    {
        (Tensor x1, Tensor x2, Tensor scores) = Draw(7, 4);
        (Tensor y1, Tensor y2, Tensor twice) = (Tensor.Cat([x1, x1]), Tensor.Cat([x2, x2]), Tensor.Cat([scores, scores]));
        Assert.True(Make().Forward(y1, y2, twice).Item() > Make().Forward(x1, x2, scores).Item() + 0.1);
        Assert.Equal(Make(averaged: true).Forward(x1, x2, scores).Item(), Make(averaged: true).Forward(y1, y2, twice).Item(), 1e-10);
    }

    [Theory]
    [InlineData(DType.Float32)]
    [InlineData(DType.Float64)]
    public void A_scale_of_10000_neither_overflows_nor_loses_its_gradient(DType type)
    {
        double[][] rows = [[1, 0], [0.1, 1], [1, 0.4]];
        foreach (int higher in (int[])[0, 1])
        {
            Tensor x1 = Tensor.From([rows[0], rows[0]]).To(type);
            Tensor x2 = Tensor.From([rows[1], rows[2]]).To(type);
            (x1.RequiresGrad, x2.RequiresGrad) = (true, true);
            Tensor loss = Make(10_000).Forward(x1, x2, Tensor.From<double>([1 - higher, higher]));
            loss.Backward();
            double excess = 10_000 * (Similarity(rows[0], rows[2 - higher]) - Similarity(rows[0], rows[1 + higher]));
            Assert.Equal(Math.Max(0, excess), loss.Item(), 1e-5 * Math.Abs(excess));
            Assert.Equal(1, x1.Grad!.IsFinite().To(DType.Int64).Min().Item());
            Assert.Equal(excess > 0, x1.Grad.Abs().Max().Item() > 1);
        }
    }

    [Theory]
    [InlineData(DType.Float32)]
    [InlineData(DType.Float64)]
    public void Zero_and_duplicate_rows_have_finite_derivatives(DType type)
    {
        Tensor x1 = Tensor.From(new double[,] { { 0, 0 }, { 1, 2 }, { 1, 2 }, { 1, 2 } }).To(type);
        Tensor x2 = Tensor.From(new double[,] { { 1, 1 }, { 0, 0 }, { 1, 2 }, { 1, 2 } }).To(type);
        (x1.RequiresGrad, x2.RequiresGrad) = (true, true);
        Tensor loss = Make().Forward(x1, x2, Tensor.From<double>([0, 1, 2, 2]));
        Tensor[] slopes = Criterion.Autograd.Grad([loss], [x1, x2]);
        Assert.True(double.IsFinite(loss.Item()));
        Assert.All(slopes, static g => Assert.Equal(1, g.IsFinite().To(DType.Int64).Min().Item()));
    }

    [Fact]
    public void NaN_of_a_row_shows()
    {
        (Tensor x1, Tensor x2, Tensor scores) = Draw(5, 4);
        x1[2, 1] = Tensor.Scalar(double.NaN, DType.Float64);
        Assert.True(double.IsNaN(Make().Forward(x1, x2, scores).Item()));
    }

    [Fact]
    public void Scores_without_an_order_are_an_error_unless_asked_for_zero()
    {
        foreach (int n in (int[])[0, 1, 3])
        {
            Tensor x = Tensor.Ones([n, 4], DType.Float64);
            x.RequiresGrad = true;
            Tensor scores = Tensor.Ones([n]);
            Assert.Contains(
                "OnEmpty", Assert.Throws<LossException>(() => Make().Forward(x, x, scores)).Message, StringComparison.Ordinal);
            Tensor loss = (Make() with { OnEmpty = OnEmpty.Zero }).Forward(x, x, scores);
            loss.Backward();
            Assert.Equal(0, loss.Item());
            Assert.Equal(0, x.Grad!.Abs().Sum().Item());
        }
    }

    [Fact]
    public void Errors_name_shapes_scores_and_options()
    {
        Tensor x = Tensor.Ones([3, 4]);
        Assert.Contains(
            "[2]", Assert.Throws<ShapeException>(() => Make().Forward(x, x, Tensor.Ones([2]))).Message, StringComparison.Ordinal);
        Assert.Throws<ShapeException>(() => Make().Forward(x, Tensor.Ones([3, 2]), Tensor.Ones([3])));
        Assert.Throws<ShapeException>(() => Make().Forward(Tensor.Ones([3]), Tensor.Ones([3]), Tensor.Ones([3])));
        Assert.Contains(
            "element 1",
            Assert.Throws<LossException>(() => Make().Forward(x, x, Tensor.From<double>([1, double.NaN, 2]))).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => Make(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Make() with { Epsilon = 0 });
    }

    [Fact]
    public void A_thousand_times_as_many_pairs_take_no_square_of_memory()
    {
        const int n = 65_536;
        Tensor x = Tensor.Randn([n, 2], random: Random);
        x.RequiresGrad = true;
        Tensor scores = Tensor.Rand([n], random: new RandomStream(5));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Make().Forward(x, x.Detach().Flip(0), scores).Backward();
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 64L * n * 8, "A matrix of 65,536² numbers would take 16 GB.");
    }

    [Fact]
    public void It_is_shown_and_stored()
    {
        CriterionAssert.IsShown(Make());
        CriterionAssert.IsStored(Make(3, true) with { OnEmpty = OnEmpty.Zero });
    }

    protected static double Dot(double[] a, double[] b) => a.Zip(b).Sum(static pair => pair.First * pair.Second);

    static (Tensor X1, Tensor X2, Tensor Scores) Draw(int n, int d)
    {
        RandomStream random = Random;
        Tensor x1 = Tensor.Randn([n, d], DType.Float64, random);
        Tensor x2 = Tensor.Randn([n, d], DType.Float64, random);

        // Several scores are equal, and the first two differ.
        return (x1, x2, Tensor.From([.. Enumerable.Range(0, n).Select(static i => i * i % 5 / 2.0)], [n]));
    }

    (double Sum, int Pairs) Plain(Tensor x1, Tensor x2, Tensor scores, double scale)
    {
        int d = x1.Shape[1];
        double[] s =
            [.. x1.ToArray<double>().Chunk(d).Zip(x2.ToArray<double>().Chunk(d)).Select(rows => Similarity(rows.First, rows.Second))];
        double[] y = scores.ToArray<double>();
        double[] terms =
        [
            .. from i in Enumerable.Range(0, y.Length)
               from j in Enumerable.Range(0, y.Length)
               where y[i] > y[j]
               select Math.Exp(scale * (s[j] - s[i])),
        ];
        return (terms.Sum(), terms.Length);
    }
}
