using Criterion.Formulas;
using Criterion.Losses;

namespace Criterion.Tests.Losses;

/// <summary>The contract of pointwise losses whose target is 1 or −1, which alternate here.</summary>
public abstract class SignedTargetContract : PointwiseLossContract
{
    [Theory]
    [InlineData(0)]
    [InlineData(0.5)]
    [InlineData(2)]
    [InlineData(double.NaN)]
    public void Target_that_is_neither_1_nor_minus_1_is_an_error_that_names_it(double target)
    {
        string message = Assert.Throws<LossException>(() => Default.Forward(Doubles(1, 2, 3), Doubles(1, -1, target))).Message;
        Assert.Contains("element 2", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Whole_targets_do_as_well() => Near(
        Default.Forward(Doubles(0.3, 0.4), Doubles(1, -1)), Default.Forward(Doubles(0.3, 0.4), Tensor.From<long>([1, -1], [1, 2])));

    protected override Tensor Target(Tensor[] inputs) => Signs.Like(inputs[0]);

    protected override Tensor LossOfOtherShapes(Tensor[] inputs) => Default.Forward(inputs[0], Target(inputs).Narrow(1, 0, 1));

    // Turned round, an odd batch of odd rows keeps its targets.
    protected override Tensor Order(int count) => Tensor.Arange(count - 1, -1, -1, DType.Int64);
}

/// <summary>Targets of 1 and −1.</summary>
static class Signs
{
    /// <summary>1, −1, 1, −1 … in the shape of a tensor.</summary>
    public static Tensor Like(Tensor x) =>
        Tensor.From([.. Enumerable.Range(0, x.Count).Select(static i => i % 2 == 0 ? 1.0 : -1.0)], x.Shape).To(x.DType);
}
