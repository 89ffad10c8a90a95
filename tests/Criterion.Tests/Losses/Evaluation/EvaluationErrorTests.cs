using System.Runtime.InteropServices;
using Criterion.Losses;

namespace Criterion.Tests.Losses;

/// <summary>Errors and edge cases of losses on arrays and spans.</summary>
public class EvaluationErrorTests
{
    static readonly float[] Three = [1, 2, 3];

    public static TheoryData<IPredictionLoss> Losses =>
    [
        new HuberLoss(), new BCELoss(), new CosineSimilarityLoss(), new DiceLoss(), new KlFromLogitsLoss(), new MultiLabelSoftMarginLoss(),
        new PsnrLoss(ImageRange.Byte), new SsimLoss(ImageRange.Byte), new GradientLoss(), new HingeEmbeddingLoss(), new KLDivLoss(),
        new CrossEntropyLoss(),
    ];

    [Theory]
    [MemberData(nameof(Losses))]
    public void Lengths_that_differ_give_the_error_of_tensors(IPredictionLoss loss)
    {
        Exception expected = Record.Exception(() => loss.Forward(Tensor.From(1f, 2, 3), Tensor.From(1f, 2)))!;
        ShapeException actual = Assert.Throws<ShapeException>(() => loss.Evaluate(Three, [1f, 2f]));
        Assert.Equal(expected.Message, actual.Message);
        Assert.StartsWith(loss.GetType().Name + ": prediction [3] and target [2] differ", actual.Message);
    }

    [Theory]
    [MemberData(nameof(Losses))]
    public void An_empty_batch_gives_the_error_of_tensors(IPredictionLoss loss)
    {
        Shape none = [0, 1, 16, 16];
        Exception? expected = Record.Exception(() => loss.Forward(Tensor.Zeros(none), Tensor.Zeros(none)));
        Exception? actual = Record.Exception(() => loss.Evaluate(ReadOnlySpan<float>.Empty, ReadOnlySpan<float>.Empty, none));
        Assert.IsType<LossException>(actual);
        Assert.Equal(expected!.Message, actual.Message);
    }

    [Fact]
    public void An_empty_batch_may_count_as_0()
    {
        Assert.Equal(0, (new HuberLoss() with { OnEmpty = OnEmpty.Zero }).Evaluate((float[])[], (float[])[], Span<float>.Empty));
        (double value, double[] gradient) = (new CrossEntropyLoss() with { OnEmpty = OnEmpty.Zero }).Evaluate<double>([], (long[])[]);
        Assert.Equal(0, value);
        Assert.Empty(gradient);
    }

    [Theory]
    [MemberData(nameof(Losses))]
    public void NaN_shows_in_value_and_gradient_as_with_tensors(IPredictionLoss loss)
    {
        float[] x = new float[256], y = new float[256];
        (x[0], x[1], y[0], y[1], y[2]) = (float.NaN, loss is KLDivLoss ? -0.5f : 0.5f, 1, 1, 1);
        if (loss is HingeEmbeddingLoss)
        {
            Array.Fill(y, 1);
        }

        Shape shape = [1, 1, 16, 16];
        Tensor input = Tensor.From(x, shape);
        input.RequiresGrad = true;
        Tensor expected = loss.Forward(input, Tensor.From(y, shape));
        expected.Backward();
        (double value, float[] gradient) = loss.Evaluate(x, y, shape);
        Assert.Equal(double.NaN, value);
        Assert.Equal(double.NaN, expected.Item());
        Assert.Equal(input.Grad!.ToArray<float>(), gradient);
    }

    [Fact]
    public void A_value_outside_the_domain_gives_the_error_of_the_loss()
    {
        LossException probability = Assert.Throws<LossException>(() => new BCELoss().Evaluate([1.5f], [1f]));
        Assert.Equal(
            "BCELoss: prediction must be a probability in [0, 1], but element 0 is 1.5. For logits use BCEWithLogitsLoss.",
            probability.Message);
        LossException sign = Assert.Throws<LossException>(() => new ContrastiveLoss().Evaluate<float>([1f, 2f], [1f, 2f], [3f]));
        Assert.StartsWith("ContrastiveLoss: target must be 1 (similar), or 0 or −1 (dissimilar), but element 0 is 3.", sign.Message);
        LossException variance =
            Assert.Throws<LossException>(() => new GaussianNLLLoss().Evaluate<float>([1f, 2f], [1f, 2f], [1f, -1f]));
        Assert.StartsWith("GaussianNLLLoss: variance must be 0 or more, but element 1 is -1.", variance.Message);
        LossException range = Assert.Throws<LossException>(
            () => new SsimLoss(ImageRange.ZeroOne).Evaluate(new float[256], [.. new float[255], 2f], [1, 1, 16, 16]));
        Assert.StartsWith("SsimLoss: target must be in [0, 1], as ImageRange.ZeroOne states, but element 255 is 2.", range.Message);
        LossException label = Assert.Throws<LossException>(() => new CrossEntropyLoss().Evaluate([1f, 2f, 3f, 4f], (int[])[0, 2]));
        Assert.Equal("CrossEntropyLoss: target must be in [0, 2) or IgnoreIndex = -100, but element 1 is 2.", label.Message);
    }

    [Fact]
    public void All_rows_ignored_is_an_error_as_with_tensors()
    {
        LossException error = Assert.Throws<LossException>(() => new NLLLoss(ignoreIndex: 1).Evaluate([-1f, -2f], (long[])[1]));
        Assert.StartsWith("NLLLoss: no target counts: 1 of 1 are IgnoreIndex.", error.Message);
    }

    [Fact]
    public void No_reduction_is_an_error_with_the_fix()
    {
        LossException error = Assert.Throws<LossException>(() => new HuberLoss(reduction: Reduction.None).Evaluate(Three, Three));
        Assert.Equal(
            "HuberLoss: Evaluate returns one number, and Reduction.None keeps one for each element. "
            + "Use Reduction.Mean or Sum, or Forward on tensors for per-element losses.",
            error.Message);
        LossException own = Assert.Throws<LossException>(() => new Unreduced().Evaluate(Three, Three));
        Assert.Equal("Unreduced: Evaluate needs a scalar, and Forward returned [3]. Reduce it by Mean() or Sum().", own.Message);
    }

    [Fact]
    public void A_shape_must_be_that_of_the_values()
    {
        ShapeException error = Assert.Throws<ShapeException>(() => new HuberLoss().Evaluate(Three, Three, [2, 2]));
        Assert.Equal("HuberLoss: prediction has 3 values, but the shape [2, 2] has 4. Pass the shape of the values.", error.Message);
        Assert.Throws<ShapeException>(() => new HuberLoss().Evaluate(Three, [1f, 2f], [3]));
    }

    [Fact]
    public void A_gradient_must_be_as_long_as_its_input()
    {
        ShapeException error = Assert.Throws<ShapeException>(() => new HuberLoss().Evaluate(Three, Three, new float[2]));
        Assert.Equal(
            "HuberLoss: the gradient by prediction has 2 elements, but prediction has 3. "
            + "Pass a span of the same length, or an empty one if that gradient is not needed.",
            error.Message);
    }

    [Fact]
    public void A_gradient_must_not_overlap_other_memory()
    {
        float[] memory = new float[10];
        Assert.Throws<ArgumentException>(() => new HuberLoss().Evaluate<float>(memory.AsSpan(0, 3), Three, memory.AsSpan(2, 3)));
        Assert.Throws<ArgumentException>(() => new HuberLoss().Evaluate<float>(Three, memory.AsSpan(0, 3), memory.AsSpan(2, 3)));
        ArgumentException error = Assert.Throws<ArgumentException>(() => new MarginRankingLoss().Evaluate<float>(
            Three, [3f, 2f, 1f], [1f, 1f, 1f], memory.AsSpan(0, 3), memory.AsSpan(2, 3)));
        Assert.Contains("overlaps other memory of the call. Pass separate memory", error.Message);
        Assert.True(new HuberLoss().Evaluate<float>(memory.AsSpan(0, 3), Three, memory.AsSpan(3, 3)) > 0);
        long[] labels = [0, 1];
        Span<double> reused = MemoryMarshal.Cast<long, double>(labels.AsSpan());
        Assert.Equal(2, reused.Length);
        ArgumentException mixed = Assert.Throws<ArgumentException>(
            () => new CrossEntropyLoss().Evaluate<double>([1.0, 2.0], labels.AsSpan(1), MemoryMarshal.Cast<long, double>(labels.AsSpan())));
        Assert.Contains("the gradient by prediction overlaps", mixed.Message);
    }

    [Fact]
    public void Labels_and_targets_decide_about_rows()
    {
        ShapeException labels = Assert.Throws<ShapeException>(() => new CrossEntropyLoss().Evaluate(Three, (int[])[0, 1]));
        Assert.Equal(
            "CrossEntropyLoss: 3 predictions are not rows of equal length for 2 labels. Pass N labels and N times C predictions, or the "
            + "shape.",
            labels.Message);
        ShapeException pairs = Assert.Throws<ShapeException>(() => new ContrastiveLoss().Evaluate<float>(Three, Three, [1f, 1f]));
        Assert.StartsWith("ContrastiveLoss: 3 elements are not rows of equal length for 2 targets.", pairs.Message);
    }

    [Fact]
    public void Half_is_no_element_type() =>
        Assert.ThrowsAny<TensorException>(() => new HuberLoss().Evaluate([(Half)1], [(Half)2]));

    [Fact]
    public void A_loss_after_an_error_works_as_before()
    {
        Assert.Throws<LossException>(() => new BCELoss().Evaluate([1.5f], [1f]));
        Assert.Equal((double)-MathF.Log(0.5f), new BCELoss().Evaluate([0.5f], [1f]).Value, 1e-7);
    }

    sealed record Unreduced : IPredictionLoss
    {
        public Tensor Forward(Tensor prediction, Tensor target) => prediction - target;
    }
}
