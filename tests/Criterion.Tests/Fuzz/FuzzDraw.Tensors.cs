namespace Criterion.Tests.Fuzz;

// Which tensor goes where: by the name of the parameter and of what is called, so that most calls have something to do.
sealed partial class FuzzDraw
{
    static readonly string[] TakesSigns =
        ["SoftMarginLoss", "HingeEmbeddingLoss", "MarginRankingLoss", "CosineEmbeddingLoss", "BinaryHingeLoss", "SquaredHingeLoss"];

    static readonly string[] TakesShares =
        ["BCE", "Focal", "Dice", "Tversky", "SoftMargin", "Probability", "Ssim", "Psnr", "Gmsd", "Vif", "MultiScale", "ImageScore"];

    static readonly string[] TakesClasses =
    [
        "CrossEntropyLoss", "NLLLoss", "FocalLoss", "MultiMarginLoss", "PolyLoss", "CategoricalHingeLoss", "DiceFromLogitsLoss",
        "JaccardFromLogitsLoss", "TverskyFromLogitsLoss", "DiceCrossEntropyLoss",
    ];

    static readonly string[] TakesClassWeights =
        ["NormalizedSoftmaxLoss", "CosFaceLoss", "ArcFaceLoss", "ProxyNcaLoss", "ProxyAnchorLoss", "LinearCrossEntropyLoss"];

    static readonly string[] TakesRowLabels =
    [
        "BatchTripletLoss", "BatchContrastiveLoss", "MultiSimilarityLoss", "CircleLoss", "NcaLoss", "LiftedStructureLoss", "NPairLoss",
        "SupConLoss",
    ];

    /// <summary>The tensor for a parameter of the method or of the constructor of <paramref name="owner"/>.</summary>
    public Tensor TensorFor(string owner, string name) => (owner, name) switch
    {
        ("Tensor", _) => OperandFor(name),
        ("Autograd", "output" or "outputs") => Differentiable(),
        ("Autograd", "input" or "inputs") => Tensors.Count > 0 ? Tensors[0] : Floats(Main),
        ("Autograd", _) => Floats(Main),
        ("GradientBalance", "at") => Tensors[0],
        ("GradientBalance", _) => Differentiable().Sum(),
        ("LossReport", _) => Floats([]),
        ("KlFromLogProbabilitiesLoss", _) => Shares().Log(),
        (_, "gradient") => Floats(Main),
        ("Embedding", _) => Integers(Main, 0, 3),
        (_, "labels") when TakesClassWeights.Contains(owner) => Integers([At(0)], 0, 2),
        (_, "weights") when TakesClassWeights.Contains(owner) => Floats([6, At(1)]),
        ("LinearCrossEntropyLoss", "bias" or "Weight") => Floats([6], 0.1, 2),
        ("InfoNceLoss" or "NtXentLoss" or "SigLipLoss" or "SupConLoss", "temperature") => Floats([], 0.1, 2),
        ("SigLipLoss", "bias") => Floats([]),
        ("CosentLoss" or "AngleLoss", "scores") => Floats([At(0)]),
        (_, "labels" or "queryLabels") when TakesRowLabels.Contains(owner) => Integers([At(0)], 0, 3),
        (_, "keyLabels") when TakesRowLabels.Contains(owner) => Integers([Tensors[^1].Rank > 0 ? Tensors[^1].Shape[0] : 1], 0, 3),
        ("RetrievalEvaluator", "labels" or "queryLabels" or "galleryLabels") => Integers([At(0)], 0, 2),
        ("ClusterAgreement", _) => Integers([At(0)], 0, 4),
        ("CTCLoss", "targets") => Integers([At(1), 2], 1, Math.Max(2, At(2))),
        ("CTCLoss", "inputLengths") => Integers([At(1)], At(0), At(0) + 1),
        ("CTCLoss", "targetLengths") => Integers([At(1)], 0, 3),
        ("CTCLoss", _) => Floats(Main, -4, 0),
        (_, "target") when TakesClasses.Contains(owner) && Chance(0.8) => Integers(WithoutClasses(), 0, At(1)),
        (_, "Weight") when TakesClasses.Contains(owner) || owner == "MultiLabelSoftMarginLoss" => Floats([At(1)], 0.1, 2),
        ("CrossEntropyLoss" or "KlFromProbabilitiesLoss", _) when name != "prediction" || owner[0] == 'K' => Shares(),
        ("MultiLabelMarginLoss", "target") => Integers(Main, -1, At(1)),
        ("AuxiliaryClassifierGanLoss", "realLabels" or "fakeLabels") => Integers([At(0)], 0, At(1)),
        ("MutualInformationLoss", "codes" or "code" or "classes" or "labels") when Chance(0.5) => Integers([At(0)], 0, At(1)),
        ("CosineEmbeddingLoss", "target") => Signs([At(0)]),
        ("ContrastiveLoss" or "PairMarginLoss", "target") => Flags([At(0)]),
        (_, "weights") when owner != "OrthogonalPenalty" => Floats([At(0)], 0.1, 2),
        (_, "variance" or "posWeight" or "PosWeight") => Floats(Main, 0.1, 2),
        ("InceptionScore", _) => Shares(),
        (_, "target") when TakesSigns.Contains(owner) => Signs(Main),
        ("GaussianNLLLoss" or "PoissonNLLLoss", "target") => Floats(Main, 0, 5),
        _ when HasAny(owner, TakesShares) && !owner.Contains("Logits", StringComparison.Ordinal) => Floats(Main, 0, 1),
        _ when HasAny(owner, TakesShares) && name == "target" => Floats(Main, 0, 1),
        _ => Floats(Chance(0.95) ? Main : Meeting(Main)),
    };

    /// <summary>The main tensor of a layer, image or embedding.</summary>
    public Tensor Input() => Owner == "Embedding" ? Integers(Main, 0, 3) : Floats(Main);

    Tensor OperandFor(string name) => (Member, name) switch
    {
        (_, "index") => Integers(IndexShape(), 0, Main.Rank == 0 ? 1 : Main[_dim]),
        (_, "source") => Floats(Tensors[^1].Shape),
        (_, "mask" or "condition") => Flags(Meeting(Main)),
        ("GridSample", "grid") => Floats([At(0), 3, 4, 2]),
        ("Conv2d" or "ConvTranspose2d", "weight") => Floats(KernelShape()),
        (_, "bias") => Floats([_outputs]),
        ("MatMul", _) => Floats(MatrixShape()),
        ("Dot" or "CopyFrom" or "Backward", _) => Floats(Main),
        ("op_BitwiseAnd" or "op_BitwiseOr" or "op_ExclusiveOr" or "op_LogicalNot", _) => Flags(Meeting(Main)),
        ("Outer", _) => Floats([Of<int>(Sizes)]),
        ("set_Part", _) => Floats(Chance(0.7) ? [] : Meeting(Main)),
        _ => Floats(Meeting(Main)),
    };

    Tensor Differentiable()
    {
        Tensor x = Tensors.Count > 0 ? Tensors[0] : Floats(Main);
        x.RequiresGrad |= x.DType.IsFloat();
        return x * x;
    }

    Tensor Shares()
    {
        Tensor logits = Floats(Main);
        return logits.Rank > 0 && logits.Count > 0 ? logits.Detach().Softmax(Math.Min(1, logits.Rank - 1)) : logits;
    }

    /// <summary>The size of a dim of the main shape, or 2.</summary>
    int At(int dim) => dim < Main.Rank ? Main[dim] : 2;

    Shape WithoutClasses() => Main.Rank > 1 ? Main.Without(1) : [];

    Shape IndexShape() => Member == "IndexSelect"
        ? [Of<int>(Sizes)]
        : [.. Main.Select((size, dim) => dim == _dim ? Of<int>(Sizes) : Next(size > 0 ? 1 : 0, size + 1))];

    Shape KernelShape()
    {
        int each = Member == "Conv2d" || Chance(0.8) ? Next(1, 5) : Next(16, 36);
        int wide = At(1) >= 16 ? Next(16, 36) : each;
        (int height, int width) = (Next(1, 5), Next(1, 5));
        _outputs = wide * _groups;
        return Member == "Conv2d" ? [_outputs, At(1) / _groups, height, width] : [At(1), wide, height, width];
    }

    Shape MatrixShape()
    {
        int depth = Main.Rank == 0 ? 1 : Main[-1];
        int columns = Of<int>(Sizes);
        Shape matrix = Chance(0.1) ? [depth] : [depth, columns];
        return Main.Rank < 3 || Chance(0.5) ? matrix : [.. Meeting([.. Main.Take(Main.Rank - 2)]), depth, columns];
    }
}
