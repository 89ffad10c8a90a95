using Criterion.Losses;

namespace Criterion.Tests.Losses.Regression;

public class MeanAbsolutePercentageLossTests : PointwiseLossContract
{
    protected override PointwiseLoss Default => new MeanAbsolutePercentageLoss();

    protected override IEnumerable<Tensor[]> Extremes =>
        [[Doubles(0, 1, 0, -3, 1e15, 1e-15), Doubles(0, 0, 1, -3, 1, 1)], [Doubles(1, 1), Doubles(1e-7, -1e-7)]];

    // Targets away from 0, at which the loss jumps.
    protected override Tensor[] Draw(Shape shape, RandomStream random) =>
        [Tensor.Randn(shape, DType.Float64, random), -Tensor.Rand(shape, DType.Float64, random, low: 0.5, high: 3)];
}

public class MeanSquaredLogarithmicLossTests : PointwiseLossContract
{
    protected override PointwiseLoss Default => new MeanSquaredLogarithmicLoss();

    protected override IEnumerable<Tensor[]> Extremes =>
        [[Doubles(0, 0, 5, -1, 1e30, 0), Doubles(0, 5, 0, 1, 0, 1e30)], [Doubles(1e-7, 3), Doubles(1e-7, 3)]];

    protected override Tensor[] Draw(Shape shape, RandomStream random) =>
    [
        Tensor.Rand(shape, DType.Float64, random, low: 0.01, high: 4),
        Tensor.Rand(shape, DType.Float64, random, low: 0.01, high: 4),
    ];
}
