using Criterion.Losses;

namespace Criterion.Tests.Losses.Regression;

public class CharbonnierLossTests : PointwiseLossContract
{
    // At the default width central differences would have to be finer than they are.
    protected override PointwiseLoss Default => new CharbonnierLoss(0.5);

    protected override IEnumerable<Tensor[]> Extremes => [[Doubles(0, 1e4, -1e4, 1e-9), Doubles(0, 1e4, 1e4, 0)]];

    [Fact]
    public void Default_is_that_of_super_resolution() =>
        OneNumber.Is(new CharbonnierLoss(), static d => Math.Sqrt((d * d) + 1e-6), 0, 1e-3, -0.5, 3);

    [Fact]
    public void Default_is_finite_where_equal_to_second_order()
    {
        Assert.Equal([0.0], Kink.Derivatives(new CharbonnierLoss(), Doubles(2), Doubles(2)));
        Assert.Equal(1000, Assert.Single(Kink.SecondDerivatives(new CharbonnierLoss(), Doubles(2), Doubles(2))), 1e-6);
    }

    [Fact]
    public void Zero_at_equality_is_the_form_of_kornia() =>
        OneNumber.Is(new CharbonnierLoss(1, zeroAtEquality: true), static d => Math.Sqrt((d * d) + 1) - 1, 0, 0.3, -2, 1e4);

    [Fact]
    public void Zero_at_equality_keeps_the_digits_of_small_errors() => Assert.Equal(
        5e-9,
        new CharbonnierLoss(1, zeroAtEquality: true).Forward(Doubles(1e-4).To(DType.Float32), Doubles(0).To(DType.Float32)).Item(),
        1e-14);

    [Fact]
    public void Zero_at_equality_has_the_right_derivatives() => GradCheck.Check(
        x => new CharbonnierLoss(0.7, true).Forward(x[0], x[1]), Draw([3, 5], Random));

    [Theory]
    [InlineData(0)]
    [InlineData(-1e-3)]
    [InlineData(double.NaN)]
    public void Epsilon_that_is_not_positive_is_an_error(double epsilon) =>
        Assert.Contains(
            "Epsilon", Assert.Throws<ArgumentOutOfRangeException>(() => new CharbonnierLoss(epsilon)).Message, StringComparison.Ordinal);

    protected override Tensor[] Draw(Shape shape, RandomStream random) => Drawn.Normal(shape, random);
}
