using Criterion.Losses;

namespace Criterion.Tests.Losses;

/// <summary>Targets of the wrong type give advice about the type, and following it works.</summary>
public class LabelTypeTests
{
    static Tensor Logits => Tensor.Randn([8, 3], DType.Float32, new RandomStream(1));

    static Tensor Labels => Tensor.From<long>([0, 1, 2, 0, 1, 2, 0, 1]);

    static Tensor OneHot => Tensor.Eye(3).IndexSelect(0, Labels);

    public static TheoryData<IPredictionLoss> ClassLosses =>
        [new CrossEntropyLoss(), new NLLLoss(), new FocalLoss(), new MultiMarginLoss()];

    public static TheoryData<IPredictionLoss> NumberLosses =>
    [
        new L1Loss(), new MSELoss(), new HuberLoss(), new BCEWithLogitsLoss(), new BinaryFocalLoss(), new MultiLabelSoftMarginLoss(),
        new CosineSimilarityLoss(),
    ];

    [Theory]
    [MemberData(nameof(ClassLosses))]
    public void Labels_of_another_type_are_converted_to_Int64(IPredictionLoss loss)
    {
        double expected = loss.Forward(Logits, Labels).Item();
        foreach (DType type in (DType[])[DType.Float32, DType.Float64, DType.UInt8])
        {
            DTypeException error = Assert.Throws<DTypeException>(() => loss.Forward(Logits, Labels.To(type)));
            Assert.StartsWith(loss.GetType().Name + ": target", error.Message);
            Assert.Contains($"is {type}. Use target.To(DType.Int64)", error.Message);
            Assert.DoesNotContain("Expand", error.Message);
            Assert.Equal(expected, loss.Forward(Logits, Labels.To(type).To(DType.Int64)).Item());
        }

        DTypeException mask = Assert.Throws<DTypeException>(() => loss.Forward(Logits, Labels.Greater(0)));
        Assert.Contains("is Bool. Use target.To(DType.Int64)", mask.Message);
    }

    [Theory]
    [MemberData(nameof(ClassLosses))]
    public void One_hot_rows_are_converted_by_ArgMax(IPredictionLoss loss)
    {
        double expected = loss.Forward(Logits, Labels).Item();
        foreach (DType type in (DType[])[DType.Int64, DType.UInt8, DType.Bool])
        {
            ShapeException error = Assert.Throws<ShapeException>(() => loss.Forward(Logits, OneHot.To(type)));
            Assert.StartsWith(
                $"{loss.GetType().Name}: prediction [8, 3] needs a target of classes [8], but it is [8, 3] of {type}, as one-hot rows are. "
                + "Pass class indices by target.ArgMax(1)",
                error.Message);
            Assert.Equal(
                loss is CrossEntropyLoss, error.Message.EndsWith(", or convert it to class probabilities by target.To(DType.Float32)."));
            Assert.Equal(expected, loss.Forward(Logits, OneHot.To(type).ArgMax(1)).Item());
        }
    }

    [Fact]
    public void Cross_entropy_takes_one_hot_rows_of_floats()
    {
        CrossEntropyLoss loss = new();
        Assert.Equal(loss.Forward(Logits, Labels).Item(), loss.Forward(Logits, OneHot.To(DType.Int64).To(DType.Float32)).Item(), 1e-6);
        foreach (IPredictionLoss other in (IPredictionLoss[])[new NLLLoss(), new FocalLoss(), new MultiMarginLoss()])
        {
            ShapeException error = Assert.Throws<ShapeException>(() => other.Forward(Logits, OneHot));
            Assert.EndsWith("Pass class indices by target.ArgMax(1).", error.Message);
        }
    }

    [Fact]
    public void A_single_row_gets_the_same_advice()
    {
        Tensor row = Tensor.From(1f, 2, 3);
        DTypeException label = Assert.Throws<DTypeException>(() => new CrossEntropyLoss().Forward(row, Tensor.Scalar(1)));
        Assert.Equal(
            "CrossEntropyLoss: target [] has the shape of class indices for prediction [3], but is Float32. "
            + "Use target.To(DType.Int64), or pass class probabilities [3].",
            label.Message);
        ShapeException oneHot = Assert.Throws<ShapeException>(() => new FocalLoss().Forward(row, Tensor.From<long>([0, 1, 0])));
        Assert.EndsWith("Pass class indices by target.ArgMax(0).", oneHot.Message);
    }

    [Theory]
    [MemberData(nameof(ClassLosses))]
    public void Swapped_arguments_are_named(IPredictionLoss loss)
    {
        if (loss is not CrossEntropyLoss)
        {
            ShapeException error = Assert.Throws<ShapeException>(() => loss.Forward(Labels, Logits));
            Assert.EndsWith(
                "The prediction is Int64 and the target Float32: pass the logits first and the classes second.", error.Message);
        }
    }

    [Fact]
    public void Arrays_of_float_labels_get_the_same_advice()
    {
        DTypeException error = Assert.Throws<DTypeException>(() => new CrossEntropyLoss().Evaluate(new float[24], new float[8]));
        Assert.Equal(
            "CrossEntropyLoss: 8 targets for 24 predictions appear to be class labels, which are integers. Pass them as int[] or long[].",
            error.Message);
        Assert.True(new CrossEntropyLoss().Evaluate(new float[24], new int[8]).Value > 0);
    }

    [Fact]
    public void Lists_of_classes_are_Int64()
    {
        DTypeException error = Assert.Throws<DTypeException>(() => new MultiLabelMarginLoss().Forward(Logits, OneHot));
        Assert.Equal(
            "MultiLabelMarginLoss: target must hold class indices of type Int64, but is Float32. Use target.To(DType.Int64).",
            error.Message);
        DTypeException sequence = Assert.Throws<DTypeException>(
            () => new CTCLoss().Forward(Logits, Tensor.From(1f, 2), (int[])[8], (int[])[2]));
        Assert.EndsWith("Use targets.To(DType.Int64).", sequence.Message);
    }

    [Fact]
    public void Labels_of_a_conditional_GAN_get_the_advice()
    {
        MutualInformationLoss loss = new();
        Assert.EndsWith(
            "Use labels.To(DType.Int64).", Assert.Throws<DTypeException>(() => loss.Discrete(Logits, Labels.To(DType.Float32))).Message);
        Assert.EndsWith(
            "For one-hot rows use labels.ArgMax(1).", Assert.Throws<ShapeException>(() => loss.Discrete(Logits, OneHot)).Message);
    }

    [Theory]
    [MemberData(nameof(NumberLosses))]
    public void Losses_of_numbers_name_the_loss_for_class_indices(IPredictionLoss loss)
    {
        ShapeException error = Assert.Throws<ShapeException>(() => loss.Forward(Logits, Labels));
        Assert.Equal(
            $"{loss.GetType().Name}: prediction [8, 3] and target [8] differ in rank. target is Int64: for class indices use "
            + "CrossEntropyLoss, or one-hot rows by target.OneHot(C).",
            error.Message);
        Assert.True(double.IsFinite(loss.Forward(Logits, Labels.OneHot(3)).Item()));
    }

    [Theory]
    [MemberData(nameof(NumberLosses))]
    public void Integer_targets_and_masks_of_the_shape_count_as_numbers(IPredictionLoss loss)
    {
        double expected = loss.Forward(Logits, OneHot).Item();
        foreach (DType type in (DType[])[DType.Int64, DType.UInt8, DType.Bool, DType.Float64])
        {
            Assert.Equal(expected, loss.Forward(Logits, OneHot.To(type)).Item(), 1e-6);
        }
    }

    [Fact]
    public void Masks_of_overlap_count_as_numbers()
    {
        Tensor probabilities = Logits.Sigmoid();
        foreach (IPredictionLoss loss in (IPredictionLoss[])[new DiceLoss(), new TverskyLoss(), new BCELoss()])
        {
            Assert.Equal(
                loss.Forward(probabilities, OneHot).Item(), loss.Forward(probabilities, OneHot.To(DType.Bool)).Item(), 1e-6);
        }
    }

    [Fact]
    public void Signed_targets_of_0_and_1_get_the_conversion()
    {
        Tensor mask = Labels.Greater(0);
        Tensor rows = Tensor.Randn([8, 4], DType.Float32, new RandomStream(2));
        CosineEmbeddingLoss cosine = new();
        LossException error = Assert.Throws<LossException>(() => cosine.Forward(rows, Logits.Sum(1, keepDim: true).Expand(8, 4), mask));
        Assert.EndsWith("but element 0 is 0. For 1 and 0, or true and false, use 2 * target - 1.", error.Message);
        Assert.True(double.IsFinite(cosine.Forward(rows, rows + 1, (2 * mask) - 1).Item()));
        Assert.Equal(
            new ContrastiveLoss().Forward(rows, rows + 1, mask.To(DType.Float32)).Item(),
            new ContrastiveLoss().Forward(rows, rows + 1, mask).Item());
        LossException margin = Assert.Throws<LossException>(() => new SoftMarginLoss().Forward(rows, rows.Greater(0)));
        Assert.EndsWith("For classes 0 and 1 use 2 * y - 1.", margin.Message);
    }
}
