using Criterion.Losses;

namespace Criterion.Tests.Losses.Classification;

public class FocalLossTests : ClassLossContract
{
    protected override SoftmaxLoss Default => new FocalLoss();

    protected override IEnumerable<Tensor[]> Extremes =>
    [
        [Doubles(1e4, -1e4, 0)],
        [Doubles(-1e4, 1e4, 0)],
        [Doubles(5)],
        [Doubles(double.NegativeInfinity, 2, 1)],
        [Doubles(double.NegativeInfinity, 2)],
    ];

    [Theory]
    [InlineData(0)]
    [InlineData(0.5)]
    [InlineData(1)]
    [InlineData(1.5)]
    [InlineData(2)]
    [InlineData(5)]
    public void Gamma_and_alpha_as_in_plain_doubles(double gamma)
    {
        double[] alpha = [0.25, 1, 2, 0.5, 3];
        Tensor x = Draw([7, 5], Random)[0];
        Tensor y = Classes(x);
        double[][] rows = [.. x.ToArray<double>().Chunk(5)];
        double[] expected = [.. rows.Select((row, i) => alpha[y[i].Item() is var c ? (int)c : 0] * Focal(row, (int)y[i].Item(), gamma))];
        Near(Tensor.From(expected), new FocalLoss(gamma, Tensor.From(alpha), reduction: Reduction.None).Forward(x, y));
        Near(Tensor.Scalar(expected.Average(), DType.Float64), new FocalLoss(gamma, Tensor.From(alpha)).Forward(x, y));
        GradCheck.Check(inputs => new FocalLoss(gamma, Tensor.From(alpha)).Forward(inputs[0], y), [x]);
    }

    [Fact]
    public void Without_focus_it_is_cross_entropy()
    {
        Tensor x = Draw([4, 5, 2], Random)[0];
        Near(new CrossEntropyLoss().Forward(x, Classes(x)), new FocalLoss(gamma: 0).Forward(x, Classes(x)));
    }

    [Fact]
    public void One_alpha_is_for_all_classes()
    {
        Tensor x = Draw([4, 5], Random)[0];
        Tensor quarter = Default.Reduction == Reduction.Mean ? new FocalLoss().Forward(x, Classes(x)) * 0.25 : x;
        Near(quarter, new FocalLoss(alpha: Tensor.Scalar(0.25)).Forward(x, Classes(x)));
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(1.5)]
    [InlineData(2)]
    public void Certainty_costs_nothing_to_second_order(double gamma)
    {
        Tensor x = Leaves([Doubles(1e4, 0)])[0];
        Tensor y = Tensor.From<long>([0]);
        Tensor loss = new FocalLoss(gamma).Forward(x, y);
        Tensor first = Criterion.Autograd.Grad(loss, x, createGraph: true);
        Tensor second = Criterion.Autograd.Grad((first * first).Sum(), x);
        Assert.Equal(0, loss.Item(), 1e-20);
        Assert.Equal([0.0, 0], first.ToArray<double>());
        Assert.Equal([0.0, 0], second.ToArray<double>());
    }

    [Fact]
    public void Ignored_rows_do_not_count()
    {
        Tensor x = Draw([3, 5], Random)[0];
        Near(new FocalLoss().Forward(x[..2], Tensor.From<long>(1, 2)), new FocalLoss().Forward(x, Tensor.From<long>(1, 2, -100)));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Gamma_that_is_negative_is_an_error(double gamma) => Assert.Throws<ArgumentOutOfRangeException>(() => new FocalLoss(gamma));

    [Fact]
    public void Writes_its_formula() => Assert.Equal(
        @"\sum_j \left(-q_j \cdot \left(-\left(p_j - 1\right)\right)^{2} \cdot \ln p_j\right)", new FocalLoss().ToLatex());

    protected override double Reference(double[] row, int target) => Focal(row, target, 2);

    protected override Tensor Forward(SoftmaxLoss loss, Tensor prediction, Tensor target) => ((FocalLoss)loss).Forward(prediction, target);

    // The probability of the other classes is summed, so that nothing cancels where the right one is near 1.
    static double Focal(double[] row, int target, double gamma)
    {
        double[] logs = LogSoftmax(row);
        double others = logs.Where((_, j) => j != target).Sum(Math.Exp);
        return row.Length == 1 ? (gamma == 0 ? -logs[0] : 0) : -Math.Pow(others, gamma) * logs[target];
    }
}
