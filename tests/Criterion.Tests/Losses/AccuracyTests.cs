using Criterion.Losses;
using Criterion.Tests.Golden;

namespace Criterion.Tests.Losses;

/// <summary>
/// Single precision is no further from the truth than PyTorch's. <see cref="LossGolden.Check"/> compares both for every golden case
/// that holds PyTorch's float32 results; here it is shown that such cases are there, and that the comparison finds what it should.
/// </summary>
public class AccuracyTests
{
    public static TheoryData<string> Files => ["regression", "classification", "embedding", "softmax", "ctc", "adversarial"];

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_case_holds_what_PyTorch_says_in_single_precision(string file) => Assert.All(GoldenFile.Cases(file), static golden =>
    {
        Assert.Equal(golden.Output.Shape, golden.Tensor("single")!.Shape);
        Assert.Equal(golden.U is not null, golden.Has("single_grads"));
    });

    [Fact]
    public void A_sum_in_which_digits_cancel_is_found_out() => Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => Compare((x, y) =>
        ((1 + x.Exp()).Log() - (x * y)).Mean()));

    [Fact]
    public void What_PyTorch_does_as_well_is_good_enough() => Compare((x, y) => new BCEWithLogitsLoss().Forward(x, y));

    [Fact]
    public void Failure_of_PyTorch_is_no_licence() => Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => Accuracy.NoWorse(
        "failure", Tensor.From<double>([1]), Tensor.From<double>([double.NaN]), Tensor.From<double>([1.1])));

    [Fact]
    public void NaN_is_found_out() => Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => Accuracy.NoWorse(
        "NaN", Tensor.From<double>([1]), Tensor.From<double>([1.5]), Tensor.From<double>([double.NaN])));

    static void Compare(Func<Tensor, Tensor, Tensor> loss) => Accuracy.NoWorseThanPyTorch(
        GoldenFile.Find("classification", nameof(BCEWithLogitsLoss), "extreme_logits_mean"), x => loss(x[0], x[1]));
}
