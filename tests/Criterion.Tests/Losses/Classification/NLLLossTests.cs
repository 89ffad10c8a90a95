using Criterion.Losses;
using Criterion.Tests.Golden;

namespace Criterion.Tests.Losses.Classification;

public class NLLLossTests : ClassLossContract
{
    public static IEnumerable<TheoryDataRow<string, string>> Golden => GoldenFile.Rows("softmax", nameof(NLLLoss));

    protected override SoftmaxLoss Default => new NLLLoss();

    protected override bool IsShiftInvariant => false;

    protected override IEnumerable<Tensor[]> Extremes =>
        [[Doubles(-1e4, 0, -1e4)], [Doubles(0, -1e4)], [Doubles(0)], [Doubles(double.NegativeInfinity, 0)]];

    [Theory]
    [MemberData(nameof(Golden))]
    public void Agrees_with_PyTorch(string op, string name) => LossGolden.Check(
        op,
        name,
        static (golden, x) =>
            new NLLLoss(golden.Named("weight", x), golden.Args.Int("ignore_index"), golden.Reduction()).Forward(x[0], x[1]),
        file: "softmax");

    [Fact]
    public void Of_a_log_softmax_is_cross_entropy()
    {
        Tensor x = Draw([4, 5, 2], Random)[0];
        Tensor weight = Tensor.From(1.0, 0.5, 2, 1, 3);
        Near(new CrossEntropyLoss(weight).Forward(x, Classes(x)), new NLLLoss(weight).Forward(x.LogSoftmax(1), Classes(x)));
    }

    [Fact]
    public void All_ignored_is_an_error_unless_asked_for_zero()
    {
        Tensor ignored = Tensor.From<long>([7]);
        NLLLoss loss = new(ignoreIndex: 7);
        Assert.Throws<LossException>(() => loss.Forward(Doubles(1, 2, 3), ignored));
        Assert.Equal(0, (loss with { OnEmpty = OnEmpty.Zero }).Forward(Doubles(1, 2, 3), ignored).Item());
    }

    [Fact]
    public void Writes_its_formula() => Assert.Equal(@"\sum_j \left(-q_j \cdot x_j\right)", new NLLLoss().ToLatex());

    protected override double Reference(double[] row, int target) => -row[target];

    protected override Tensor Forward(SoftmaxLoss loss, Tensor prediction, Tensor target) =>
        ((NLLLoss)loss).Forward(prediction, target);
}
