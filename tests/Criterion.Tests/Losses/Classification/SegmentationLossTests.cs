using Criterion.Losses;
using Criterion.Tests.Golden;

namespace Criterion.Tests.Losses.Classification;

public class SegmentationLossTests
{
    const string File = "segmentation";

    static readonly SegmentationLoss[] Losses =
        [new DiceFromLogitsLoss(), new JaccardFromLogitsLoss(), new TverskyFromLogitsLoss(0.3, 0.7, gamma: 0.75)];

    public static IEnumerable<TheoryDataRow<string, string>> Golden => GoldenFile.Rows(File);

    public static TheoryData<SegmentationLoss> All => [.. Losses];

    static RandomStream Random => new(7);

    [Theory]
    [MemberData(nameof(Golden))]
    public void Agrees_with_the_definition_of_other_libraries(string op, string name)
    {
        GoldenCase golden = GoldenFile.Find(File, op, name);
        GoldenAssert.Matches(golden, x => Call(golden, x[0], x[1]));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Derivatives_are_those_of_central_differences(SegmentationLoss loss)
    {
        Tensor target = Classes([2, 2, 3], 3);
        target[0, 0, 0] = Tensor.Scalar(-100, DType.Int64);
        foreach (bool batch in (bool[])[false, true])
        {
            GradCheck.Check(x => (loss with { Batch = batch }).Forward(x[0], target), [Logits(2, 3, 2, 3)]);
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Ignored_pixels_have_neither_loss_nor_gradient(SegmentationLoss loss)
    {
        Tensor x = Logits(1, 3, 4);
        Tensor other = x.Clone();
        other.Narrow(2, 3, 1).Fill(5);
        Tensor target = Tensor.From<long>([0, 1, 2, 255], [1, 4]);
        SegmentationLoss ignoring = loss with { IgnoreIndex = 255 };
        Assert.Equal(ignoring.Forward(x, target).Item(), ignoring.Forward(other, target).Item());
        x.RequiresGrad = true;
        ignoring.Forward(x, target).Backward();
        Assert.Equal([0, 0, 0], x.Grad!.Narrow(2, 3, 1).ToArray<double>());
        Assert.Equal(
            loss.Forward(x.Detach().Narrow(2, 0, 3), target.Narrow(1, 0, 3)).Item(), ignoring.Forward(x, target).Item(), 1e-12);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void False_alarms_of_an_absent_class_cost_something_unless_asked_for_zero(SegmentationLoss loss)
    {
        Tensor target = Tensor.From<long>([0, 1, 0, 1], [1, 4]);
        Tensor x = Logits(1, 3, 4);
        x.RequiresGrad = true;
        SegmentationLoss each = loss with { Reduction = Reduction.None };
        Tensor counted = each.Forward(x, target)[0, 2];
        counted.Backward();
        Assert.True(counted.Item() > 0.1);
        Assert.All(x.Grad!.Narrow(1, 2, 1).ToArray<double>(), static slope => Assert.True(slope > 0));
        Assert.Equal(0, (each with { AbsentClasses = AbsentClasses.Zero }).Forward(x, target)[0, 2].Item());
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Without_the_background_class_0_does_not_count(SegmentationLoss loss)
    {
        (Tensor x, Tensor target) = (Logits(2, 3, 5), Classes([2, 5], 3));
        SegmentationLoss each = loss with { Reduction = Reduction.None };
        Tensor with = each.Forward(x, target);
        Assert.Equal([2, 3], with.Shape);
        GoldenAssert.Close(with.Narrow(1, 1, 2), (each with { Background = false }).Forward(x, target), "foreground");
        GoldenAssert.Close(with.Narrow(1, 1, 2).Mean(), (loss with { Background = false }).Forward(x, target), "mean");
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Over_the_batch_it_is_the_loss_of_one_sample_that_contains_all(SegmentationLoss loss)
    {
        (Tensor x, Tensor target) = (Logits(2, 3, 5), Classes([2, 5], 3));
        Tensor joined = x.Transpose(0, 1).Reshape(1, 3, 10);
        Tensor batch = (loss with { Batch = true, Reduction = Reduction.None }).Forward(x, target);
        Assert.Equal([3], batch.Shape);
        Tensor one = (loss with { Reduction = Reduction.None }).Forward(joined, target.Reshape(1, 10));
        GoldenAssert.Close(one.Flatten(), batch, "batch");
        Assert.NotEqual(loss.Forward(x, target).Item(), batch.Mean().Item());
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Certain_and_correct_logits_cost_nothing_with_finite_derivatives(SegmentationLoss loss)
    {
        Tensor target = Tensor.From<long>([0, 1, 2, 1], [1, 4]);
        Tensor x = (target.OneHot(3, DType.Float64).Transpose() * 2e4) - 1e4;
        foreach (Tensor at in (Tensor[])[x, -x])
        {
            at.RequiresGrad = true;
            Tensor value = loss.Forward(at, target);
            Tensor slope = Criterion.Autograd.Grad([value], [at], createGraph: true)[0];
            Assert.All(slope.ToArray<double>(), static number => Assert.True(double.IsFinite(number)));
            Assert.True(double.IsFinite(value.Item()));
        }

        Assert.Equal(0, loss.Forward(x, target).Item(), 1e-8);
        Assert.True(loss.Forward(-x, target).Item() > 0.5);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void NaN_shows(SegmentationLoss loss)
    {
        Tensor x = Logits(2, 3, 4);
        x[1, 1, 2] = Tensor.Scalar(double.NaN);
        Assert.True(double.IsNaN(loss.Forward(x, Classes([2, 4], 3)).Item()));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void No_pixel_is_an_error_unless_asked_for_zero(SegmentationLoss loss)
    {
        Tensor x = Logits(1, 3, 2);
        x.RequiresGrad = true;
        Tensor ignored = Tensor.From<long>([-100, -100], [1, 2]);
        Assert.Contains("OnEmpty", Assert.Throws<LossException>(() => loss.Forward(x, ignored)).Message, StringComparison.Ordinal);
        Tensor zero = (loss with { OnEmpty = OnEmpty.Zero }).Forward(x, ignored);
        zero.Backward();
        Assert.Equal(0, zero.Item());
        Assert.All(x.Grad!.ToArray<double>(), static slope => Assert.Equal(0, slope));
        Tensor none = Tensor.Zeros([0, 3, 2], DType.Float64);
        Assert.Throws<LossException>(() => loss.Forward(none, Tensor.Zeros([0, 2], DType.Int64)));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Wrong_inputs_are_errors_that_name_them(SegmentationLoss loss)
    {
        Assert.Contains("[2, 5]", Assert.Throws<ShapeException>(() => loss.Forward(Logits(2, 3, 5), Classes([2, 4], 3))).Message);
        Assert.Contains("Unsqueeze", Assert.Throws<ShapeException>(() => loss.Forward(Logits(3), Classes([1], 3))).Message);
        Assert.Contains("element 1", Assert.Throws<LossException>(
            () => loss.Forward(Logits(1, 3, 2), Tensor.From<long>([0, 3], [1, 2]))).Message);
        Assert.ThrowsAny<CriterionException>(() => loss.Forward(Logits(1, 3, 2), Tensor.Zeros([1, 2], DType.Float64)));
    }

    [Fact]
    public void Plain_losses_of_probabilities_are_the_same_behind_a_softmax()
    {
        (Tensor x, Tensor target) = (Logits(2, 3, 5), Classes([2, 5], 3));
        (Tensor p, Tensor y) = (x.Softmax(1).Flatten(0, 1), target.OneHot(3, DType.Float64).Transpose().Flatten(0, 1));
        GoldenAssert.Close(new DiceLoss(smooth: 1).Forward(p, y), new DiceFromLogitsLoss().Forward(x, target), "Dice", 1e-7);
        GoldenAssert.Close(
            new TverskyLoss(0.2, 0.8, smooth: 1).Forward(p, y), new TverskyFromLogitsLoss(0.2, 0.8).Forward(x, target), "Tversky", 1e-7);
        GoldenAssert.Close(
            new JaccardFromLogitsLoss().Forward(x, target), new TverskyFromLogitsLoss(1, 1).Forward(x, target), "Jaccard");
    }

    [Fact]
    public void Dice_and_cross_entropy_report_their_parts()
    {
        (Tensor x, Tensor target) = (Logits(2, 3, 5), Classes([2, 5], 3));
        LossReport report = new DiceCrossEntropyLoss(2, 3).Evaluate(x, target);
        Assert.Equal(new DiceFromLogitsLoss().Forward(x, target).Item(), report["dice"], 1e-12);
        Assert.Equal(new CrossEntropyLoss().Forward(x, target).Item(), report["cross-entropy"], 1e-12);
        Assert.Equal((2 * report["dice"]) + (3 * report["cross-entropy"]), report.Total.Item(), 1e-12);
        Tensor weight = Tensor.From<double>(1, 2, 3);
        Assert.Equal(
            new CrossEntropyLoss(weight).Forward(x, target).Item(),
            new DiceCrossEntropyLoss(classWeight: weight).Evaluate(x, target)["cross-entropy"],
            1e-12);
        Assert.Throws<ShapeException>(
            () => new DiceCrossEntropyLoss(classWeight: weight).Forward(Logits(2, 1, 5), Classes([2, 5], 2)));
        Assert.Throws<LossException>(() => new DiceCrossEntropyLoss(ignoreIndex: 1).Forward(x, Tensor.Ones([2, 5], DType.Int64)));
    }

    [Theory]
    [InlineData(2, 3, 5)]
    [InlineData(2, 1, 5)]
    public void Derivatives_of_Dice_and_cross_entropy_are_those_of_central_differences(int samples, int channels, int pixels)
    {
        Tensor target = Classes([samples, pixels], Math.Max(2, channels));
        target[1, 2] = Tensor.Scalar(-100, DType.Int64);
        GradCheck.Check(x => new DiceCrossEntropyLoss(2, 3).Forward(x[0], target), [Logits(samples, channels, pixels)]);
    }

    [Theory]
    [InlineData(DType.Float32)]
    [InlineData(DType.Float64)]
    public void Extreme_logits_of_Dice_and_cross_entropy_are_finite_to_second_order(DType type)
    {
        foreach (double[] logits in (double[][])[[1e4, -1e4, 0, 0], [-1e4, 1e4, 1e4, -1e4], [0, 0, 0, 0]])
        {
            foreach (Shape shape in (Shape[])[[1, 2, 2], [1, 1, 4]])
            {
                Tensor x = Tensor.From(logits, shape).To(type);
                x.RequiresGrad = true;
                Tensor loss = new DiceCrossEntropyLoss().Forward(x, Classes([1, shape[2]], 2));
                Tensor first = Criterion.Autograd.Grad(loss, x, createGraph: true);
                Tensor second = Criterion.Autograd.Grad(first.Square().Sum(), x);
                Assert.All((Tensor[])[loss, first, second], value => Assert.Equal(1, value.IsFinite().To(DType.Int64).Min().Item()));
            }
        }
    }

    [Fact]
    public void Dice_and_cross_entropy_of_single_precision_are_near_double_and_NaN_shows()
    {
        (Tensor x, Tensor target) = (Logits(3, 4, 50), Classes([3, 50], 4));
        Tensor single = new DiceCrossEntropyLoss().Forward(x.To(DType.Float32), target);
        Assert.Equal(DType.Float32, single.DType);
        Assert.Equal(new DiceCrossEntropyLoss().Forward(x.To(DType.Float32).To(DType.Float64), target).Item(), single.Item(), 2e-6);
        x[2, 3, 7] = Tensor.Scalar(double.NaN);
        Assert.True(double.IsNaN(new DiceCrossEntropyLoss().Forward(x, target).Item()));
        CriterionAssert.IsShown(new DiceCrossEntropyLoss());
        CriterionAssert.IsStored(new DiceCrossEntropyLoss(2, 3, true, 0.5, false, true, AbsentClasses.Zero, 7));
    }

    [Fact]
    public void Options_out_of_range_are_errors()
    {
        Assert.Throws<ArgumentOutOfRangeException>(static () => new DiceFromLogitsLoss(smooth: -1));
        Assert.Throws<ArgumentOutOfRangeException>(static () => new TverskyFromLogitsLoss(alpha: -1));
        Assert.Throws<ArgumentOutOfRangeException>(static () => new TverskyFromLogitsLoss(beta: -1));
        Assert.Throws<ArgumentOutOfRangeException>(static () => new TverskyFromLogitsLoss(gamma: 0));
        Assert.Throws<ArgumentOutOfRangeException>(static () => new DiceCrossEntropyLoss(diceWeight: -1));
        Assert.Throws<ArgumentOutOfRangeException>(static () => new DiceCrossEntropyLoss(crossEntropyWeight: double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(static () => new DiceFromLogitsLoss(reduction: Reduction.BatchMean));
    }

    static Tensor Logits(params int[] sizes) => Tensor.Randn(new Shape(sizes), DType.Float64, Random);

    static Tensor Classes(int[] sizes, int count)
    {
        int[] numbers = [.. Enumerable.Range(0, sizes.Aggregate(static (a, b) => a * b))];
        return Tensor.From([.. numbers.Select(i => (long)(i * 7 % count))], new Shape(sizes));
    }

    static Tensor Call(GoldenCase golden, Tensor x, Tensor y)
    {
        GoldenArgs a = golden.Args;
        double smooth = a.Double("smooth");
        bool batch = a.Flag("batch");
        return golden.Op switch
        {
            "monai" when a.Flag("jaccard") => new JaccardFromLogitsLoss(smooth / 2, batch: batch).Forward(x, y),
            "monai" => new DiceFromLogitsLoss(
                    a.Flag("squared"), smooth, !a.Has("background") || a.Flag("background"), batch, reduction: golden.Reduction())
                .Forward(x, y),
            "nnunet" when a.Has("ce") => new DiceCrossEntropyLoss(
                a.Double("dice"), a.Double("ce"), smooth: smooth, background: false, batch: batch).Forward(x, y),
            "nnunet" => new DiceFromLogitsLoss(smooth: smooth, background: false, batch: batch).Forward(x, y),
            "smp" => Pytorch(a).Forward(x, y),
            _ => new TverskyFromLogitsLoss(a.Double("alpha"), a.Double("beta"), a.Double("gamma"), smooth).Forward(x, y),
        };
    }

    static SegmentationLoss Pytorch(GoldenArgs a)
    {
        SegmentationLoss loss = a.Text("kind") switch
        {
            "dice" => new DiceFromLogitsLoss(smooth: a.Double("smooth")),
            "jaccard" => new JaccardFromLogitsLoss(a.Double("smooth")),
            _ => new TverskyFromLogitsLoss(a.Double("alpha"), a.Double("beta"), smooth: a.Double("smooth")),
        };
        return loss with { Batch = true, AbsentClasses = AbsentClasses.Zero };
    }
}
