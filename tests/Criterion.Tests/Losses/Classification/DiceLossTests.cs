using Criterion.Losses;
using Criterion.Tests.Golden;

namespace Criterion.Tests.Losses.Classification;

public class DiceLossTests : OverlapLossContract
{
    public static IEnumerable<TheoryDataRow<string, string>> Golden => GoldenFile.Rows("classification", "dice");

    [Theory]
    [MemberData(nameof(Golden))]
    public void Agrees_with_the_definition(string op, string name) => LossGolden.Check(op, name, Call, file: "classification");

    [Fact]
    public void Half_an_overlap_of_hard_sets_costs_a_half() =>
        Assert.Equal(0.5, new DiceLoss().Forward(Doubles(1, 1, 0, 0), Doubles(0, 1, 1, 0)).Item(), 1e-8);

    [Fact]
    public void A_large_mask_keeps_its_digits_in_single_precision()
    {
        Tensor prediction = Tensor.Full([1, 1 << 20], 0.3);
        Assert.Equal(1 - (0.6 / 1.3), new DiceLoss().Forward(prediction, Tensor.OnesLike(prediction)).Item(), 1e-6);
    }

    [Fact]
    public void It_is_symmetric()
    {
        Tensor[] x = Draw([3, 5], Random);
        Near(Loss(x), Loss([x[1], x[0]]));
    }

    [Theory]
    [InlineData(-1, 1e-8, "Smooth")]
    [InlineData(0, 0, "Epsilon")]
    public void Options_out_of_range_are_errors(double smooth, double epsilon, string name) => Assert.Contains(
        name, Assert.Throws<ArgumentOutOfRangeException>(() => new DiceLoss(smooth, epsilon)).Message, StringComparison.Ordinal);

    protected override OverlapLoss Smoothed(double smooth) => new DiceLoss(smooth);

    static Tensor Call(GoldenCase golden, Tensor[] x) => new DiceLoss(
        golden.Args.Double("smooth"), golden.Args.Double("eps"), golden.Args.Flag("squared"), golden.Reduction()).Forward(x[0], x[1]);
}
