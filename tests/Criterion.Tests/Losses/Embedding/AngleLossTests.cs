using Criterion.Losses;
using Criterion.Tests.Golden;

namespace Criterion.Tests.Losses.Embedding;

public class AngleLossTests : ScoredPairsContract
{
    public static IEnumerable<TheoryDataRow<string, string>> Golden => GoldenFile.Rows("contrast", "AnglE");

    [Theory]
    [MemberData(nameof(Golden))]
    public void Agrees_with_PyTorch(string op, string name) => LossGolden.Check(
        op,
        name,
        static (golden, x) => new AngleLoss(golden.Args.Double("scale")) { OnEmpty = OnEmpty.Zero }.Forward(x[0], x[1], x[2]),
        "contrast",
        slack: Slack);

    [Fact]
    public void Cosine_weight_adds_the_ranking_of_cosines()
    {
        Tensor x1 = Tensor.Randn([7, 4], DType.Float64, Random);
        Tensor x2 = Tensor.Randn([7, 4], DType.Float64, new RandomStream(4));
        Tensor scores = Tensor.From<double>([0, 1, 2, 3, 2, 1, 0]);
        Assert.Equal(
            new AngleLoss().Forward(x1, x2, scores).Item() + (0.3 * new CosentLoss().Forward(x1, x2, scores).Item()),
            new AngleLoss(cosineWeight: 0.3).Forward(x1, x2, scores).Item(),
            1e-10);
        Assert.Throws<ArgumentOutOfRangeException>(() => new AngleLoss(cosineWeight: -1));
    }

    [Fact]
    public void Rows_without_halves_are_an_error()
    {
        Tensor x = Tensor.Ones([3, 5]);
        Assert.Contains(
            "[3, 5]",
            Assert.Throws<ShapeException>(() => new AngleLoss().Forward(x, x, Tensor.From<double>([0, 1, 2]))).Message,
            StringComparison.Ordinal);
    }

    protected override ScoredPairsLoss Make(double scale = 20, bool averaged = false) => new AngleLoss(scale, averaged: averaged);

    // The quotient of complex numbers of the paper, element by element.
    protected override double Similarity(double[] x, double[] y)
    {
        int half = x.Length / 2;
        double sum = 0;
        for (int k = 0; k < half; k++)
        {
            System.Numerics.Complex z = new(x[k], x[half + k]);
            System.Numerics.Complex w = new(y[k], y[half + k]);
            System.Numerics.Complex product = z * System.Numerics.Complex.Conjugate(w);
            sum += (product.Real + product.Imaginary) / Dot(y, y);
        }

        return Math.Abs(sum) / (Math.Sqrt(Dot(x, x)) / Math.Sqrt(Dot(y, y)));
    }
}
