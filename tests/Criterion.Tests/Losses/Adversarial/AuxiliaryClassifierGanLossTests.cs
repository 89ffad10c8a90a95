using Criterion.Losses;

namespace Criterion.Tests.Losses.Adversarial;

public class AuxiliaryClassifierGanLossTests
{
    static Tensor Logits => Tensor.From(new double[,] { { 1, 2, 0.5 }, { 0, 0, 3 } });
    static Tensor Labels => Tensor.From<long>([1, 0]);
    static Tensor Real => Tensor.From<double>([2, -1, 0.5]);
    static Tensor Fake => Tensor.From<double>([-0.5, 1, -2]);

    // Cross-entropy of these logits and labels, and with smoothing 0.1, from oracles.md.
    const double Entropy = 1.779645870264;
    const double Smoothed = 1.771312536931;

    [Fact]
    public void Values_are_the_oracles()
    {
        AuxiliaryClassifierGanLoss loss = new(weight: 0.5, labelSmoothing: 0.1);
        Assert.Equal(
            1.276177788494 + (0.5 * (Smoothed + Entropy)), loss.Discriminator(Real, Fake, Logits, Labels, Logits, Labels).Item(), 1e-11);
        Assert.Equal(1.138088894247 + (0.5 * Entropy), loss.Generator(Fake, Logits, Labels).Item(), 1e-11);
    }

    [Fact]
    public void Any_objective_may_stand_beside_it()
    {
        AuxiliaryClassifierGanLoss loss = new(new RelativisticPairedLogisticGanLoss());
        Assert.Equal(0.761569159876 + (2 * Entropy), loss.Discriminator(Real, Fake, Logits, Labels, Logits, Labels).Item(), 1e-11);
        Assert.Equal(1.761569159876 + Entropy, loss.Generator(Fake, Logits, Labels, Real).Item(), 1e-11);
        Assert.Throws<LossException>(() => loss.Generator(Fake, Logits, Labels));
    }

    [Fact]
    public void Derivatives_are_those_of_central_differences()
    {
        AuxiliaryClassifierGanLoss loss = new(labelSmoothing: 0.2);
        GradCheck.Check(x => loss.Discriminator(x[0], x[1], x[2], Labels, x[3], Labels), [Real, Fake, Logits, Logits * 0.5]);
        GradCheck.Check(x => loss.Generator(x[0], x[1], Labels), [Fake, Logits]);
    }

    [Fact]
    public void Extreme_class_logits_are_finite()
    {
        Tensor far = Tensor.From(new double[,] { { 1e4, -1e4, 0 }, { -1e4, 1e4, 1e4 } });
        far.RequiresGrad = true;
        Tensor loss = new AuxiliaryClassifierGanLoss().Generator(Fake, far, Labels);
        loss.Backward();
        Assert.Equal(1.138088894247 + 20000 + (Math.Log(2) / 2), loss.Item(), 1e-9);
        Assert.True(double.IsFinite(far.Grad!.Sum().Item()));
    }

    [Fact]
    public void Labels_that_are_no_classes_are_errors()
    {
        AuxiliaryClassifierGanLoss loss = new();
        Assert.Contains(
            "label 1 is 3",
            Assert.Throws<LossException>(() => loss.Generator(Fake, Logits, Tensor.From<long>([0, 3]))).Message, StringComparison.Ordinal);
        Assert.Throws<LossException>(() => loss.Generator(Fake, Logits, Tensor.From<long>([-1, 0])));
        Assert.Throws<ShapeException>(() => loss.Generator(Fake, Logits, Tensor.From<long>([0])));
        Assert.Throws<DTypeException>(() => loss.Generator(Fake, Logits, Tensor.From<double>([0, 1])));
        Assert.Throws<LossException>(() => loss.Generator(Fake, Logits.Narrow(0, 0, 0), Labels.Narrow(0, 0, 0)));
        Assert.True(double.IsNaN(loss.Generator(Fake, Logits * double.NaN, Labels).Item()));
    }

    [Fact]
    public void Options_are_checked_and_shown()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new AuxiliaryClassifierGanLoss(weight: -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new AuxiliaryClassifierGanLoss(labelSmoothing: 1.5));
        CriterionAssert.IsShown(new AuxiliaryClassifierGanLoss());
        Assert.Equal(new AuxiliaryClassifierGanLoss(), new AuxiliaryClassifierGanLoss(new NonSaturatingGanLoss()));
    }
}
