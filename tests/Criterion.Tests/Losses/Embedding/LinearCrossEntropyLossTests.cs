using Criterion.Losses;
using Criterion.Tests.Golden;

namespace Criterion.Tests.Losses.Embedding;

public class LinearCrossEntropyLossTests : ClassWeightContract
{
    public static IEnumerable<TheoryDataRow<string, string>> Golden => GoldenFile.Rows("contrast", "LinearCrossEntropy");

    protected override ICriterion Default => new LinearCrossEntropyLoss();

    [Theory]
    [MemberData(nameof(Golden))]
    public void Agrees_with_PyTorch(string op, string name) => LossGolden.Check(
        op,
        name,
        static (golden, x) => new LinearCrossEntropyLoss(
            golden.Named("class_weights", x),
            golden.Args.Int("ignore_index", -100),
            golden.Args.Double("label_smoothing", 0),
            golden.Reduction()).Forward(x[0], x[1], x[2], golden.Named("bias", x)),
        "contrast",
        slack: 8);

    [Theory]
    [InlineData(7, 5, 4)]
    [InlineData(65, 3, 4101)]
    public void All_options_together_are_the_cross_entropy_of_a_linear_layer(int n, int d, int c)
    {
        (Tensor x, Tensor labels, Tensor w) = Draw(n, d, c);
        Tensor bias = Tensor.Randn([c], DType.Float64, new RandomStream(6));
        Tensor weight = Tensor.Rand([c], DType.Float64, new RandomStream(7)) + 0.1;
        Tensor[] leaves = [x, w, bias];
        Array.ForEach(leaves, static leaf => leaf.RequiresGrad = true);
        long ignored = labels[1].ToArray<long>()[0];
        foreach (Reduction reduction in (Reduction[])[Reduction.Mean, Reduction.Sum, Reduction.None])
        {
            Tensor actual = new LinearCrossEntropyLoss(weight, ignored, 0.2, reduction).Forward(x, labels, w, bias);
            Tensor expected = new CrossEntropyLoss(weight, ignored, 0.2, reduction).Forward(x.MatMul(w.Transpose()) + bias, labels);
            GoldenAssert.Close(expected, actual, $"{reduction}", 1e-9);
            Tensor[] slopes = Criterion.Autograd.Grad([actual.Sum()], leaves);
            Tensor[] others = Criterion.Autograd.Grad([expected.Sum()], leaves);
            Assert.All(slopes.Zip(others), static pair => GoldenAssert.Close(pair.Second, pair.First, "gradient", 1e-7));
        }
    }

    [Fact]
    public void Derivatives_with_all_options_are_those_of_central_differences()
    {
        (Tensor x, _, Tensor w) = Draw(4, 3, 3);
        Tensor labels = Tensor.From<long>([2, 0, 1, 2]);
        LinearCrossEntropyLoss loss = new(Tensor.From<double>([1, 0.5, 2]), ignoreIndex: 1, labelSmoothing: 0.3, Reduction.None);
        GradCheck.Check(inputs => loss.Forward(inputs[0], labels, inputs[1], inputs[2]), [x, w, Tensor.From<double>([0.1, -1, 0.4])]);
    }

    [Fact]
    public void Ignored_rows_have_no_effect_even_if_they_are_NaN()
    {
        (Tensor x, _, Tensor w) = Draw(4, 3, 3);
        x[1] = Tensor.Full([3], double.NaN, DType.Float64);
        x.RequiresGrad = true;
        Tensor loss = new LinearCrossEntropyLoss().Forward(x, Tensor.From<long>([2, -100, 1, 2]), w);
        loss.Backward();
        Assert.True(double.IsFinite(loss.Item()));
        Assert.Equal([0, 0, 0], x.Grad![1].ToArray<double>());
        Assert.Contains(
            "4 of 4",
            Assert.Throws<LossException>(() => new LinearCrossEntropyLoss().Forward(x, Tensor.Full([4], -100, DType.Int64), w)).Message,
            StringComparison.Ordinal);
        Assert.Equal(
            0,
            new LinearCrossEntropyLoss { OnEmpty = OnEmpty.Zero }.Forward(x, Tensor.Full([4], -100, DType.Int64), w).Item());
    }

    [Fact]
    public void Logits_of_a_thousand_neither_overflow_nor_lose_their_gradient()
    {
        Tensor x = Tensor.From<float>([1000, 0]).Reshape(1, 2);
        Tensor w = Tensor.From<float>([-1, 0, 1, 0]).Reshape(2, 2);
        x.RequiresGrad = true;
        Tensor loss = new LinearCrossEntropyLoss().Forward(x, Tensor.From<long>([0]), w);
        loss.Backward();
        Assert.Equal(2000, loss.Item());
        Assert.Equal([2, 0], x.Grad!.ToArray<float>());
    }

    [Fact]
    public void Bias_and_weight_of_other_sizes_are_errors()
    {
        (Tensor x, Tensor labels, Tensor w) = Draw(4, 3, 2);
        Assert.Contains(
            "[3]",
            Assert.Throws<ShapeException>(() => new LinearCrossEntropyLoss().Forward(x, labels, w, Tensor.Ones([3]))).Message,
            StringComparison.Ordinal);
        Assert.Throws<ShapeException>(() => new LinearCrossEntropyLoss(Tensor.Ones([3])).Forward(x, labels, w));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LinearCrossEntropyLoss(labelSmoothing: 1.1));
    }

    protected override double Similarity(double[] x, double[] w) => Dot(x, w);

    protected override Tensor Loss(Tensor embeddings, Tensor labels, Tensor weights, OnEmpty onEmpty = OnEmpty.Throw) =>
        new LinearCrossEntropyLoss { OnEmpty = onEmpty }.Forward(embeddings, labels, weights);

    protected override double Plain(double[][] similarities, long[] labels) =>
        SoftmaxOfCosines.Mean(similarities, labels, static s => s, static s => s);
}
