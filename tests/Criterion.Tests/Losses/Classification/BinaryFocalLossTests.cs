using Criterion.Losses;
using Criterion.Tests.Golden;

namespace Criterion.Tests.Losses.Classification;

public class BinaryFocalLossTests : PointwiseLossContract
{
    public static IEnumerable<TheoryDataRow<string, string>> Golden => GoldenFile.Rows("classification", "sigmoid_focal_loss");

    protected override PointwiseLoss Default => new BinaryFocalLoss();

    protected override IEnumerable<Tensor[]> Extremes => [[Doubles(0, 1e4, -1e4, 1e4, -1e4, 0), Doubles(0, 0, 0, 1, 1, 0.5)]];

    [Theory]
    [MemberData(nameof(Golden))]
    public void Agrees_with_torchvision_on_hard_targets(string op, string name) => LossGolden.Check(op, name, Call, file: "classification");

    [Fact]
    public void Without_Gamma_and_Alpha_it_is_cross_entropy()
    {
        Tensor[] x = Draw([5, 9], Random);
        Near(new BCEWithLogitsLoss().Forward(x[0], x[1]), new BinaryFocalLoss(null, 0).Forward(x[0], x[1]));
    }

    [Fact]
    public void An_easy_example_counts_as_the_paper_says()
    {
        // p = 0.9 and γ = 2: a hundredth of the cross-entropy.
        Tensor logit = Doubles(Math.Log(9));
        Assert.Equal(-0.01 * Math.Log(0.9), new BinaryFocalLoss(null, 2).Forward(logit, Doubles(1)).Item(), 1e-14);
        Assert.Equal(-0.25 * 0.01 * Math.Log(0.9), Default.Forward(logit, Doubles(1)).Item(), 1e-14);
        Assert.Equal(-0.75 * 0.81 * Math.Log(0.1), Default.Forward(logit, Doubles(0)).Item(), 1e-12);
    }

    [Fact]
    public void A_target_between_counts_as_that_much_of_each()
    {
        Tensor x = Doubles(0.7);
        double mixed = (0.3 * Default.Forward(x, Doubles(1)).Item()) + (0.7 * Default.Forward(x, Doubles(0)).Item());
        Assert.Equal(mixed, Default.Forward(x, Doubles(0.3)).Item(), 1e-14);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.5)]
    [InlineData(1)]
    [InlineData(5)]
    public void Extremes_are_finite_for_any_Gamma(double gamma)
    {
        Tensor y = Doubles(1, 0, 1, 0);
        double[] slopes = Kink.Derivatives(new BinaryFocalLoss(null, gamma), Doubles(1e4, -1e4, -1e4, 1e4), y);
        double[] curvatures = Kink.SecondDerivatives(new BinaryFocalLoss(null, gamma), Doubles(1e4, -1e4, -1e4, 1e4), y);
        Assert.Equal([0.0, 0.0, -1.0, 1.0], slopes);
        Assert.Equal([0.0, 0.0, 0.0, 0.0], curvatures);
    }

    [Fact]
    public void Infinite_logits_have_their_limits() => Assert.Equal(
        [0, double.PositiveInfinity, 0],
        new BinaryFocalLoss(reduction: Reduction.None).Forward(
            Doubles(double.PositiveInfinity, double.PositiveInfinity, double.NegativeInfinity), Doubles(1, 0, 0)).ToArray<double>());

    [Theory]
    [InlineData(-0.1, 2, "Alpha")]
    [InlineData(1.1, 2, "Alpha")]
    [InlineData(0.25, -1, "Gamma")]
    public void Options_out_of_range_are_errors(double alpha, double gamma, string name) => Assert.Contains(
        name, Assert.Throws<ArgumentOutOfRangeException>(() => new BinaryFocalLoss(alpha, gamma)).Message, StringComparison.Ordinal);

    [Fact]
    public void Target_outside_of_0_and_1_is_an_error_that_names_it() => Assert.Contains(
        "element 1", Assert.Throws<LossException>(() => Default.Forward(Doubles(1, 1), Doubles(1, -1))).Message, StringComparison.Ordinal);

    protected override Tensor[] Draw(Shape shape, RandomStream random) =>
        [Tensor.Randn(shape, DType.Float64, random) * 2, Tensor.Rand(shape, DType.Float64, random, low: 0.01, high: 0.99)];

    static Tensor Call(GoldenCase golden, Tensor[] x)
    {
        double? alpha = golden.Args.IsNull("alpha") ? null : golden.Args.Double("alpha");
        return new BinaryFocalLoss(alpha, golden.Args.Double("gamma"), golden.Reduction()).Forward(x[0], x[1]);
    }
}
