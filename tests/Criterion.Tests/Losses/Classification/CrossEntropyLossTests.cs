using System.Text.Json;
using Criterion.Losses;
using Criterion.Tests.Golden;

namespace Criterion.Tests.Losses.Classification;

public class CrossEntropyLossTests : ClassLossContract
{
    public static IEnumerable<TheoryDataRow<string, string>> Golden => GoldenFile.Rows("softmax", nameof(CrossEntropyLoss));

    static Tensor Oracle => Tensor.From([1, 2, 0.5, 0, 0, 3], [2, 3]);

    protected override SoftmaxLoss Default => new CrossEntropyLoss();

    // The classes of one row and of two are 1, and of one class 0.
    protected override IEnumerable<Tensor[]> Extremes =>
    [
        [Doubles(1e4, -1e4, 0, 1e4)],
        [Doubles(-1e4, 1e4, 1e4)],
        [Doubles(5)],
        [Doubles(double.NegativeInfinity, 2, double.NegativeInfinity)],
        [Tensor.From([1, 3, double.NegativeInfinity, double.NegativeInfinity, 0, 1e4], [2, 3])],
    ];

    [Theory]
    [MemberData(nameof(Golden))]
    public void Agrees_with_PyTorch(string op, string name) => LossGolden.Check(
        op,
        name,
        static (golden, x) => new CrossEntropyLoss(
            golden.Named("weight", x),
            golden.Args.Int("ignore_index", -100),
            golden.Args.Double("label_smoothing", 0),
            golden.Reduction()).Forward(
                x[0], x[1]),
        file: "softmax");

    [Fact]
    public void Oracles()
    {
        Tensor y = Tensor.From<long>(1, 0);
        Assert.Equal(1.779645870264, new CrossEntropyLoss().Forward(Oracle, y).Item(), 1e-12);
        Assert.Equal(1.771312536931, new CrossEntropyLoss(labelSmoothing: 0.1).Forward(Oracle, y).Item(), 1e-12);
        Assert.Equal(1.341220174879, new CrossEntropyLoss(weight: Tensor.From(1.0, 2, 3)).Forward(Oracle, y).Item(), 1e-12);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(0.1, false)]
    [InlineData(0, true)]
    [InlineData(0.3, true)]
    public void Options_have_two_derivatives(double smoothing, bool isWeighted)
    {
        Tensor? weight = isWeighted ? Tensor.From(0.5, 1, 2) : null;
        CrossEntropyLoss loss = new(weight, ignoreIndex: 1, labelSmoothing: smoothing);
        Tensor[] x = Draw([3, 3, 2], Random);
        Tensor y = Tensor.From<long>([0, 1, 2, 2, 0, 1], [3, 2]);
        GradCheck.Check(inputs => loss.Forward(inputs[0], y), x);
        Tensor q = Draw([3, 3, 2], Random.Fork(1))[0].Softmax(1);
        GradCheck.Check(inputs => loss.Forward(inputs[0], inputs[1]), [x[0], q]);
    }

    [Fact]
    public void Probabilities_of_one_class_say_what_the_class_says()
    {
        Tensor x = Draw([4, 5], Random)[0];
        Tensor y = Tensor.From<long>(3, 0, 4, 1);
        Tensor q = Tensor.Zeros([4, 5], DType.Float64).ScatterAdd(1, y.Unsqueeze(1), Tensor.Ones([4, 1], DType.Float64));
        foreach (double smoothing in new[] { 0, 0.2 })
        {
            CrossEntropyLoss loss = new(labelSmoothing: smoothing);
            Near(loss.Forward(x, y), loss.Forward(x, q));
        }
    }

    [Theory]
    [InlineData(Reduction.Mean)]
    [InlineData(Reduction.Sum)]
    public void All_ignored_is_an_error_unless_asked_for_zero(Reduction reduction)
    {
        Tensor[] x = Leaves([Doubles(1, double.NaN, 3)]);
        Tensor ignored = Tensor.From<long>([-100]);
        CrossEntropyLoss loss = new(reduction: reduction);
        Assert.Contains("IgnoreIndex", Assert.Throws<LossException>(() => loss.Forward(x[0], ignored)).Message, StringComparison.Ordinal);
        Tensor zero = (loss with { OnEmpty = OnEmpty.Zero }).Forward(x[0], ignored);
        zero.Backward();
        Assert.Equal(0, zero.Item());
        Assert.Equal([0.0, 0, 0], x[0].Grad!.ToArray<double>());
    }

    [Fact]
    public void Weights_that_add_up_to_0_are_nothing_to_compare()
    {
        CrossEntropyLoss loss = new(weight: Tensor.From(0.0, 1, 1));
        Assert.Contains(
            "weights",
            Assert.Throws<LossException>(() => loss.Forward(Doubles(1, 2, 3), Tensor.From<long>([0]))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Ignored_rows_get_no_gradient_whatever_they_hold()
    {
        Tensor x = Tensor.From([1, 2, double.NaN, double.PositiveInfinity], [2, 2]);
        foreach (bool createGraph in new[] { false, true })
        {
            Tensor leaf = Leaves([x])[0];
            Tensor loss = new CrossEntropyLoss().Forward(leaf, Tensor.From<long>(0, -100));
            double[] gradient = Criterion.Autograd.Grad(loss, leaf, createGraph).ToArray<double>();
            Assert.Equal(Math.Log(1 + Math.E), loss.Item(), 1e-12);
            Assert.Equal([0.0, 0], gradient[2..]);
        }
    }

    [Fact]
    public void Target_that_a_mask_rules_out_costs_infinity_with_a_finite_gradient()
    {
        Tensor x = Leaves([Doubles(0, double.NegativeInfinity, 0)])[0];
        Tensor loss = new CrossEntropyLoss().Forward(x, Tensor.From<long>([1]));
        loss.Backward();
        Assert.Equal(double.PositiveInfinity, loss.Item());
        Assert.Equal([0.5, -1, 0.5], x.Grad!.ToArray<double>());
    }

    [Fact]
    public void Row_that_is_ruled_out_as_a_whole_shows() =>
        Assert.True(
            double.IsNaN(new CrossEntropyLoss().Forward(Tensor.Full([1, 3], double.NegativeInfinity), Tensor.From<long>([1])).Item()));

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1.1)]
    public void Probability_out_of_range_is_an_error_that_names_it(double wrong)
    {
        string message = Assert.Throws<LossException>(() => new CrossEntropyLoss().Forward(Doubles(1, 2), Doubles(0.5, wrong))).Message;
        Assert.Contains("element 1", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1.5)]
    [InlineData(double.NaN)]
    public void Smoothing_that_is_no_share_is_an_error(double smoothing)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new CrossEntropyLoss(labelSmoothing: smoothing));
    }

    [Fact]
    public void Weights_of_another_number_of_classes_are_an_error() => Assert.Contains(
        "[2]",
        Assert.Throws<ShapeException>(
            () => new CrossEntropyLoss(Tensor.Ones([2])).Forward(Doubles(1, 2, 3), Tensor.From<long>([0]))).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Writes_its_formula() => Assert.Equal(@"\sum_j \left(-q_j \cdot \ln p_j\right)", new CrossEntropyLoss().ToLatex());

    [Fact]
    public void Options_survive_json()
    {
        CrossEntropyLoss loss = new(ignoreIndex: 255, labelSmoothing: 0.1, reduction: Reduction.Sum) { OnEmpty = OnEmpty.Zero };
        Assert.Equal(loss, JsonSerializer.Deserialize<CrossEntropyLoss>(JsonSerializer.Serialize(loss)));
    }

    protected override double Reference(double[] row, int target) => -LogSoftmax(row)[target];

    protected override Tensor Forward(SoftmaxLoss loss, Tensor prediction, Tensor target) =>
        ((CrossEntropyLoss)loss).Forward(prediction, target);
}
