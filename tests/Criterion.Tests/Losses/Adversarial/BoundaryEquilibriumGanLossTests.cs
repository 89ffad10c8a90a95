using Criterion.Losses;

namespace Criterion.Tests.Losses.Adversarial;

public class BoundaryEquilibriumGanLossTests : AdversarialContract
{
    protected override GanLoss Objective => new BoundaryEquilibriumGanLoss(0.3);

    // r = (2, 1, ½), f = (½, 1, 2).
    protected override (double Discriminator, double Generator)? Oracle => (0.7 * 3.5 / 3, 3.5 / 3);

    protected override Tensor Domain(Tensor x) => x.Abs();

    protected override double Discriminator(double[] r, double[] f) => r.Average() - (0.3 * f.Average());

    protected override double Generator(double[] f, double[] r) => f.Average();

    protected override IEnumerable<(double Real, double Fake, double Discriminator, double Generator)> Limits =>
        [(0, Infinity, -Infinity, Infinity), (Infinity, 0, Infinity, 0)];

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1.1)]
    [InlineData(double.NaN)]
    public void K_outside_0_to_1_is_an_error(double k) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new BoundaryEquilibriumGanLoss(k));
}

public class EquilibriumControllerTests
{
    [Fact]
    public void Step_is_the_oracle()
    {
        BoundaryEquilibriumController controller = new(k: 0.3);
        Tensor real = Tensor.From<double>([0.5, 0.7]);
        Tensor fake = Tensor.From<double>([0.2]);
        Assert.Equal(0.54, controller.Objective().Discriminator(real, fake).Item(), 1e-12);
        Assert.Equal(0.30025, controller.Update(real, fake).K, 1e-12);
        Assert.Equal(0.85, controller.Convergence(real, fake), 1e-12);
        Assert.Equal(0.3, controller.K);
    }

    [Fact]
    public void K_stays_within_0_and_1()
    {
        BoundaryEquilibriumController fast = new(rate: 1);
        Assert.Equal(1, fast.Update(100, 0).K);
        Assert.Equal(0, fast.Update(0, 100).K);
    }

    [Fact]
    public void Settles_where_the_errors_are_in_proportion()
    {
        // The more the discriminator cares for it, the worse it gives generated images back: L(fake) = k. Balance is where that is γ.
        BoundaryEquilibriumController controller = new(gamma: 0.6, rate: 0.1);
        for (int i = 0; i < 500; i++)
        {
            controller = controller.Update(1, controller.K);
        }

        Assert.Equal(0.6, controller.K, 1e-9);
        Assert.Equal(1, controller.Convergence(1, controller.K), 1e-9);
    }

    [Fact]
    public void Loss_that_is_no_number_is_an_error() =>
        Assert.Contains(
            "NaN",
            Assert.Throws<LossException>(() => new BoundaryEquilibriumController().Update(double.NaN, 1)).Message,
            StringComparison.Ordinal);

    [Fact]
    public void State_is_stored() => CriterionAssert.IsStored(new BoundaryEquilibriumController(0.25, 0.5, 0.01));

    [Fact]
    public void Options_out_of_range_are_errors()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new BoundaryEquilibriumController(gamma: 1.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BoundaryEquilibriumController(rate: 0));
    }
}
