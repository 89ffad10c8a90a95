using Criterion.Nn;
using Criterion.Tests.Golden;

namespace Criterion.Tests.Nn;

public class ConditionTests
{
    public static IEnumerable<TheoryDataRow<string, string>> Norms() => GoldenFile.Rows("conditions", "conditional_batch_norm");

    public static IEnumerable<TheoryDataRow<string, string>> Projections() => GoldenFile.Rows("conditions", "projection");

    [Theory]
    [MemberData(nameof(Norms))]
    public void Conditional_batch_norm_agrees_with_PyTorch(string op, string name)
    {
        GoldenCase golden = GoldenFile.Find("conditions", op, name);
        Tensor[] x = golden.Inputs();
        ConditionalBatchNorm2d layer = new(x[0].Shape[1], x[1].Shape[1]);
        layer.To(DType.Float64);
        Fill(layer.Gain, x[2]);
        Fill(layer.Bias, x[3]);

        GoldenAssert.Matches(golden, [x[0], x[1], layer.Gain, layer.Bias], inputs => layer.Forward(inputs[0], inputs[1]));
    }

    [Theory]
    [MemberData(nameof(Projections))]
    public void Projection_agrees_with_PyTorch(string op, string name)
    {
        GoldenCase golden = GoldenFile.Find("conditions", op, name);
        Tensor[] x = golden.Inputs();
        Linear score = new(x[0].Shape[1], 1, dtype: DType.Float64);
        Linear embedding = new(x[0].Shape[1], x[3].Shape[0], bias: false, dtype: DType.Float64);
        Fill(score.Weight, x[1]);
        Fill(score.Bias!, x[2]);
        Fill(embedding.Weight, x[3]);
        ProjectionHead head = new(score, embedding);
        Tensor labels = Tensor.From([.. golden.Args.Ints("labels").Select(static label => (long)label)]);

        GoldenAssert.Matches(
            golden, [x[0], score.Weight, score.Bias!, embedding.Weight], inputs => ProjectionHead.Score(head.Forward(inputs[0]), labels));
    }

    [Fact]
    public void A_new_layer_is_batch_norm_for_every_class_and_classes_are_one_hot_vectors()
    {
        Tensor images = Tensor.Rand([4, 3, 5, 5], random: new RandomStream(1));
        Tensor classes = Tensor.From([0L, 2, 1, 2]);
        ConditionalBatchNorm2d layer = new(3, 3);

        Assert.Equal(new BatchNorm2d(3).Forward(images).ToArray<float>(), layer.Forward(images, classes).ToArray<float>());

        Init.Normal(layer.Gain, 0, 1, new RandomStream(2));
        Init.Normal(layer.Bias, 0, 1, new RandomStream(3));
        Assert.Equal(
            layer.Forward(images, classes.OneHot(3)).ToArray<float>(), layer.Forward(images, classes).ToArray<float>());
    }

    [Fact]
    public void Evaluation_uses_running_statistics()
    {
        ConditionalBatchNorm2d layer = new(2, 2);
        Tensor images = Tensor.Rand([8, 2, 4, 4], random: new RandomStream(1));
        layer.Forward(images, Tensor.Zeros([8, 2]));
        layer.Eval();

        Tensor one = layer.Forward(images[..1], Tensor.From([1L]));

        Assert.Equal(layer.Forward(images, Tensor.Ones([8], DType.Int64))[..1].ToArray<float>(), one.ToArray<float>());
    }

    [Fact]
    public void Misuse_is_an_error_that_names_the_shapes()
    {
        ConditionalBatchNorm2d layer = new(2, 3);
        Tensor images = Tensor.Zeros([4, 2, 2, 2]);
        Assert.Contains("[4, 3]", Assert.Throws<ShapeException>(() => layer.Forward(images, Tensor.Zeros([4, 2]))).Message);
        Assert.Contains("[4, 3]", Assert.Throws<ShapeException>(() => layer.Forward(images, Tensor.Zeros([3], DType.Int64))).Message);
        Assert.Throws<ShapeException>(() => layer.Forward(images, Tensor.Full([4], 3, DType.Int64)));
        Assert.Throws<NotSupportedException>(() => layer.Forward(images));
        Assert.Contains("[N, 1 + classes]", Assert.Throws<ShapeException>(
            () => ProjectionHead.Score(Tensor.Zeros([4, 1]), Tensor.Zeros([4], DType.Int64))).Message);
    }

    static void Fill(Tensor parameter, Tensor values)
    {
        using (Autograd.NoGrad())
        {
            parameter.CopyFrom(values);
        }
    }
}
