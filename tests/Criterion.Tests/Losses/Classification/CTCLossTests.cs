using System.Text.Json;
using Criterion.Losses;
using Criterion.Tests.Golden;

namespace Criterion.Tests.Losses.Classification;

public class CTCLossTests
{
    public static IEnumerable<TheoryDataRow<string, string>> Golden => GoldenFile.Rows("ctc", nameof(CTCLoss));

    static readonly int[] Lengths = [2, 3, 0, 1];
    static readonly int[] Steps = [4, 5, 3, 5];
    static Tensor Targets => Tensor.From<long>([1, 2, 0, 2, 2, 1, 7, 7, 7, 1, 7, 7], [4, 3]);

    // The slack is wider: each step's logarithm is rounded before the loss gets it, and a path multiplies them all.
    [Theory]
    [MemberData(nameof(Golden))]
    public void Agrees_with_PyTorch(string op, string name) => LossGolden.Check(
        op,
        name,
        static (golden, x) => new CTCLoss(golden.Args.Int("blank"), golden.Args.Flag("zero_infinity"), golden.Reduction())
            .Forward(x[0].LogSoftmax(-1), x[1], x[2].Reshape(-1), x[3].Reshape(-1)),
        file: "ctc",
        slack: 8);

    [Fact]
    public void Value_is_the_sum_over_all_paths()
    {
        Tensor logs = Draw();
        Tensor losses = new CTCLoss(reduction: Reduction.None).Forward(logs, Targets, Steps, Lengths);
        for (int n = 0; n < 4; n++)
        {
            Assert.Equal(-Math.Log(Paths(logs, n, 0)), losses[n].Item(), 1e-12);
        }
    }

    [Fact]
    public void First_and_second_derivatives_are_those_of_central_differences()
    {
        foreach (Reduction reduction in (Reduction[])[Reduction.Mean, Reduction.Sum, Reduction.None])
        {
            GradCheck.Check(x => new CTCLoss(reduction: reduction).Forward(x[0], Targets, Steps, Lengths), [Draw()]);
            GradCheck.Check(x => new CTCLoss(reduction: reduction).Forward(x[0].LogSoftmax(-1), Targets, Steps, Lengths), [Draw()]);
        }
    }

    [Theory]
    [InlineData(DType.Float64, 1e-10)]
    [InlineData(DType.Float32, 2e-5)]
    public void Fused_gradients_are_those_of_the_composed_graph(DType type, double tolerance)
    {
        RandomStream random = new(3);
        Tensor logs = Tensor.Randn([40, 5, 7], DType.Float64, random).LogSoftmax(-1).To(type);
        Tensor targets = Tensor.RandInt(1, 7, [5, 12], random.Fork(1));
        logs.RequiresGrad = true;
        Tensor loss = new CTCLoss().Forward(logs, targets, [40, 30, 35, 40, 28], [12, 4, 0, 9, 11]);
        Tensor composed = Criterion.Autograd.Grad(loss, logs, createGraph: true);
        loss.Backward();
        Assert.Equal(type, loss.DType);
        GoldenAssert.Close(composed, logs.Grad!, "gradient", tolerance);
    }

    [Fact]
    public void Single_precision_is_near_double()
    {
        Tensor logs = Draw().To(DType.Float32);
        CTCLoss loss = new();
        Assert.Equal(
            loss.Forward(logs.To(DType.Float64), Targets, Steps, Lengths).Item(), loss.Forward(logs, Targets, Steps, Lengths).Item(), 1e-6);
    }

    [Fact]
    public void Gradient_of_each_step_sums_to_minus_1()
    {
        Tensor logs = Draw();
        logs.RequiresGrad = true;
        Tensor loss = new CTCLoss(reduction: Reduction.Sum).Forward(logs, Targets, Steps, Lengths);
        Tensor sums = Criterion.Autograd.Grad(loss, logs).Sum(-1);
        for (int n = 0; n < 4; n++)
        {
            for (int t = 0; t < 5; t++)
            {
                Assert.Equal(t < Steps[n] ? -1 : 0, sums[t, n].Item(), 1e-12);
            }
        }
    }

    [Fact]
    public void Reductions_agree()
    {
        Tensor logs = Draw();
        Tensor Of(Reduction reduction) => new CTCLoss(reduction: reduction).Forward(logs, Targets, Steps, Lengths);
        Tensor single = Of(Reduction.None);
        GoldenAssert.Close(single.Sum(), Of(Reduction.Sum), "sum");
        GoldenAssert.Close((single / Tensor.From(2.0, 3, 1, 1)).Mean(), Of(Reduction.Mean), "mean");
    }

    [Fact]
    public void Padded_and_concatenated_targets_and_lengths_of_both_kinds_agree()
    {
        Tensor logs = Draw();
        Tensor expected = new CTCLoss().Forward(logs, Targets, Steps, Lengths);
        Tensor row = Tensor.From<long>(1, 2, 2, 2, 1, 1);
        Tensor steps = Tensor.From<long>([.. Steps.Select(n => (long)n)]);
        Tensor lengths = Tensor.From<long>([.. Lengths.Select(n => (long)n)]);
        GoldenAssert.Close(expected, new CTCLoss().Forward(logs, row, steps, lengths), "loss", 0);
    }

    [Fact]
    public void Order_of_the_batch_does_not_matter()
    {
        Tensor logs = Draw();
        Tensor order = Tensor.From<long>(2, 0, 3, 1);
        GoldenAssert.Close(
            new CTCLoss().Forward(logs, Targets, Steps, Lengths),
            new CTCLoss().Forward(logs.IndexSelect(1, order), Targets.IndexSelect(0, order), [3, 4, 5, 5], [0, 2, 1, 3]),
            "loss",
            1e-14);
    }

    [Fact]
    public void What_no_path_reads_as_costs_infinity_or_zero_is_counted_and_has_no_gradient()
    {
        // Two equal labels need a blank between them: three steps.
        Tensor logs = Tensor.Zeros([3, 3, 3], DType.Float64).LogSoftmax(-1);
        logs.RequiresGrad = true;
        Tensor targets = Tensor.From<long>([1, 1, 1, 1, 2, 0], [3, 2]);
        foreach (bool zero in new[] { false, true })
        {
            foreach (bool createGraph in new[] { false, true })
            {
                Tensor losses = new CTCLoss(zeroInfinity: zero, reduction: Reduction.None).Forward(
                    logs, targets, [3, 2, 0], [2, 2, 1], out int impossible);
                double[] values = losses.ToArray<double>();
                Assert.Equal(2, impossible);
                Assert.Equal(zero ? 0 : double.PositiveInfinity, values[1]);
                Assert.Equal(zero ? 0 : double.PositiveInfinity, values[2]);
                Assert.Equal(3 * Math.Log(3), values[0], 1e-12);
                Tensor gradient = Criterion.Autograd.Grad(losses, logs, createGraph, Tensor.Ones([3], DType.Float64));
                Assert.Equal(0, gradient[.., 1..].Abs().Max().Item());
                Assert.Equal(-3, gradient.Sum().Item(), 1e-12);
            }
        }
    }

    [Fact]
    public void Empty_targets_are_paths_of_blanks()
    {
        Tensor logs = Draw();
        Tensor loss = new CTCLoss(blank: 1, reduction: Reduction.None).Forward(
            logs, Tensor.Zeros([4, 0], DType.Int64), [2, 5, 0, 1], [0, 0, 0, 0]);
        Assert.Equal(-(logs[0, 0, 1] + logs[1, 0, 1]).Item(), loss[0].Item(), 1e-12);
        Assert.Equal(0, loss[2].Item());
    }

    [Fact]
    public void Extremes_are_finite_to_second_order()
    {
        double never = double.NegativeInfinity;
        Tensor certain = Tensor.From([never, 0, never, 0, never, never, never, never, 0], [3, 1, 3]);
        Tensor far = Tensor.From([-1e4, 0, -2e4, -1e4, -5, 0, -1, 0, -1e4], [3, 1, 3]);
        foreach (Tensor x in new[] { certain, far, certain.To(DType.Float32), far.To(DType.Float32) })
        {
            Tensor logs = x.Detach().Clone();
            logs.RequiresGrad = true;
            Tensor loss = new CTCLoss(reduction: Reduction.Sum).Forward(logs, Tensor.From<long>([1, 2], [1, 2]), [3], [2]);
            Tensor first = Criterion.Autograd.Grad(loss, logs, createGraph: true);
            Tensor second = Criterion.Autograd.Grad((first * first).Sum(), logs);
            foreach (Tensor value in new[] { loss, first, second })
            {
                Assert.Equal(1, value.IsFinite().To(DType.Int64).Min().Item());
            }
        }
    }

    [Fact]
    public void NaN_shows()
    {
        Tensor logs = Draw();
        logs[1, 1, 2] = Tensor.Scalar(double.NaN);
        Assert.True(double.IsNaN(new CTCLoss().Forward(logs, Targets, Steps, Lengths).Item()));
    }

    [Fact]
    public void Empty_batch_is_an_error_unless_asked_for_zero()
    {
        Tensor none = Tensor.Zeros([5, 0, 3]);
        Tensor targets = Tensor.Zeros([0, 2], DType.Int64);
        Assert.Contains(
            "OnEmpty", Assert.Throws<LossException>(() => new CTCLoss().Forward(none, targets, [], [])).Message, StringComparison.Ordinal);
        Assert.Equal(0, (new CTCLoss() { OnEmpty = OnEmpty.Zero }).Forward(none, targets, [], []).Item());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(-1)]
    public void Label_that_is_the_blank_or_out_of_range_is_an_error_that_names_it(long wrong)
    {
        string message = Assert.Throws<LossException>(
            () =>
                new CTCLoss().Forward(Draw(), Tensor.From<long>([1, 2, 0, 1, wrong, 1, 7, 7, 7, 1, 7, 7], [4, 3]), Steps, Lengths)).Message;
        Assert.Contains($"element 4 is {wrong}", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Lengths_that_do_not_fit_are_an_error()
    {
        Assert.Contains(
            "sample 1",
            Assert.Throws<ShapeException>(() => new CTCLoss().Forward(Draw(), Targets, [5, 6, 5, 5], Lengths)).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "sample 2",
            Assert.Throws<ShapeException>(() => new CTCLoss().Forward(Draw(), Targets, Steps, [1, 1, 4, 1])).Message,
            StringComparison.Ordinal);
        Assert.Throws<ShapeException>(() => new CTCLoss().Forward(Draw(), Targets, [5, 5], [1, 1]));
        Assert.Throws<ShapeException>(() => new CTCLoss().Forward(Draw(), Tensor.From<long>(1, 2, 1), Steps, Lengths));
        Assert.Throws<ShapeException>(() => new CTCLoss().Forward(Draw()[0][0], Targets, Steps, Lengths));
    }

    [Fact]
    public void Blank_is_a_class()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new CTCLoss(blank: -1));
        Assert.Throws<LossException>(() => new CTCLoss(blank: 3).Forward(Draw(), Targets, Steps, Lengths));
    }

    [Fact]
    public void Options_survive_json()
    {
        CTCLoss loss = new(2, zeroInfinity: true, Reduction.Sum);
        Assert.Equal(loss, JsonSerializer.Deserialize<CTCLoss>(JsonSerializer.Serialize(loss)));
    }

    [Fact]
    public void Curve_can_be_drawn() => Assert.Equal([9], new CTCLoss().Curves().Single().Value(Tensor.Linspace(-3, 3, 9)).Shape);

    static Tensor Draw() => Tensor.Randn([5, 4, 3], DType.Float64, new RandomStream(11)).LogSoftmax(-1);

    /// <summary>The probability of a sample from every single path.</summary>
    static double Paths(Tensor logs, int sample, int blank)
    {
        int steps = Steps[sample];
        long[] target = [.. Targets[sample].ToArray<long>().Take(Lengths[sample])];
        double total = 0;
        for (int code = 0; code < Math.Pow(3, steps); code++)
        {
            int[] path = [.. Enumerable.Range(0, steps).Select(t => code / (int)Math.Pow(3, t) % 3)];
            IEnumerable<long> read = path.Where((c, t) => c != blank && (t == 0 || path[t - 1] != c)).Select(c => (long)c);
            total += read.SequenceEqual(target) ? Math.Exp(path.Select((c, t) => logs[t, sample, c].Item()).Sum()) : 0;
        }

        return total;
    }
}
