using Criterion.Losses;
using Criterion.Tests.Golden;

namespace Criterion.Tests.Losses.Embedding;

public class PairwiseDistanceTests
{
    public static IEnumerable<TheoryDataRow<string, string>> Golden => GoldenFile.Rows("embedding", nameof(PairwiseDistance));

    public static TheoryData<double> Degrees => new(1, 1.5, 2, 3, 4, double.PositiveInfinity);

    [Theory]
    [MemberData(nameof(Golden))]
    public void Agrees_with_PyTorch(string op, string name) => LossGolden.Check(
        op,
        name,
        (golden, x) => new PairwiseDistance(golden.Args.Double("p"), golden.Args.Double("eps"), golden.Args.Flag("keepdim")).Forward(
            x[0], x[1]),
        file: "embedding");

    [Theory]
    [MemberData(nameof(Degrees))]
    public void First_and_second_derivatives_are_those_of_central_differences(double p)
    {
        var random = new RandomStream(7);
        GradCheck.Check(
            x => new PairwiseDistance(p).Forward(x[0], x[1]),
            [Tensor.Randn([3, 5], DType.Float64, random), Tensor.Randn([3, 5], DType.Float64, random)]);
    }

    [Theory]
    [MemberData(nameof(Degrees))]
    public void Equal_rows_have_distance_and_derivatives_0_without_epsilon(double p)
    {
        Tensor x = Tensor.From<double>([0, 0, 1, 2], [2, 2]);
        x.RequiresGrad = true;
        Tensor distance = new PairwiseDistance(p, 0).Forward(x, x.Detach());
        Tensor first = Criterion.Autograd.Grad(distance.Sum(), x, createGraph: true);
        Assert.Equal(new double[2], distance.ToArray<double>());
        Assert.Equal(new double[4], first.ToArray<double>());
        if (first.RequiresGrad)
        {
            Assert.Equal(new double[4], Criterion.Autograd.Grad([first.Sum()], [x], allowUnused: true)[0].ToArray<double>());
        }
    }

    [Theory]
    [MemberData(nameof(Degrees))]
    public void Distance_is_a_metric(double p)
    {
        var random = new RandomStream(3);
        var distance = new PairwiseDistance(p, 0);
        Tensor[] x = [.. Enumerable.Range(0, 3).Select(_ => Tensor.Randn([50, 4], DType.Float64, random))];
        Tensor ab = distance.Forward(x[0], x[1]);
        Tensor detour = distance.Forward(x[0], x[2]) + distance.Forward(x[2], x[1]);
        Assert.True((detour - ab).Min().Item() > -1e-12);
        GoldenAssert.Close(ab, distance.Forward(x[1], x[0]), "the other way round", 1e-12);
        GoldenAssert.Close(ab * 3, distance.Forward(x[0] * 3, x[1] * 3), "three times as large", 1e-12);
    }

    [Fact]
    public void Shapes_and_options_are_checked()
    {
        string message =
            Assert.Throws<ShapeException>(() => new PairwiseDistance().Forward(Tensor.Ones([4, 5]), Tensor.Ones([1, 5]))).Message;
        Assert.Contains("PairwiseDistance: x1 [4, 5] and x2 [1, 5]", message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new PairwiseDistance(0.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PairwiseDistance(epsilon: -1));
        CriterionAssert.IsStored(new PairwiseDistance(3, 0, true));
    }

    [Theory]
    [InlineData(1, @"\sum_j \left|x_j - y_j\right|")]
    [InlineData(2, @"\sqrt{\sum_j \left(x_j - y_j\right)^{2}}")]
    [InlineData(3, @"\left(\sum_j \left|x_j - y_j\right|^{3}\right)^{\frac{1}{3}}")]
    public void Formula_writes_itself(double p, string expected) => Assert.Equal(expected, new PairwiseDistance(p, 0).ToLatex());

    [Fact]
    public void Curve_shows_the_distance_of_a_number_from_0()
    {
        LossCurve curve = new PairwiseDistance(2, 0, keepDim: true).Curves().Single();
        Assert.Equal([3, 0, 2], curve.Value(Tensor.From<double>([-3, 0, 2])).ToArray<double>());
    }
}
