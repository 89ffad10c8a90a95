using Criterion.Losses;

namespace Criterion.Tests.Losses.Classification;

public class PolyLossTests : ClassLossContract
{
    protected override SoftmaxLoss Default => new PolyLoss(0.7);

    protected override IEnumerable<Tensor[]> Extremes =>
    [
        [Doubles(1e4, -1e4, 0)],
        [Doubles(-1e4, 1e4, 0)],
        [Doubles(5)],
        [Doubles(double.NegativeInfinity, 2, 1)],
        [Doubles(double.NegativeInfinity, 2)],
    ];

    [Fact]
    public void Class_weights_and_ignored_rows_are_those_of_cross_entropy()
    {
        Tensor x = Draw([3, 5], Random)[0];
        Tensor weight = Tensor.From<double>(0.5, 1, 2, 3, 0.25);
        PolyLoss each = new(0.7, weight, reduction: Reduction.None);
        double[] losses = each.Forward(x, Tensor.From<long>(1, 4, 2)).ToArray<double>();
        Assert.Equal((losses[0] + losses[1]) / 1.25, new PolyLoss(0.7, weight).Forward(x, Tensor.From<long>(1, 4, -100)).Item(), 1e-12);
        Assert.Equal(new PolyLoss(0.7, reduction: Reduction.None).Forward(x, Tensor.From<long>(1, 4, 2))[2].Item() * 2, losses[2], 1e-12);
    }

    protected override double Reference(double[] row, int target)
    {
        double log = LogSoftmax(row)[target];
        return -log + (0.7 * (1 - Math.Exp(log)));
    }

    protected override Tensor Forward(SoftmaxLoss loss, Tensor prediction, Tensor target) => ((PolyLoss)loss).Forward(prediction, target);
}
