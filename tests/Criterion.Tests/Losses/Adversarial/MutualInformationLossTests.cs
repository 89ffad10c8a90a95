using Criterion.Losses;

namespace Criterion.Tests.Losses.Adversarial;

public class MutualInformationLossTests
{
    static readonly MutualInformationLoss Unit = new();
    static Tensor Logits => Tensor.From(new double[,] { { 1, 2, 0.5 }, { 0, 0, 3 } });
    static Tensor Labels => Tensor.From<long>([1, 0]);
    static Tensor Mean => Tensor.From(new double[,] { { 0.5, -1 }, { 2, 0 } });
    static Tensor Codes => Tensor.From(new double[,] { { 1, -1 }, { 0, 0.25 } });
    static Tensor LogVariance => Tensor.From(new double[,] { { 0.3, -0.7 }, { 1, 0 } });

    [Fact]
    public void Discrete_code_is_a_cross_entropy()
    {
        Assert.Equal(1.779645870264, Unit.Discrete(Logits, Labels).Item(), 1e-11);
        Assert.Equal(0.1779645870264, new MutualInformationLoss(0.1).Discrete(Logits, Labels).Item(), 1e-11);
    }

    [Fact]
    public void Gaussian_code_is_a_normal_log_likelihood()
    {
        double[] m = Mean.ToArray<double>();
        double[] c = Codes.ToArray<double>();
        double[] s = LogVariance.ToArray<double>();
        double Density(int i, double variance) => Math.Exp(-(c[i] - m[i]) * (c[i] - m[i]) / (2 * variance)) / Math.Sqrt(
            2 * Math.PI * variance);
        Assert.Equal(
            Enumerable.Range(0, 4).Sum(i => -Math.Log(Density(i, Math.Exp(s[i])))) / 2,
            Unit.Gaussian(Mean, Codes, LogVariance).Item(),
            1e-12);
        Assert.Equal(Enumerable.Range(0, 4).Sum(i => -Math.Log(Density(i, 1))) / 2, Unit.Gaussian(Mean, Codes).Item(), 1e-12);
    }

    [Fact]
    public void Gradient_flows_to_second_order()
    {
        GradCheck.Check(x => Unit.Discrete(x[0], Labels), [Logits]);
        GradCheck.Check(x => Unit.Gaussian(x[0], x[1], x[2]), [Mean, Codes, LogVariance]);
        GradCheck.Check(x => new MutualInformationLoss(0.3).Gaussian(x[0], Codes), [Mean]);
    }

    [Fact]
    public void Generator_is_reached_through_the_head()
    {
        Tensor weight = Tensor.From(new double[,] { { 0.1, 0.2 }, { 0.3, 0.4 } });
        weight.RequiresGrad = true;
        Tensor image = Codes.MatMul(weight).Tanh();
        (Unit.Gaussian(image * 2, Codes) + Unit.Discrete(image, Labels)).Backward();
        Assert.True(weight.Grad!.Abs().Sum().Item() > 0.1);
    }

    [Fact]
    public void Errors_name_what_does_not_fit()
    {
        Assert.Contains(
            "[2, 1]", Assert.Throws<ShapeException>(() => Unit.Gaussian(Mean, Codes.Narrow(1, 0, 1))).Message, StringComparison.Ordinal);
        Assert.Throws<ShapeException>(() => Unit.Gaussian(Mean, Codes, LogVariance.Narrow(0, 0, 1)));
        Assert.Throws<LossException>(() => Unit.Gaussian(Mean.Narrow(0, 0, 0), Codes.Narrow(0, 0, 0)));
        Assert.Throws<LossException>(() => Unit.Discrete(Logits, Tensor.From<long>([0, 9])));
        Assert.True(double.IsNaN(Unit.Gaussian(Mean * double.NaN, Codes).Item()));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MutualInformationLoss(-1));
    }

    [Fact]
    public void It_is_shown_and_stored()
    {
        CriterionAssert.IsShown(Unit);
        CriterionAssert.IsStored(new MutualInformationLoss(0.1));
    }
}
