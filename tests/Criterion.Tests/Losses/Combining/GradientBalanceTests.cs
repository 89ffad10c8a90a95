using System.Text.Json;
using Criterion.Losses;
using Criterion.Tests.Golden;

namespace Criterion.Tests.Losses.Combining;

public class GradientBalanceTests
{
    static Tensor Leaf(params double[] values)
    {
        Tensor x = Tensor.From(values);
        x.RequiresGrad = true;
        return x;
    }

    [Fact]
    public void Weight_is_that_of_the_example_worked_by_hand()
    {
        // rest = ½ ‖x − (3, 4)‖², ∇ = x − (3, 4) = (−3, −4) at 0, of norm 5; adversarial = 2 x₁, ∇ = (2, 0), of norm 2.
        Tensor x = Leaf(0, 0);
        Tensor rest = 0.5 * ((x - Tensor.From<double>([3, 4])) * (x - Tensor.From<double>([3, 4]))).Sum();
        Tensor adversarial = x[0] * 2;
        Assert.Equal(0.5 * 5 / 2, new GradientBalance(0.5, epsilon: 0).Weight(adversarial, rest, x), 1e-12);
        Assert.Equal(0.5 * 5 / 2.5, new GradientBalance(0.5, epsilon: 0.5).Weight(adversarial, rest, x), 1e-12);
        Assert.Equal(1, new GradientBalance(0.5, largest: 1).Weight(adversarial, rest, x));
    }

    [Fact]
    public void Combined_gradient_has_the_ratio_and_no_gradient_goes_through_the_weight()
    {
        Tensor weight = Leaf(0.3, -0.2, 0.7);
        Tensor image = (weight * Tensor.From<double>([1, 2, -1])).Tanh();
        Tensor rest = new MSELoss().Forward(image, Tensor.From<double>([0.5, 0.5, 0.5]));
        Tensor adversarial = new NonSaturatingGanLoss().Generator(image.Sum());
        LossReport report = new GradientBalance(0.25, epsilon: 0).Combine(LossReport.From(("pixel", rest, 10)), adversarial, [image]);
        double Norm(Tensor loss) => Criterion.Autograd.Grad(loss, image, retainGraph: true).Norm().Item();
        double w = report.Terms[1].Weight;
        Assert.Equal(0.25 * Norm(rest * 10), Norm(adversarial) * w, 1e-12);
        Tensor expected = Criterion.Autograd.Grad((rest * 10) + (adversarial * w), weight, retainGraph: true);
        report.Total.Backward();
        Golden.GoldenAssert.Close(expected, weight.Grad!, "gradient", 1e-12);
        Assert.Equal(["pixel", "adversarial"], report.Terms.Select(static term => term.Name));
    }

    [Fact]
    public void Norm_runs_over_all_tensors()
    {
        Tensor x = Leaf(0, 0);
        Tensor y = Leaf(0);
        Tensor rest = (x * Tensor.From<double>([2, 3])).Sum() + (y * 6).Sum();
        Tensor adversarial = x.Sum() + (y * Math.Sqrt(2)).Sum();
        Assert.Equal(7 / 2.0, new GradientBalance(epsilon: 0).Weight(adversarial, rest, x, y), 1e-12);
    }

    [Theory]
    [InlineData(1e200)]
    [InlineData(1e-200)]
    public void Norm_neither_overflows_nor_vanishes(double scale)
    {
        Tensor x = Leaf(0, 0);
        Tensor rest = (x * Tensor.From<double>([3, 4])).Sum() * scale;
        Tensor adversarial = (x * Tensor.From<double>([0, 2])).Sum() * scale;
        Assert.Equal(2.5, new GradientBalance(epsilon: 0).Weight(adversarial, rest, x), 1e-12);
    }

    [Fact]
    public void Gradients_of_zero_give_the_weight_0_and_nearly_zero_the_largest()
    {
        Tensor x = Leaf(2, 1);
        Tensor some = x.Sum();
        Tensor none = (x * 0).Sum();
        var balance = new GradientBalance();
        Assert.Equal(0, balance.Weight(none, some, x));
        Assert.Equal(0, balance.Weight(some, none, x));
        Assert.Equal(0, balance.Weight(none, none, x));
        Assert.Equal(1e4, balance.Weight(some * 1e-30, some, x));
        Assert.True(double.IsNaN(balance.Weight(some, some * double.NaN, x)));
    }

    [Fact]
    public void Tensor_that_a_term_does_not_depend_on_is_an_error()
    {
        Tensor x = Leaf(1);
        Tensor other = Leaf(1);
        Assert.Throws<AutogradException>(() => new GradientBalance().Weight(x.Sum(), other.Sum(), x));
        Assert.Throws<ArgumentException>(() => new GradientBalance().Weight(x.Sum(), x.Sum()));
    }

    [Fact]
    public void Options_are_checked_and_round_trip()
    {
        var balance = new GradientBalance(0.5, 10, 1e-6);
        Assert.Equal(balance, JsonSerializer.Deserialize<GradientBalance>(JsonSerializer.Serialize(balance)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new GradientBalance(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new GradientBalance(largest: double.NaN));
    }
}
