using Criterion.Losses;

namespace Criterion.Tests.Losses.Adversarial;

public class ProbabilityGanLossTests : AdversarialContract
{
    protected override GanLoss Objective => new ProbabilityGanLoss();

    // The probabilities are the sigmoids of the logits, so that the numbers are those of NonSaturating.
    protected override (double Discriminator, double Generator)? Oracle => (1.276177788494, 1.138088894247);

    protected override Tensor Domain(Tensor x) => x.Sigmoid();

    protected override double Discriminator(double[] r, double[] f) => -Mean(r, Math.Log) - Mean(f, p => Math.Log(1 - p));

    protected override double Generator(double[] f, double[] r) => -Mean(f, Math.Log);

    // At 0 and 1 the logarithm is held at −100, and the gradient is large but finite.
    protected override IEnumerable<(double Real, double Fake)> Extremes => [(1, 0), (0, 1), (1, 1), (0, 0), (0.5, 0.5)];

    [Fact]
    public void Sure_and_wrong_costs_100() => Assert.Equal(200, Objective.Discriminator(Tensor.Zeros([2]), Tensor.Ones([3])).Item());

    [Theory]
    [InlineData(-0.25)]
    [InlineData(1.5)]
    public void Logits_are_refused_with_the_way_out(double value)
    {
        Tensor good = Tensor.From<double>([0.5, 0.5]);
        Tensor bad = Tensor.From<double>([0.5, value]);
        Assert.Contains(
            "real must be a probability",
            Assert.Throws<LossException>(() => Objective.Discriminator(bad, good)).Message,
            StringComparison.Ordinal);
        string message = Assert.Throws<LossException>(() => Objective.Generator(bad)).Message;
        Assert.Contains("element 1 is", message, StringComparison.Ordinal);
        Assert.Contains("NonSaturatingGanLoss", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Is_the_loss_of_the_article()
    {
        Tensor real = Tensor.From<double>([0.9, 0.6]);
        Tensor fake = Tensor.From<double>([0.2, 0.7]);
        BCELoss article = new();
        Tensor expected = article.Forward(real, Tensor.OnesLike(real)) + article.Forward(fake, Tensor.ZerosLike(fake));
        Assert.Equal(expected.Item(), Objective.Discriminator(real, fake).Item(), 1e-14);
        Assert.Equal(article.Forward(fake, Tensor.OnesLike(fake)).Item(), Objective.Generator(fake).Item(), 1e-14);
    }

    [Fact]
    public void Targets_smooth_one_side()
    {
        Tensor p = Tensor.From<double>([0.25]);
        double expected = -(0.9 * Math.Log(0.25)) - (0.1 * Math.Log(0.75)) - Math.Log(0.75);
        Assert.Equal(expected, new ProbabilityGanLoss(0.9).Discriminator(p, p).Item(), 1e-14);
        Assert.Throws<ArgumentOutOfRangeException>(() => new ProbabilityGanLoss(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ProbabilityGanLoss(1, 2));
    }
}
