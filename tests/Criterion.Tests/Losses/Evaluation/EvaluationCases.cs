using Criterion.Losses;

namespace Criterion.Tests.Losses;

/// <summary>Every loss of the catalogue that is evaluated on arrays, with inputs in its domain, and the others with the reason.</summary>
static class EvaluationCases
{
    // Longer than a chunk of the driver, and no multiple of any lane.
    const int Long = 40_003;

    /// <summary>Losses that are not evaluated on arrays.</summary>
    public static readonly IReadOnlyDictionary<string, string> Excluded = new Dictionary<string, string>
    {
        [nameof(PairwiseDistance)] = "returns a distance for each row, not a loss",
        [nameof(CycleConsistencyLoss)] = "takes images of two domains, four tensors",
        [nameof(IdentityLoss)] = "takes images of two domains, four tensors",
        [nameof(FeatureMatchingLoss)] = "takes lists of features of several layers",
        [nameof(AuxiliaryClassifierGanLoss)] = "takes the outputs of a discriminator",
        [nameof(MeanFeatureMatchingLoss)] = "takes the features of a discriminator",
        [nameof(MutualInformationLoss)] = "takes the outputs of a discriminator",
        [nameof(WeightClip)] = "changes parameters in place",
        [nameof(PullingAwayPenalty)] = "takes the encodings of a discriminator",
        [nameof(VicRegLoss)] = "takes the embeddings of a batch, whose rows are not independent",
        [nameof(BarlowTwinsLoss)] = "takes the embeddings of a batch, whose rows are not independent",
        [nameof(CosentLoss)] = "takes pairs with scores, which it ranks over the batch",
        [nameof(AngleLoss)] = "takes pairs with scores, which it ranks over the batch",
        [nameof(NormalizedSoftmaxLoss)] = "takes the weights of classes, a third matrix",
        [nameof(CosFaceLoss)] = "takes the weights of classes, a third matrix",
        [nameof(ArcFaceLoss)] = "takes the weights of classes, a third matrix",
        [nameof(ProxyNcaLoss)] = "takes the weights of classes, a third matrix",
        [nameof(ProxyAnchorLoss)] = "takes the weights of classes, a third matrix",
        [nameof(LinearCrossEntropyLoss)] = "takes the weights of classes, a third matrix",
        [nameof(MatryoshkaLoss)] = "takes a function of tensors",
        [nameof(UniformityLoss)] = "takes the embeddings of a batch, whose rows are not independent",
        [nameof(KoLeoLoss)] = "takes the embeddings of a batch, whose rows are not independent",
        [nameof(BatchTripletLoss)] = "takes embeddings and the labels that define its triplets",
        [nameof(BatchContrastiveLoss)] = "takes embeddings and the labels that define its pairs",
        [nameof(MultiSimilarityLoss)] = "takes embeddings and the labels that define its pairs",
        [nameof(CircleLoss)] = "takes embeddings and the labels that define its pairs",
        [nameof(NcaLoss)] = "takes embeddings and the labels that define its pairs",
        [nameof(LiftedStructureLoss)] = "takes embeddings and the labels that define its pairs",
        [nameof(NPairLoss)] = "takes embeddings and the labels that define its pairs",
        [nameof(InfoNceLoss)] = "compares all queries of a batch with all keys",
        [nameof(NtXentLoss)] = "compares all rows of a batch with each other",
        [nameof(SigLipLoss)] = "compares all queries of a batch with all keys",
        [nameof(SupConLoss)] = "takes embeddings and the labels that define its pairs",
        [nameof(PatchNceLoss)] = "takes the patches of images, which it compares with each other",
    };

    /// <summary>Losses that combine tensor operations: they allocate small objects.</summary>
    public static readonly IReadOnlySet<string> Composed = new HashSet<string>
    {
        nameof(CTCLoss), nameof(CategoricalHingeLoss), nameof(DiceCrossEntropyLoss), nameof(DiceFromLogitsLoss), nameof(GradientLoss),
        nameof(JaccardFromLogitsLoss), nameof(KlFromLogProbabilitiesLoss), nameof(KlFromProbabilitiesLoss), nameof(MsSsimL1Loss),
        nameof(MultiLabelMarginLoss), nameof(MultiScaleSsimLoss), nameof(NegativeCosineLoss), nameof(PerceptualLoss), nameof(StyleLoss),
        nameof(TotalVariationLoss), nameof(TripletMarginWithDistanceLoss), nameof(TverskyFromLogitsLoss), nameof(WeightedSum),
    };

    public static IReadOnlyList<EvaluationCase> All { get; } = [.. Numbers(), .. Rows(), .. Classes(), .. Images(), .. Special()];

    /// <summary>Returns uniform numbers in [low, high).</summary>
    public static double[] Uniform(int count, double low, double high, int seed)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, count).Select(_ => low + ((high - low) * random.NextDouble()))];
    }

    public static double[] Signs(int count, int seed) => [.. Uniform(count, -1, 1, seed).Select(static x => x < 0 ? -1.0 : 1)];

    static IEnumerable<EvaluationCase> Numbers()
    {
        IPredictionLoss[] plain =
        [
            new CauchyLoss(), new CharbonnierLoss(), new GemanMcClureLoss(), new HuberLoss(), new HuberLoss(reduction: Reduction.Sum),
            new L1Loss(), new LogCoshLoss(), new MSELoss(), new QuantileLoss(0.3), new SmoothL1Loss(), new WelschLoss(),
            new CosineSimilarityLoss(),
        ];
        foreach (IPredictionLoss loss in plain)
        {
            yield return new PredictionCase(loss, Uniform(7, -3, 3, 1), Uniform(7, -3, 3, 2));
            yield return new PredictionCase(loss, Uniform(Long, -3, 3, 3), Uniform(Long, -3, 3, 4));
        }

        IPredictionLoss[] probabilities =
        [
            new BCELoss(), new DiceLoss(), new DiceLoss(smooth: 1, squared: true), new TverskyLoss(),
        ];
        foreach (IPredictionLoss loss in probabilities)
        {
            yield return new PredictionCase(loss, Uniform(30, 0.05, 0.95, 1), Uniform(30, 0, 1, 2), [5, 2, 3]);
        }

        IPredictionLoss[] logits = [new BCEWithLogitsLoss(), new BinaryFocalLoss(), new MultiLabelSoftMarginLoss()];
        foreach (IPredictionLoss loss in logits)
        {
            yield return new PredictionCase(loss, Uniform(33, -4, 4, 1), Uniform(33, 0, 1, 2), [11, 3]);
        }

        yield return new PredictionCase(new PoissonNLLLoss(), Uniform(9, -2, 2, 1), Uniform(9, 0, 5, 2));
        yield return new PredictionCase(new SoftMarginLoss(), Uniform(9, -2, 2, 1), Signs(9, 2));
        yield return new PredictionCase(new BinaryHingeLoss(), Uniform(9, -2, 2, 1), Signs(9, 2));
        yield return new PredictionCase(new SquaredHingeLoss(), Uniform(9, -2, 2, 1), Signs(9, 2));
        yield return new PredictionCase(new AsymmetricLoss(), Uniform(9, -2, 2, 1), Uniform(9, 0, 1, 2));
        yield return new PredictionCase(new MeanAbsolutePercentageLoss(), Uniform(9, -2, 2, 1), Uniform(9, 1, 3, 2));
        yield return new PredictionCase(new MeanSquaredLogarithmicLoss(), Uniform(9, 0.1, 2, 1), Uniform(9, 0, 3, 2));
        yield return new PredictionCase(new HingeEmbeddingLoss(), Uniform(9, 0, 2, 1), Signs(9, 2));
        yield return new PredictionCase(new KLDivLoss(), Uniform(12, -4, -0.1, 1), Uniform(12, 0, 1, 2), [3, 4]);
        yield return new PredictionCase(
            new KLDivLoss(reduction: Reduction.BatchMean), Uniform(12, -4, -0.1, 1), Uniform(12, 0, 1, 2), [3, 4]);
        yield return new RankingCase(new MarginRankingLoss(0.1), Uniform(9, -1, 1, 1), Uniform(9, -1, 1, 2), Signs(9, 3));
        yield return new VarianceCase(new GaussianNLLLoss(), Uniform(9, -1, 1, 1), Uniform(9, -1, 1, 2), Uniform(9, 0.1, 2, 3));
    }

    static IEnumerable<EvaluationCase> Rows()
    {
        PairLoss[] pairs =
        [
            new ContrastiveLoss(), new CosineEmbeddingLoss(0.2), new PairMarginLoss(overNonZero: false),
            new ContrastiveLoss(reduction: Reduction.Sum),
        ];
        foreach (PairLoss loss in pairs)
        {
            yield return new PairCase(loss, Uniform(35, -1, 1, 1), Uniform(35, -1, 1, 2), Signs(5, 3));
            yield return new PairCase(loss, Uniform(35, -1, 1, 1), Uniform(35, -1, 1, 2), [1]);
        }

        Loss[] triplets = [new TripletMarginLoss(), new TripletMarginLoss(p: 3, swap: true), new TripletMarginWithDistanceLoss()];
        foreach (Loss loss in triplets)
        {
            yield return new TripletCase(loss, Uniform(15, -1, 1, 1), Uniform(15, -1, 1, 2), Uniform(15, -1, 1, 3), [3, 5]);
            yield return new TripletCase(loss, Uniform(15, -1, 1, 1), Uniform(15, -1, 1, 2), Uniform(15, -1, 1, 3));
        }

        yield return new PredictionCase(new CosineSimilarityLoss(), Uniform(30, -1, 1, 1), Uniform(30, -1, 1, 2), [2, 3, 5]);
        yield return new PredictionCase(new NegativeCosineLoss(), Uniform(30, -1, 1, 1), Uniform(30, -1, 1, 2), [2, 3, 5]);
    }

    static IEnumerable<EvaluationCase> Classes()
    {
        IPredictionLoss[] losses =
        [
            new CrossEntropyLoss(), new CrossEntropyLoss(labelSmoothing: 0.1), new CrossEntropyLoss(ignoreIndex: 2), new NLLLoss(),
            new FocalLoss(), new MultiMarginLoss(), new MultiMarginLoss(p: 2), new CrossEntropyLoss(reduction: Reduction.Sum),
            new PolyLoss(),
        ];
        foreach (IPredictionLoss loss in losses)
        {
            yield return new LabelCase(loss, Uniform(20, -3, 3, 1), [0, 1, 2, 3, 0]);
            yield return new LabelCase(loss, Uniform(20, -3, 3, 1), [0, 1, 2, 3, 0], [5, 4]);
            yield return new LabelCase(loss, Uniform(4, -0.4, 0.4, 1), [3]);
        }

        IPredictionLoss[] masks =
        [
            new DiceFromLogitsLoss(), new JaccardFromLogitsLoss(), new TverskyFromLogitsLoss(0.3, 0.7, 0.75), new DiceCrossEntropyLoss(),
            new DiceFromLogitsLoss(ignoreIndex: 2, batch: true, reduction: Reduction.Sum),
            new CrossEntropyLoss() + new DiceFromLogitsLoss(),
        ];
        foreach (IPredictionLoss loss in (IPredictionLoss[])[.. masks, new CategoricalHingeLoss()])
        {
            yield return new LabelCase(loss, Uniform(20, -3, 3, 1), [0, 1, 2, 3, 0]);
            yield return new LabelCase(loss, Uniform(24, -3, 3, 1), [0, 1, 2, 3, 0, 2], [2, 4, 3]);
            yield return new LabelCase(loss, Uniform(24, -3, 3, 1), [0, 1, 2, 0, 0, 2, 1, 0], [2, 3, 2, 2]);
        }

        foreach (IPredictionLoss loss in masks[..4])
        {
            yield return new LabelCase(loss, Uniform(8, -3, 3, 1), [0, 1, 1, 0, 0, 0, 1, 1], [2, 1, 4]);
        }

        yield return new LabelCase(new MultiLabelMarginLoss(), Uniform(4, -3, 3, 1), [3, 0, -1, 1]);
        yield return new LabelCase(new MultiLabelMarginLoss(), Uniform(8, -3, 3, 1), [3, 0, -1, 1, 1, -1, 0, 0], [2, 4]);
        foreach (IPredictionLoss loss in (IPredictionLoss[])[new KlFromLogitsLoss(), new JensenShannonLoss()])
        {
            yield return new PredictionCase(loss, Uniform(20, -3, 3, 1), Uniform(20, -3, 3, 2), [5, 4]);
            yield return new PredictionCase(loss, Uniform(20, -3, 3, 1), Uniform(20, -3, 3, 2));
        }

        yield return new PredictionCase(
            new KlFromLogitsLoss(reduction: Reduction.BatchMean), Uniform(20, -3, 3, 1), Uniform(20, -3, 3, 2), [5, 4]);
        yield return new PredictionCase(new CrossEntropyLoss(), Uniform(20, -3, 3, 1), Uniform(20, 0, 1, 2), [5, 4]);
        double[] p = [0.1, 0.2, 0.7], q = [0.25, 0.25, 0.5];
        yield return new PredictionCase(new KlFromProbabilitiesLoss(), p, q);
        yield return new PredictionCase(
            new KlFromLogProbabilitiesLoss(), [.. p.Select(static v => Math.Log(v))], [.. q.Select(static v => Math.Log(v))]);
    }

    static IEnumerable<EvaluationCase> Images()
    {
        (double[] x, double[] y, int[] shape) = (Uniform(2 * 3 * 16 * 17, 0, 1, 1), Uniform(2 * 3 * 16 * 17, 0, 1, 2), [2, 3, 16, 17]);
        yield return new PredictionCase(new PsnrLoss(ImageRange.ZeroOne), x, y, shape);
        yield return new PredictionCase(new PsnrLoss(ImageRange.ZeroOne, pooled: true), x, y, shape);
        yield return new PredictionCase(new SsimLoss(ImageRange.ZeroOne), x, y, shape);
        yield return new PredictionCase(new SsimLoss(ImageRange.ZeroOne, halved: true, reduction: Reduction.Sum), x, y, shape);
        yield return new PredictionCase(new GradientLoss(), x, y, shape);
        yield return new PredictionCase(new MultiScaleSsimLoss(ImageRange.ZeroOne, scales: 1), x, y, shape);
        yield return new PredictionCase(new MultiScaleSsimLoss(ImageRange.ZeroOne, autoReduceScales: true), x, y, shape);
        yield return new PredictionCase(
            new MsSsimL1Loss(ImageRange.ZeroOne), Uniform(40 * 41, 0, 1, 3), Uniform(40 * 41, 0, 1, 4), [1, 1, 40, 41]);
        yield return new ImageCase(new TotalVariationLoss(), x, shape);
        yield return new FeatureCase(new PerceptualLoss(), x, y, shape);
        yield return new FeatureCase(new StyleLoss(), x, y, shape);
    }

    static IEnumerable<EvaluationCase> Special()
    {
        double[] logs = [.. Uniform(5 * 2 * 3, -3, -0.1, 1)];
        yield return new SequenceCase(new CTCLoss(), logs, [5, 2, 3], [1, 2, 2], [5, 4], [2, 1]);
        yield return new PredictionCase((new L1Loss() * 10) + new MSELoss(), Uniform(7, -3, 3, 1), Uniform(7, -3, 3, 2));
        yield return new VarianceCase(
            new GaussianNLLLoss(), Uniform(12, -1, 1, 1), Uniform(12, -1, 1, 2), Uniform(4, 0.1, 2, 3), [4, 3]);
        yield return new PairCase(new PairMarginLoss(), Uniform(35, -1, 1, 1), Uniform(35, -1, 1, 2), Signs(5, 3));
    }
}
