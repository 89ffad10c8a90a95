using Criterion.Formulas;
using Criterion.Losses;
using Criterion.Tests.Golden;

namespace Criterion.Tests.Losses.Classification;

/// <summary>What holds for every divergence of two rows.</summary>
public abstract class DivergenceContract : SoftmaxLossContract
{
    protected override IEnumerable<Reduction> Reductions => [.. base.Reductions, Reduction.BatchMean];

    protected override Tensor Forward(SoftmaxLoss loss, Tensor[] inputs) => ((IPredictionLoss)loss).Forward(inputs[0], inputs[1]);

    protected override Tensor[] Draw(Shape shape, RandomStream random) =>
        [Tensor.Randn(shape, DType.Float64, random) * 2, Tensor.Randn(shape, DType.Float64, random.Fork(1)) * 2];

    [Fact]
    public void Is_0_at_equality_and_positive_elsewhere()
    {
        Tensor[] inputs = Draw([5, 7], Random);
        Assert.Equal(0, Loss([inputs[0], inputs[0]]).Item(), 1e-14);
        Assert.True(Loss(inputs, Reduction.None).Min().Item() > 0);
    }
}

public class KlFromLogitsTests : DivergenceContract
{
    public static IEnumerable<TheoryDataRow<string, string>> Golden => GoldenFile.Rows("softmax", nameof(KlFromLogitsLoss));

    protected override SoftmaxLoss Default => new KlFromLogitsLoss();

    protected override IEnumerable<Tensor[]> Extremes =>
    [
        [Doubles(1e4, -1e4, 0), Doubles(0, 1, 2)],
        [Doubles(0, 1, 2), Doubles(1e4, -1e4, 0)],
        [Doubles(1, double.NegativeInfinity, 2), Doubles(0, double.NegativeInfinity, 1)],
        [Doubles(1, 0, 2), Doubles(0, double.NegativeInfinity, 1)],
        [Doubles(3), Doubles(4)],
        [Doubles(0, 0), Doubles(0, 0)],
    ];

    // The slack is wider: logarithms of 4 or so, rounded in their own last place, are multiplied by q and cancel to a small number in
    // the gradient by the target. In one case ours is off by 20 units and PyTorch's by 12: not shown to be rounding alone.
    [Theory]
    [MemberData(nameof(Golden))]
    public void Agrees_with_PyTorch(string op, string name) => LossGolden.Check(
        op, name, static (golden, x) =>
            new KlFromLogitsLoss(reduction: golden.Reduction()).Forward(x[0], x[1]), file: "softmax", slack: 24);

    [Fact]
    public void Reverse_exchanges_the_two()
    {
        Tensor[] inputs = Draw([4, 5], Random);
        Near(new KlFromLogitsLoss().Forward(inputs[1], inputs[0]), new KlFromLogitsLoss(reverse: true).Forward(inputs[0], inputs[1]));
        GradCheck.Check(static x => new KlFromLogitsLoss(reverse: true).Forward(x[0], x[1]), inputs);
    }

    [Fact]
    public void Classes_may_run_along_any_dimension()
    {
        Tensor[] inputs = Draw([2, 3, 4], Random);
        Tensor[] last = [.. inputs.Select(x => x.Transpose(1, 2))];
        Near(Loss(inputs), new KlFromLogitsLoss(dim: -1).Forward(last[0], last[1]));
    }

    [Fact]
    public void Class_that_only_the_prediction_rules_out_costs_infinity() =>
        Assert.Equal(double.PositiveInfinity, new KlFromLogitsLoss().Forward(Doubles(0, double.NegativeInfinity), Doubles(0, 0)).Item());

    /// <summary>p − q, as everywhere: what is infinite is the way to it, not its direction.</summary>
    [Fact]
    public void An_infinite_divergence_has_a_finite_gradient()
    {
        foreach (DType type in new[] { DType.Float32, DType.Float64 })
        {
            Tensor x = Doubles(0, double.NegativeInfinity).To(type);
            x.RequiresGrad = true;
            new KlFromLogitsLoss().Forward(x, Doubles(0, 0).To(type)).Backward();
            Assert.Equal([0.5, -0.5], x.Grad!.To(DType.Float64).ToArray<double>());
        }
    }

    [Fact]
    public void All_three_entries_agree()
    {
        foreach (bool reverse in new[] { false, true })
        {
            Tensor[] logits = Leaves(Draw([4, 5, 2], Random));
            Tensor expected = new KlFromLogitsLoss(reverse).Forward(logits[0], logits[1]);
            Tensor[] gradients = Criterion.Autograd.Grad([expected], logits);
            Tensor logs = new KlFromLogProbabilitiesLoss(reverse).Forward(logits[0].LogSoftmax(1), logits[1].LogSoftmax(1));
            Tensor shares = new KlFromProbabilitiesLoss(reverse).Forward(logits[0].Softmax(1), logits[1].Softmax(1));
            foreach (Tensor other in new[] { logs, shares })
            {
                Near(expected, other);
                Tensor[] others = Criterion.Autograd.Grad([other], logits);
                Near(gradients[0], others[0]);
                Near(gradients[1], others[1]);
            }
        }
    }

    [Fact]
    public void Writes_its_formula()
    {
        Assert.Equal(@"\sum_j q_j \cdot \left(\ln q_j - \ln p_j\right)", new KlFromLogitsLoss().ToLatex());
        Assert.Equal(@"\sum_j p_j \cdot \left(\ln p_j - \ln q_j\right)", new KlFromLogitsLoss(reverse: true).ToLatex());
    }

    protected override double Reference(double[][] rows, int row, int rowCount) => Divergence(LogSoftmax(rows[0]), LogSoftmax(rows[1]));

    internal static double Divergence(double[] p, double[] q) => p.Zip(q, (a, b) => Math.Exp(b) * (b - a)).Sum();
}

public class KlFromLogProbabilitiesTests : DivergenceContract
{
    protected override SoftmaxLoss Default => new KlFromLogProbabilitiesLoss();

    protected override bool IsShiftInvariant => false;

    protected override IEnumerable<Tensor[]> Extremes =>
    [
        [Doubles(0, double.NegativeInfinity), Doubles(0, double.NegativeInfinity)],
        [Doubles(-1e4, 0), Doubles(0, -1e4)],
        [Doubles(Math.Log(0.5), Math.Log(0.5)), Doubles(0, double.NegativeInfinity)],
        [Doubles(0), Doubles(0)],
    ];

    [Theory]
    [InlineData(0, "prediction")]
    [InlineData(1, "target")]
    public void Row_that_is_no_distribution_is_an_error_that_names_it(int which, string name)
    {
        Tensor[] inputs = Draw([3, 5], Random);
        inputs[which][2, 1] = Tensor.Scalar(0.3);
        string message = Assert.Throws<LossException>(() => Loss(inputs)).Message;
        Assert.Contains(name, message, StringComparison.Ordinal);
        Assert.Contains("row 2", message, StringComparison.Ordinal);
        Assert.True(
            double.IsFinite(new KlFromLogProbabilitiesLoss(tolerance: double.PositiveInfinity).Forward(inputs[0], inputs[1]).Item()));
    }

    [Fact]
    public void Tolerance_of_0_is_an_error() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new KlFromLogProbabilitiesLoss(tolerance: 0));

    protected override double Reference(double[][] rows, int row, int rowCount) => KlFromLogitsTests.Divergence(rows[0], rows[1]);

    protected override Tensor[] Draw(Shape shape, RandomStream random) =>
        [.. base.Draw(shape, random).Select(x => x.LogSoftmax(x.Rank == 1 ? 0 : 1))];
}

public class KlFromProbabilitiesTests : DivergenceContract
{
    protected override SoftmaxLoss Default => new KlFromProbabilitiesLoss();

    // Probabilities are small beside the usual step.
    protected override double Step => 2e-6;

    // Logarithms of small probabilities are subtracted.
    protected override double SingleTolerance => 1e-4;

    protected override bool IsShiftInvariant => false;

    protected override IEnumerable<Tensor[]> Extremes =>
        [[Doubles(0, 1), Doubles(0, 1)], [Doubles(0.5, 0.5), Doubles(0, 1)], [Doubles(1), Doubles(1)]];

    [Theory]
    [InlineData(0, "prediction")]
    [InlineData(1, "target")]
    public void Row_that_is_no_distribution_is_an_error_that_names_it(int which, string name)
    {
        Tensor[] inputs = Draw([3, 5], Random);
        inputs[which][2, 1] = Tensor.Scalar(1.3);
        string message = Assert.Throws<LossException>(() => Loss(inputs)).Message;
        Assert.Contains(name, message, StringComparison.Ordinal);
        Assert.Contains("row 2", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Negative_number_is_an_error_that_names_it() => Assert.Contains(
        "element 1",
        Assert.Throws<LossException>(() => new KlFromProbabilitiesLoss().Forward(Doubles(1.1, -0.1), Doubles(0.5, 0.5))).Message,
        StringComparison.Ordinal);

    [Fact]
    public void What_the_prediction_rules_out_costs_infinity()
    {
        Assert.Equal(double.PositiveInfinity, new KlFromProbabilitiesLoss().Forward(Doubles(0, 1), Doubles(0.5, 0.5)).Item());
        Assert.Equal(Math.Log(2), new KlFromProbabilitiesLoss(reverse: true).Forward(Doubles(0, 1), Doubles(0.5, 0.5)).Item(), 1e-12);
    }

    [Fact]
    public void Writes_its_formula() => Assert.Equal(
        @"\sum_j q_j \cdot \left(\ln\left(q_j\right) - \ln\left(p_j\right)\right)", new KlFromProbabilitiesLoss().ToLatex());

    protected override double Reference(double[][] rows, int row, int rowCount) =>
        rows[0].Zip(rows[1], (p, q) => q * Math.Log(q / p)).Sum();

    protected override Tensor[] Draw(Shape shape, RandomStream random) =>
        [.. base.Draw(shape, random).Select(x => ((x * 0.2).Softmax(x.Rank == 1 ? 0 : 1)))];
}

public class JensenShannonLossTests : DivergenceContract
{
    protected override SoftmaxLoss Default => new JensenShannonLoss();

    // Logarithms of small probabilities are subtracted.
    protected override double SingleTolerance => 1e-4;

    protected override IEnumerable<Tensor[]> Extremes =>
    [
        [Doubles(1e4, -1e4, 0), Doubles(0, 1, 2)],
        [Doubles(1e4, -1e4), Doubles(-1e4, 1e4)],
        [Doubles(1, double.NegativeInfinity, 2), Doubles(0, double.NegativeInfinity, 1)],
        [Doubles(1, 0, 2), Doubles(0, double.NegativeInfinity, 1)],
        [Doubles(1, double.NegativeInfinity, 2), Doubles(0, 0, 1)],
        [Doubles(3), Doubles(4)],
        [Doubles(0, 0), Doubles(0, 0)],
    ];

    [Fact]
    public void Is_symmetric_and_at_most_ln_2()
    {
        Tensor[] inputs = Draw([4, 5], Random);
        Near(Loss(inputs), Loss([inputs[1], inputs[0]]));
        Assert.Equal(Math.Log(2), new JensenShannonLoss().Forward(Doubles(1e4, 0), Doubles(0, 1e4)).Item(), 1e-12);
        double ruledOut = double.NegativeInfinity;
        Assert.Equal(Math.Log(2), new JensenShannonLoss().Forward(Doubles(0, ruledOut), Doubles(ruledOut, 0)).Item(), 1e-12);
    }

    protected override double Reference(double[][] rows, int row, int rowCount)
    {
        double[] p = [.. LogSoftmax(rows[0]).Select(Math.Exp)];
        double[] q = [.. LogSoftmax(rows[1]).Select(Math.Exp)];
        return p.Zip(q, (a, b) => 0.5 * ((a * Math.Log(2 * a / (a + b))) + (b * Math.Log(2 * b / (a + b))))).Sum();
    }
}
