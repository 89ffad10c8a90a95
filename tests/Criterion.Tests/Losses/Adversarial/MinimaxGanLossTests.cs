using Criterion.Losses;

namespace Criterion.Tests.Losses.Adversarial;

public class MinimaxGanLossTests : AdversarialContract
{
    protected override GanLoss Objective => new MinimaxGanLoss();

    protected override (double Discriminator, double Generator)? Oracle => (1.276177788494, -0.638088894247);

    protected override double Discriminator(double[] r, double[] f) => Mean(r, x => Softplus(-x)) + Mean(f, Softplus);

    protected override double Generator(double[] f, double[] r) => -Mean(f, Softplus);

    protected override IEnumerable<(double Real, double Fake, double Discriminator, double Generator)> Limits =>
        [(Infinity, -Infinity, 0, 0), (-Infinity, Infinity, Infinity, -Infinity)];

    [Fact]
    public void Real_target_smooths_one_side()
    {
        Tensor real = Tensor.From<double>([2, -1, 0.5]);
        Tensor fake = Tensor.From<double>([-0.5, 1, -2]);
        Assert.Equal(1.326177788494, new MinimaxGanLoss(0.9).Discriminator(real, fake).Item(), 1e-11);
        Assert.Throws<ArgumentOutOfRangeException>(() => new MinimaxGanLoss(0));
    }

    [Fact]
    public void At_the_best_discriminator_it_is_twice_Jensen_Shannon_minus_ln_4()
    {
        // Two outcomes with probabilities (.8, .2) and (.4, .6); the best logit is ln p/q, and repeated outcomes weigh them.
        double[] p = [0.8, 0.2];
        double[] q = [0.4, 0.6];
        double[] best = [Math.Log(p[0] / q[0]), Math.Log(p[1] / q[1])];
        Tensor real = Tensor.From<double>([best[0], best[0], best[0], best[0], best[1]]);
        Tensor fake = Tensor.From<double>([best[0], best[0], best[1], best[1], best[1]]);
        double shannon = Enumerable.Range(0, 2).Sum(i =>
            (0.5 * p[i] * Math.Log(p[i] / ((p[i] + q[i]) / 2))) + (0.5 * q[i] * Math.Log(q[i] / ((p[i] + q[i]) / 2))));
        Assert.Equal((2 * shannon) - Math.Log(4), -new MinimaxGanLoss().Discriminator(real, fake).Item(), 1e-12);
        Assert.Equal(2 * shannon, -new JensenShannonFGanLoss().Discriminator(real, fake).Item(), 1e-12);
    }
}
