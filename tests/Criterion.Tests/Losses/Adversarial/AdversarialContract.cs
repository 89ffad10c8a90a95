using Criterion.Losses;

namespace Criterion.Tests.Losses.Adversarial;

/// <summary>What holds for every adversarial objective.</summary>
public abstract class AdversarialContract
{
    protected abstract AdversarialObjective Objective { get; }

    /// <summary>Both parts for r = (2, −1, ½) and f = (−½, 1, −2), worked out by hand.</summary>
    protected abstract (double Discriminator, double Generator) Oracle { get; }

    static Tensor Real => Tensor.From<double>([2, -1, 0.5]);

    static Tensor Fake => Tensor.From<double>([-0.5, 1, -2]);

    [Fact]
    public void Values_are_those_worked_out_by_hand()
    {
        Assert.Equal(Oracle.Discriminator, Objective.Discriminator(Real, Fake).Item(), 1e-11);
        Assert.Equal(Oracle.Generator, Objective.Generator(Fake, Real).Item(), 1e-11);
    }

    [Fact]
    public void Derivatives_are_those_of_central_differences()
    {
        GradCheck.Check(x => Objective.Discriminator(x[0], x[1]), [Real, Fake]);
        GradCheck.Check(x => Objective.Generator(x[0], Real), [Fake]);
    }

    [Fact]
    public void Patches_count_as_logits() =>
        Assert.Equal(Oracle.Discriminator, Objective.Discriminator(Real.Reshape(1, 1, 3, 1), Fake.Reshape(1, 1, 3, 1)).Item(), 1e-11);

    [Theory]
    [InlineData(1e4)]
    [InlineData(-1e4)]
    public void Extreme_logits_are_finite(double logit)
    {
        Tensor x = Tensor.Full([2], logit);
        Tensor y = Tensor.Full([2], -logit);
        x.RequiresGrad = y.RequiresGrad = true;
        Tensor loss = Objective.Discriminator(x, y) + Objective.Generator(y, x);
        loss.Backward();
        Assert.True(double.IsFinite(loss.Item()));
        Assert.True(double.IsFinite(y.Grad!.Sum().Item()));
    }

    [Fact]
    public void NaN_shows()
    {
        Tensor nan = Tensor.From<double>([1, double.NaN, 2]);
        Assert.True(double.IsNaN(Objective.Discriminator(nan, Fake).Item()));
        Assert.True(double.IsNaN(Objective.Generator(nan, Real).Item()));
    }
}
