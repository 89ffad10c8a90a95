using Criterion.Losses;
using Criterion.Tests.Golden;
using Criterion.Tests.Metrics;

namespace Criterion.Tests.Losses.Embedding;

public class SigLipLossTests : ContrastLossContract
{
    const double Bias = -1.5;

    public static IEnumerable<TheoryDataRow<string, string>> Golden => GoldenFile.Rows("contrast", "SigLIP");

    [Theory]
    [MemberData(nameof(Golden))]
    public void Agrees_with_PyTorch(string op, string name) => LossGolden.Check(
        op, name, static (golden, x) => new SigLipLoss().Forward(x[0], x[1], 1 / x[2], x[3]), "contrast", slack: Slack);

    [Fact]
    public void Derivatives_by_the_bias_are_those_of_differences() => GradCheck.Check(
        static x => new SigLipLoss().Forward(x[0], x[1], x[2], x[3]),
        [
            MetricGolden.Normal(4, 3, 74), MetricGolden.Normal(4, 3, 75), Tensor.Scalar(0.4, DType.Float64),
            Tensor.Scalar(-0.7, DType.Float64),
        ]);

    [Fact]
    public void Numbers_and_tensors_are_one_temperature_and_bias()
    {
        (Tensor q, Tensor k) = (MetricGolden.Normal(7, 3, 1), MetricGolden.Normal(7, 3, 2));
        (Tensor temperature, Tensor bias) = (Tensor.Scalar(0.3, DType.Float64), Tensor.Scalar(-2, DType.Float64));
        Assert.Equal(new SigLipLoss(0.3, -2).Forward(q, k).Item(), new SigLipLoss().Forward(q, k, temperature, bias).Item());
        Assert.Throws<ArgumentOutOfRangeException>(static () => new SigLipLoss(0));
        Assert.Throws<ArgumentOutOfRangeException>(static () => new SigLipLoss(bias: double.NaN));
        ShapeException error = Assert.Throws<ShapeException>(() => new SigLipLoss().Forward(q, k, bias: Tensor.From([1.0, 2])));
        Assert.Contains("bias", error.Message, StringComparison.Ordinal);
    }

    protected override double DefaultTemperature => 0.1;

    protected override Tensor Evaluate(Tensor x1, Tensor x2, Tensor? temperature, Reduction reduction = Reduction.Mean) =>
        new SigLipLoss(bias: Bias, reduction: reduction).Forward(x1, x2, temperature);

    protected override double[] Reference(double[][] x1, double[][] x2, double temperature) =>
        ContrastReference.SigLip(x1, x2, temperature, Bias);
}
