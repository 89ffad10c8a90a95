using Criterion.Losses;
using Criterion.Tests.Golden;

namespace Criterion.Tests.Losses.Classification;

public class MultiMarginLossTests : ClassLossContract
{
    public static IEnumerable<TheoryDataRow<string, string>> Golden => GoldenFile.Rows("softmax", nameof(MultiMarginLoss));

    protected override SoftmaxLoss Default => new MultiMarginLoss();

    protected override IEnumerable<Tensor[]> Extremes =>
        [[Doubles(1e4, -1e4, 0)], [Doubles(-1e4, 1e4, 0)], [Doubles(5)], [Doubles(1, 2, 1)], [Doubles(3, 3, 3)]];

    [Theory]
    [MemberData(nameof(Golden))]
    public void Agrees_with_PyTorch(string op, string name) => LossGolden.Check(
        op,
        name,
        static (golden, x) => new MultiMarginLoss(
            golden.Args.Int("p"), golden.Args.Double("margin"), golden.Named("weight", x), golden.Reduction()).Forward(x[0], x[1]),
        file: "softmax");

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Options_have_two_derivatives(int power)
    {
        MultiMarginLoss loss = new(power, 0.7, Tensor.From(1.0, 0.5, 2));
        GradCheck.Check(inputs => loss.Forward(inputs[0], Tensor.From<long>(0, 2, 1)), Draw([3, 3], Random));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void Other_powers_are_an_error(int power) => Assert.Throws<ArgumentOutOfRangeException>(() => new MultiMarginLoss(power));

    [Fact]
    public void Weights_of_another_number_of_classes_are_an_error() =>
        Assert.Throws<ShapeException>(
            () => new MultiMarginLoss(weight: Tensor.Ones([2])).Forward(Doubles(1, 2, 3), Tensor.From<long>([0])));

    protected override double Reference(double[] row, int target) =>
        row.Where((_, j) => j != target).Sum(score => Math.Max(0, 1 - row[target] + score)) / row.Length;

    protected override Tensor Forward(SoftmaxLoss loss, Tensor prediction, Tensor target) =>
        ((MultiMarginLoss)loss).Forward(prediction, target);
}
