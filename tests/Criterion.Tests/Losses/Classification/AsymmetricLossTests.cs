using Criterion.Losses;

namespace Criterion.Tests.Losses.Classification;

public class AsymmetricLossTests : PointwiseLossContract
{
    protected override PointwiseLoss Default => new AsymmetricLoss();

    protected override IEnumerable<Tensor[]> Extremes =>
    [
        [Doubles(0, 1e4, -1e4, 1e4, -1e4, 0), Doubles(0, 0, 0, 1, 1, 0.5)],

        // The probability is Shift at this logit.
        [Doubles(Math.Log(0.05 / 0.95), Math.Log(0.05 / 0.95)), Doubles(0, 1)],
    ];

    protected override Tensor[] Draw(Shape shape, RandomStream random) =>
        [Tensor.Randn(shape, DType.Float64, random) * 2, Tensor.Rand(shape, DType.Float64, random, low: 0.01, high: 0.99)];
}

/// <summary>Both exponents above 1, and no shift.</summary>
public class FocusedAsymmetricLossTests : PointwiseLossContract
{
    protected override PointwiseLoss Default => new AsymmetricLoss(1.5, 2.5, 0);

    protected override IEnumerable<Tensor[]> Extremes => [[Doubles(0, 1e4, -1e4, 1e4, -1e4, 0), Doubles(0, 0, 0, 1, 1, 0.5)]];

    protected override Tensor[] Draw(Shape shape, RandomStream random) =>
        [Tensor.Randn(shape, DType.Float64, random) * 2, Tensor.Rand(shape, DType.Float64, random, low: 0.01, high: 0.99)];
}
