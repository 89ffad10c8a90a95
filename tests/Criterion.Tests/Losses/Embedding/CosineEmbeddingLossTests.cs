using Criterion.Losses;
using Criterion.Tests.Golden;

namespace Criterion.Tests.Losses.Embedding;

public class CosineEmbeddingLossTests : PairContract
{
    public static IEnumerable<TheoryDataRow<string, string>> Golden => GoldenFile.Rows("embedding", nameof(CosineEmbeddingLoss));

    // PyTorch keeps its ε of 10⁻¹² in single precision, 4·10⁻⁹ off.
    const double SingleEpsilon = 1e-8;

    // Below every similarity, so that random pairs do not meet the hinge.
    protected override RowLoss Default => new CosineEmbeddingLoss(margin: -1);

    protected override IEnumerable<Tensor[]> Extremes =>
        [[Doubles(1, 2), Doubles(1, 2)], [Doubles(1, 2), Doubles(-1, -2)], [Doubles(1, 0), Doubles(0, 1)], [Doubles(1e4, 0), Doubles(
            1e4, 1)]];

    [Theory]
    [MemberData(nameof(Golden))]
    public void Agrees_with_PyTorch(string op, string name) => LossGolden.Check(
        op,
        name,
        (golden, x) => new CosineEmbeddingLoss(golden.Args.Double("margin", 0), golden.Reduction()).Forward(x[0], x[1], x[2]),
        tolerance: SingleEpsilon,
        file: "embedding");

    [Theory]
    [InlineData(1, 0, 0.025368153803)]
    [InlineData(-1, 0, 0.974631846197)]
    [InlineData(-1, 0.5, 0.474631846197)]
    public void Oracle(long target, double margin, double expected)
    {
        foreach (ZeroVectors zero in Enum.GetValues<ZeroVectors>())
        {
            Tensor loss = new CosineEmbeddingLoss(margin, zeroVectors: zero).Forward(
                Doubles(1, 2, 3), Doubles(4, 5, 6), Tensor.From<long>([target]));
            Assert.Equal(expected, loss.Item(), 1e-12);
        }
    }

    [Fact]
    public void Options_say_the_same_as_arguments()
    {
        var options = new CosineEmbeddingLossOptions
        {
            Margin = 0.25,
            Reduction = Reduction.Sum,
            PositiveMargin = 0.9,
            ZeroVectors = ZeroVectors.ZeroGradient,
        };
        Assert.Equal(new CosineEmbeddingLoss(0.25, Reduction.Sum, 0.9, ZeroVectors.ZeroGradient), new CosineEmbeddingLoss(options));
        CriterionAssert.IsStored(new CosineEmbeddingLoss(options) { OnEmpty = OnEmpty.Zero });
        CriterionAssert.IsStored(options);
    }

    [Fact]
    public void Positive_margin_of_the_margin_is_the_formula_of_the_page()
    {
        Tensor cosine45 = new CosineEmbeddingLoss(margin: 0.9, positiveMargin: 0.9).Forward(
            Doubles(1, 0), Doubles(1, 1), Tensor.From<long>([1]));
        Assert.Equal(0.9 - Math.Sqrt(0.5), cosine45.Item(), 1e-12);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(-1, 0)]
    public void Zero_rows_have_similarity_0_and_the_gradient_of_their_policy(long y, double expected)
    {
        foreach (ZeroVectors policy in Enum.GetValues<ZeroVectors>())
        {
            Tensor[] x = Leaves([Doubles(0, 0), Doubles(3, 4)]);
            Tensor loss = new CosineEmbeddingLoss(zeroVectors: policy).Forward(x[0], x[1], Tensor.From<long>([y]));
            loss.Backward();
            double gradient = policy == ZeroVectors.PyTorch ? -y * 1e6 : 0;
            Assert.Equal(expected, loss.Item());
            Assert.Equal([0.6 * gradient, 0.8 * gradient], x[0].Grad!.ToArray<double>().Select(g => Math.Round(g)));
            Assert.Equal([0, 0], x[1].Grad!.ToArray<double>());
        }
    }

    [Fact]
    public void Zero_rows_of_the_soft_policy_have_derivatives_0_to_second_order()
    {
        Tensor target = Tensor.From<long>([1, -1, 1]);
        foreach (DType type in new[] { DType.Float64, DType.Float32 })
        {
            Tensor[] x = Leaves(
                [Tensor.From<double>([0, 0, 0, 0, 1, 2], [3, 2]).To(type), Tensor.From<double>([3, 4, 0, 0, 0, 0], [3, 2]).To(type)]);
            Tensor loss = new CosineEmbeddingLoss(-1, zeroVectors: ZeroVectors.ZeroGradient).Forward(x[0], x[1], target);
            Tensor[] first = Criterion.Autograd.Grad([loss], x, createGraph: true);
            Tensor[] second = Criterion.Autograd.Grad([first[0].Sum() + first[1].Sum()], x);
            Assert.Equal(1, loss.Item(), 1e-7);
            Assert.All([.. first, .. second], static g => Assert.Equal(new double[6], g.To(DType.Float64).ToArray<double>()));
        }
    }

    [Fact]
    public void Soft_policy_is_exact_for_short_rows()
    {
        Tensor target = Tensor.From<long>([1]);
        Tensor[] shortRows = [Doubles(1e-9, 2e-9), Doubles(2e-9, 1e-9)];
        Assert.Equal(
            0.2, new CosineEmbeddingLoss(zeroVectors: ZeroVectors.ZeroGradient).Forward(shortRows[0], shortRows[1], target).Item(), 1e-12);
        Assert.InRange(new CosineEmbeddingLoss().Forward(shortRows[0], shortRows[1], target).Item(), 0.99, 1);
    }

    [Fact]
    public void Derivatives_of_the_soft_policy_are_those_of_central_differences() => GradCheck.Check(
        x => new CosineEmbeddingLoss(-1, positiveMargin: 1, zeroVectors: ZeroVectors.ZeroGradient).Forward(
            x[0], x[1], Tensor.From<long>([1, -1, 1])),
        Draw([3, 5], Random));

    [Fact]
    public void Formula_shows_its_epsilon_and_its_options()
    {
        Assert.Contains("10^{-12}", new CosineEmbeddingLoss().ToLatex(), StringComparison.Ordinal);
        Assert.DoesNotContain(
            "10^{-12}", new CosineEmbeddingLoss(zeroVectors: ZeroVectors.ZeroGradient).ToLatex(), StringComparison.Ordinal);
        Assert.Contains("- 0.25", new CosineEmbeddingLoss(0.25).ToLatex(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void Target_of_other_losses_is_an_error_that_names_it(double target) => Assert.Contains(
        "element 1",
        Assert.Throws<LossException>(
            () => Pairs.Forward(Tensor.Ones([2, 3]), Tensor.Ones([2, 3]), Tensor.From<double>([1, target]))).Message,
        StringComparison.Ordinal);

    [Theory]
    [InlineData(1.1)]
    [InlineData(-1.1)]
    [InlineData(double.NaN)]
    public void Margin_that_is_no_cosine_is_an_error(double margin)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new CosineEmbeddingLoss(margin));
        Assert.Throws<ArgumentOutOfRangeException>(() => new CosineEmbeddingLoss(positiveMargin: margin));
        Assert.Throws<ArgumentOutOfRangeException>(() => new CosineEmbeddingLoss() with { Margin = margin });
    }
}
