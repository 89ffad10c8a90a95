using Criterion.Losses;

namespace Criterion.Tests.Losses.Classification;

/// <summary>The contract of every loss of masks from logits and classes. A vector is one sample of a single channel.</summary>
public abstract class SegmentationLossContract : LossContract
{
    /// <summary>The loss with default options.</summary>
    protected abstract SegmentationLoss Default { get; }

    /// <summary>The loss of one mask in plain doubles, from the definition.</summary>
    /// <param name="hits">Σ p y.</param>
    /// <param name="predicted">Σ p.</param>
    /// <param name="truth">Σ y.</param>
    protected abstract double Reference(double hits, double predicted, double truth);

    protected override IEnumerable<Tensor[]> Extremes =>
    [
        [Doubles(1e4, -1e4, 0)],
        [Doubles(-1e4, 1e4, 0)],
        [Doubles(0, 0, 0)],
        [Doubles(double.NegativeInfinity, 2, 1)],
        [Doubles(double.NegativeInfinity, 2)],
        [Doubles(1e4)],
        [Doubles(-1e4)],
        [Doubles(1e4, -1e4, 0, 5).Reshape(1, 1, 4)],
    ];

    [Theory]
    [MemberData(nameof(Shapes))]
    [MemberData(nameof(LargeShapes))]
    public void Value_is_the_definition_in_plain_doubles(int[] shape)
    {
        Tensor logits = Masks(Draw(shape, Random)[0]);
        (int samples, int channels, int pixels) = (logits.Shape[0], logits.Shape[1], logits.Count / logits.Shape[0] / logits.Shape[1]);
        double[] p = Probabilities(logits.ToArray<double>(), samples, channels, pixels);
        long[] y = Classes(logits).ToArray<long>();
        double[] expected = new double[samples * channels];
        for (int mask = 0; mask < expected.Length; mask++)
        {
            (int sample, int channel) = (mask / channels, mask % channels);
            (double hits, double predicted, double truth) = (0, 0, 0);
            for (int pixel = 0; pixel < pixels; pixel++)
            {
                double at = p[(mask * pixels) + pixel];
                double own = y[(sample * pixels) + pixel] == (channels == 1 ? 1 : channel) ? 1 : 0;
                (hits, predicted, truth) = (hits + (at * own), predicted + at, truth + own);
            }

            expected[mask] = Reference(hits, predicted, truth);
        }

        Near(Tensor.From(expected, [samples, channels]), Loss([logits], Reduction.None));
    }

    [Fact]
    public override void Other_shapes_are_an_error_that_names_them()
    {
        string message = Assert.Throws<ShapeException>(
            () => Default.Forward(Draw([4, 5], Random)[0], Tensor.Zeros([4, 1], DType.Int64))).Message;
        Assert.Contains("[4, 5]", message, StringComparison.Ordinal);
        Assert.Contains("[4, 1]", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Formula_writes_itself() => Assert.NotEmpty(Default.ToLatex());

    [Fact]
    public void Curves_are_finite_and_differentiable() => CriterionAssert.HasCurves(Default);

    [Fact]
    public void Options_survive_JSON() => CriterionAssert.IsStored(
        Default with { Smooth = 0, Batch = true, Background = false, IgnoreIndex = 3, AbsentClasses = AbsentClasses.Zero });

    protected override Tensor Loss(Tensor[] inputs, Reduction reduction = Reduction.Mean, OnEmpty onEmpty = OnEmpty.Throw)
    {
        Tensor logits = Masks(inputs[0]);
        return (Default with { Reduction = reduction, OnEmpty = onEmpty }).Forward(logits, Classes(logits));
    }

    // Where the overlap is good, 1 less a quotient near 1 keeps few digits in single precision.
    protected override Tensor[] Draw(Shape shape, RandomStream random) => [Tensor.Randn(shape, DType.Float64, random)];

    // The gradient of a softmax over 16,385 classes is a difference of sums.
    protected override double SingleTolerance => 1e-4;

    // The classes read the same from both ends: turned round, a batch keeps them.
    protected override Tensor Order(int count) => Tensor.Arange(count - 1, -1, -1, DType.Int64);

    static Tensor Masks(Tensor logits) => logits.Rank == 1 ? logits.Reshape(1, 1, -1) : logits;

    static Tensor Classes(Tensor logits)
    {
        Shape shape = logits.Shape.Without(1);
        int classes = Math.Max(2, logits.Shape[1]);
        return Tensor.From(
            [.. Enumerable.Range(0, shape.Count).Select(i => (long)((Math.Min(i, shape.Count - 1 - i) + 1) % classes))], shape);
    }

    static double[] Probabilities(double[] x, int samples, int channels, int pixels)
    {
        if (channels == 1)
        {
            return [.. x.Select(static logit => 1 / (1 + Math.Exp(-logit)))];
        }

        double[] p = new double[x.Length];
        for (int i = 0; i < samples * pixels; i++)
        {
            int first = (i / pixels * channels * pixels) + (i % pixels);
            int[] own = [.. Enumerable.Range(0, channels).Select(channel => first + (channel * pixels))];
            double greatest = own.Max(at => x[at]);
            double sum = own.Sum(at => Math.Exp(x[at] - greatest));
            foreach (int at in own)
            {
                p[at] = Math.Exp(x[at] - greatest) / sum;
            }
        }

        return p;
    }
}

public class DiceFromLogitsLossTests : SegmentationLossContract
{
    protected override SegmentationLoss Default => new DiceFromLogitsLoss();

    protected override double Reference(double hits, double predicted, double truth) =>
        1 - (((2 * hits) + 1) / (predicted + truth + 1));
}

public class JaccardFromLogitsLossTests : SegmentationLossContract
{
    protected override SegmentationLoss Default => new JaccardFromLogitsLoss();

    protected override double Reference(double hits, double predicted, double truth) =>
        1 - ((hits + 1) / (predicted + truth - hits + 1));
}

public class TverskyFromLogitsLossTests : SegmentationLossContract
{
    protected override SegmentationLoss Default => new TverskyFromLogitsLoss(0.3, 0.7);

    protected override double Reference(double hits, double predicted, double truth) =>
        1 - ((hits + 1) / (hits + (0.3 * (predicted - hits)) + (0.7 * (truth - hits)) + 1));
}

/// <summary>The focal Tversky loss.</summary>
public class FocalTverskyLossTests : SegmentationLossContract
{
    protected override SegmentationLoss Default => new TverskyFromLogitsLoss(0.3, 0.7, gamma: 0.75);

    protected override double Reference(double hits, double predicted, double truth) =>
        Math.Pow(1 - ((hits + 1) / (hits + (0.3 * (predicted - hits)) + (0.7 * (truth - hits)) + 1)), 0.75);
}
