using Criterion.Losses;
using Criterion.Tests.Golden;

namespace Criterion.Tests.Losses.Classification;

public class BCELossTests : PointwiseLossContract
{
    public static IEnumerable<TheoryDataRow<string, string>> Golden => GoldenFile.Rows("classification", nameof(BCELoss));

    protected override PointwiseLoss Default => new BCELoss();

    protected override IEnumerable<Tensor[]> Extremes => [[Doubles(0, 0, 1, 1, 0.5), Doubles(0, 1, 0, 1, 0.5)]];

    // PyTorch keeps its 10⁻¹² in single precision, 4·10⁻⁹ off.
    const double SingleEpsilon = 1e-8;

    [Theory]
    [MemberData(nameof(Golden))]
    public void Agrees_with_PyTorch(string op, string name) => LossGolden.Check(
        op, name, (golden, x) =>
            new BCELoss(golden.Named("weight", x), golden.Reduction()).Forward(x[0], x[1]),
            tolerance: SingleEpsilon,
            file: "classification");

    [Theory]
    [InlineData(1.5, 0.5, "prediction")]
    [InlineData(-0.1, 0.5, "prediction")]
    [InlineData(0.5, 2, "target")]
    public void What_is_no_probability_is_an_error_that_names_it(double x, double y, string name)
    {
        string message = Assert.Throws<LossException>(() => Default.Forward(Doubles(0.5, x), Doubles(0.5, y))).Message;
        Assert.StartsWith($"BCELoss: {name}", message, StringComparison.Ordinal);
        Assert.Contains("element 1", message, StringComparison.Ordinal);
    }

    protected override Tensor[] Draw(Shape shape, RandomStream random) =>
    [
        Tensor.Rand(shape, DType.Float64, random, low: 0.05, high: 0.95),
        Tensor.Rand(shape, DType.Float64, random, low: 0.05, high: 0.95),
    ];
}
