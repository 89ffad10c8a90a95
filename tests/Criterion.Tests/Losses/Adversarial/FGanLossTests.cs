using Criterion.Losses;

namespace Criterion.Tests.Losses.Adversarial;

/// <summary>
/// What holds for every f-GAN: its terms are the activation and the conjugate of the paper's table, the latter run on the former, and its
/// best bound is the divergence.
/// </summary>
public abstract class FGanContract : AdversarialContract
{
    /// <summary>g_f of the table.</summary>
    protected abstract double Activation(double v);

    /// <summary>f* of the table.</summary>
    protected abstract double Conjugate(double t);

    /// <summary>f, the function of the ratio that makes the divergence.</summary>
    protected abstract double Divergence(double u);

    /// <summary>f′.</summary>
    protected abstract double Slope(double u);

    protected abstract GanLoss Practical { get; }

    protected override double Discriminator(double[] r, double[] f) => Mean(f, v => Conjugate(Activation(v))) - Mean(r, Activation);

    protected override double Generator(double[] f, double[] r) => -Mean(f, v => Conjugate(Activation(v)));

    [Fact]
    public void Generator_may_raise_the_activation_instead()
    {
        Tensor fake = Tensor.From<double>([-0.5, 1, -2]);
        Assert.Equal(-Mean([-0.5, 1, -2], Activation), Practical.Generator(fake).Item(), 1e-12);
        Assert.Equal(Objective.Discriminator(fake, fake).Item(), Practical.Discriminator(fake, fake).Item());
        CriterionAssert.IsShown(Practical);
        CriterionAssert.IsStored(Practical);
    }

    [Fact]
    public void Best_bound_is_the_divergence()
    {
        // Outcomes with probabilities p and q: the bound is tight at T = f′(p / q), found here by bisection of the rising g_f.
        double[] p = [0.5, 0.3, 0.2];
        double[] q = [0.2, 0.3, 0.5];
        double[] best = [.. p.Zip(q, (a, b) => Inverse(Slope(a / b)))];
        double expected = p.Zip(q, (a, b) => b * Divergence(a / b)).Sum();
        Tensor real = Tensor.From(Repeat(best, [5, 3, 2]));
        Tensor fake = Tensor.From(Repeat(best, [2, 3, 5]));
        Assert.Equal(expected, -Objective.Discriminator(real, fake).Item(), 1e-9);

        // No other output gives more.
        Assert.True(-Objective.Discriminator(real + 0.1, fake + 0.1).Item() <= expected + 1e-12);
    }

    [Theory]
    [InlineData(-30)]
    [InlineData(-3)]
    [InlineData(-1e-9)]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(30)]
    public void Short_form_of_the_conjugate_is_that_of_the_table(double v)
    {
        FDivergence terms = ((FGanLoss)Objective).Divergence;
        double t = Activation(v);
        double tabled = Conjugate(t);
        double written = terms.Conjugate(v);
        Assert.Equal(t, terms.Activation(v), 1e-12 * Math.Max(1, Math.Abs(t)));
        if (double.IsFinite(tabled))
        {
            // Where the table's form loses digits is what the short form is for.
            Assert.Equal(tabled, written, 1e-12 * Math.Max(1, Math.Abs(written)) * Math.Max(1, Math.Exp(Math.Abs(v))));
        }
    }

    double Inverse(double t)
    {
        (double low, double high) = (-50, 50);
        for (int i = 0; i < 200; i++)
        {
            double middle = (low + high) / 2;
            (low, high) = Activation(middle) < t ? (middle, high) : (low, middle);
        }

        return (low + high) / 2;
    }

    static double[] Repeat(double[] values, int[] counts) => [.. values.SelectMany((value, i) => Enumerable.Repeat(value, counts[i]))];
}
