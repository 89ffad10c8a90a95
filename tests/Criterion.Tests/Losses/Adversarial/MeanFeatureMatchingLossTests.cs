using Criterion.Losses;

namespace Criterion.Tests.Losses.Adversarial;

public class MeanFeatureMatchingLossTests
{
    static Tensor Fake => Tensor.From(new double[,] { { 1, 2 }, { 3, -2 } });
    static Tensor Real => Tensor.From(new double[,] { { 1, 1 }, { 0, 4 }, { 2, 1 } });

    // Means (2, 0) and (1, 2): differences (1, −2).
    [Fact]
    public void Value_is_the_squared_distance_of_the_means()
    {
        Assert.Equal(5, new MeanFeatureMatchingLoss().Forward(Fake, Real).Item(), 1e-12);
        Assert.Equal(2.5, new MeanFeatureMatchingLoss(Reduction.Mean).Forward(Fake, Real).Item(), 1e-12);
        Assert.Equal([1.0, 4], new MeanFeatureMatchingLoss(Reduction.None).Forward(Fake, Real).ToArray<double>());
    }

    [Fact]
    public void Gradient_reaches_the_fake_side_only()
    {
        Tensor fake = Fake.Clone();
        Tensor real = Real.Clone();
        fake.RequiresGrad = real.RequiresGrad = true;
        new MeanFeatureMatchingLoss().Forward(fake, real).Backward();
        Assert.Null(real.Grad);
        Assert.Equal([1.0, -2, 1, -2], fake.Grad!.ToArray<double>());
        RandomStream random = new(2);
        GradCheck.Check(
            x => new MeanFeatureMatchingLoss().Forward(x[0], Tensor.Ones([2, 3, 2, 2], DType.Float64)), [Tensor.Randn(
                [4, 3, 2, 2], DType.Float64, random)]);
    }

    [Fact]
    public void Errors_name_what_does_not_fit()
    {
        MeanFeatureMatchingLoss loss = new();
        Assert.Contains(
            "[3, 1]", Assert.Throws<ShapeException>(() => loss.Forward(Fake, Real.Narrow(1, 0, 1))).Message, StringComparison.Ordinal);
        Assert.Throws<LossException>(() => loss.Forward(Fake.Narrow(0, 0, 0), Real));
        Assert.Throws<LossException>(() => loss.Forward(Fake, Real.Narrow(0, 0, 0)));
        Assert.Equal(0, (loss with { OnEmpty = OnEmpty.Zero }).Forward(Fake.Narrow(0, 0, 0), Real).Item());
        Assert.True(double.IsNaN(loss.Forward(Fake, Real * double.NaN).Item()));
    }

    [Fact]
    public void It_is_shown_and_stored()
    {
        CriterionAssert.IsShown(new MeanFeatureMatchingLoss());
        CriterionAssert.IsStored(new MeanFeatureMatchingLoss(Reduction.Mean));
    }
}
