using Criterion.Losses;
using Criterion.Tests.Golden;

namespace Criterion.Tests.Losses.Classification;

public class KLDivLossTests : PointwiseLossContract
{
    public static IEnumerable<TheoryDataRow<string, string>> Golden => GoldenFile.Rows("classification", nameof(KLDivLoss));

    protected override PointwiseLoss Default => new KLDivLoss();

    protected override IEnumerable<Reduction> Reductions => [Reduction.Mean, Reduction.Sum, Reduction.None, Reduction.BatchMean];

    protected override IEnumerable<Tensor[]> Extremes =>
        [[Doubles(0, -1e4, -1, -1e4, double.NegativeInfinity), Doubles(1, 1e-30, 0, 1, 0)]];

    [Theory]
    [MemberData(nameof(Golden))]
    public void Agrees_with_PyTorch(string op, string name) => LossGolden.Check(
        op, name, (golden, x) =>
            new KLDivLoss(golden.Args.Flag("log_target"), golden.Reduction()).Forward(x[0], x[1]), file: "classification");

    [Theory]
    [InlineData(Reduction.Mean, 0.167771176576)]
    [InlineData(Reduction.BatchMean, 0.503313529728)]
    [InlineData(Reduction.Sum, 1.006627059455)]
    public void Oracle(Reduction reduction, double expected)
    {
        Tensor logits = Tensor.From<double>([1, 2, 0.5, 0, 0, 3], [2, 3]);
        Tensor target = Tensor.From<double>([0.2, 0.3, 0.5, 0, 0.4, 0.6], [2, 3]);
        Assert.Equal(expected, new KLDivLoss(reduction: reduction).Forward(logits.LogSoftmax(-1), target).Item(), 1e-12);
    }

    [Fact]
    public void Batch_mean_of_a_single_distribution_without_a_batch_divides_by_its_length()
    {
        Tensor[] x = Draw([5], Random);
        Near(new KLDivLoss(reduction: Reduction.Sum).Forward(x[0], x[1]) / 5, new KLDivLoss(reduction: Reduction.BatchMean).Forward(
            x[0], x[1]));
    }

    [Fact]
    public void Logarithms_of_targets_say_the_same()
    {
        Tensor[] x = Draw([5, 9], Random);
        Near(Default.Forward(x[0], x[1]), new KLDivLoss(logTarget: true).Forward(x[0], x[1].Log()));
    }

    [Fact]
    public void Equal_distributions_have_no_divergence_and_others_have()
    {
        Tensor[] logits = [Tensor.Randn([33, 5], DType.Float64, Random), Tensor.Randn([33, 5], DType.Float64, Random) * 2];
        var loss = new KLDivLoss(logTarget: true, Reduction.None);
        Tensor self = loss.Forward(logits[0].LogSoftmax(-1), logits[0].LogSoftmax(-1));
        Tensor other = loss.Forward(logits[0].LogSoftmax(-1), logits[1].LogSoftmax(-1)).Sum(-1);
        Assert.Equal(0, self.Abs().Max().Item());
        Assert.True(other.Min().Item() > 0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_class_that_cannot_be_adds_nothing(bool logTarget)
    {
        double never = double.NegativeInfinity;
        Tensor[] x = Leaves([Doubles(0, never), logTarget ? Doubles(0, never) : Doubles(1, 0)]);
        Tensor loss = new KLDivLoss(logTarget, Reduction.BatchMean).Forward(x[0], x[1]);
        loss.Backward();
        Assert.Equal(0, loss.Item());
        Assert.Equal([-1.0, 0.0], x[0].Grad!.ToArray<double>());
        Assert.True(x[1].Grad!.IsFinite().To(DType.Int64).Min().Item() == 1);
    }

    [Fact]
    public void A_class_that_is_held_impossible_and_is_not_costs_infinitely_much() =>
        Assert.Equal(double.PositiveInfinity, Default.Forward(Doubles(0, double.NegativeInfinity), Doubles(0.5, 0.5)).Item());

    [Theory]
    [InlineData(double.NaN, 0)]
    [InlineData(-1, double.NaN)]
    public void NaN_shows_even_beside_a_probability_of_0(double x, double y) =>
        Assert.True(double.IsNaN(Default.Forward(Doubles(-1, x), Doubles(0.5, y)).Item()));

    [Fact]
    public void Probabilities_in_place_of_their_logarithms_are_an_error()
    {
        string message = Assert.Throws<LossException>(() => Default.Forward(Doubles(0.3, 0.7), Doubles(0.5, 0.5))).Message;
        Assert.StartsWith("KLDivLoss: prediction must be a log-probability", message, StringComparison.Ordinal);
        Assert.Contains("element 0 is 0.3", message, StringComparison.Ordinal);
        Assert.Throws<LossException>(() => new KLDivLoss(true).Forward(Doubles(-1, -1), Doubles(0.5, 0.5)));
        Assert.Throws<LossException>(() => Default.Forward(Doubles(-1, -1), Doubles(0.5, -0.7)));
    }

    [Fact]
    public void Text_leaves_out_what_serves_the_computer() =>
        Assert.Equal(@"y \cdot \left(\ln\left(y\right) - x\right)", Default.ToLatex());

    protected override Tensor[] Draw(Shape shape, RandomStream random) =>
    [
        -Tensor.Rand(shape, DType.Float64, random, low: 0.05, high: 5),
        Tensor.Rand(shape, DType.Float64, random, low: 0.05, high: 0.95),
    ];
}
