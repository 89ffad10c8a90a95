using Criterion.Losses;

namespace Criterion.Tests.Losses.Classification;

public class BinaryHingeLossTests : SignedTargetContract
{
    protected override PointwiseLoss Default => new BinaryHingeLoss();

    protected override IEnumerable<Tensor[]> Extremes => [[Doubles(1, -1, 0, 0, 1e4, 1e4, -1e4, -1e4)]];

    protected override Tensor[] Draw(Shape shape, RandomStream random) => [Tensor.Randn(shape, DType.Float64, random) * 3];
}

public class SquaredHingeLossTests : SignedTargetContract
{
    protected override PointwiseLoss Default => new SquaredHingeLoss();

    protected override IEnumerable<Tensor[]> Extremes => [[Doubles(1, -1, 0, 0, 1e4, 1e4, -1e4, -1e4)]];

    protected override Tensor[] Draw(Shape shape, RandomStream random) => [Tensor.Randn(shape, DType.Float64, random) * 3];
}
