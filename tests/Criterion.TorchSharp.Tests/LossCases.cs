using Criterion.Losses;
using Criterion.Metrics;
using static Criterion.TorchSharp.Tests.Operand;

namespace Criterion.TorchSharp.Tests;

/// <summary>Calls of every extension method, at odd sizes.</summary>
static class LossCases
{
    const int Rows = 7;
    const int Features = 5;

    static readonly Operand Row = Number(Rows, Features);
    static readonly Operand Image = Uniform(0.05, 0.95, 2, 3, 19, 13);
    static readonly Operand SmallImage = Uniform(0.05, 0.95, 1, 1, 34, 33);
    static readonly Operand Map = Number(2, 3, 5);
    static readonly Operand Classes = Class(Features, Rows);
    static readonly Operand Pairs = Labels(Rows);
    static readonly Operand Weights = Number(3, Features);

    /// <summary>Criteria whose methods take a network and are tested apart, or have none on tensors.</summary>
    public static readonly Type[] Apart =
        [typeof(WeightClip), typeof(MatryoshkaLoss), typeof(PathLengthPenalty), typeof(OrthogonalPenalty)];

    public static IReadOnlyList<LossCase> Differentiable { get; } =
        [.. Numbers(), .. Embeddings(), .. InBatch(), .. Gans(), .. Images(), .. Penalties()];

    public static IReadOnlyList<LossCase> Metrics { get; } = [.. OfMetrics()];

    static IEnumerable<LossCase> Numbers()
    {
        foreach (Reduction reduction in (Reduction[])[Reduction.Mean, Reduction.None])
        {
            IPredictionLoss[] plain =
            [
                new L1Loss(reduction), new MSELoss(reduction), new HuberLoss(0.7, reduction), new SmoothL1Loss(0.7, reduction),
                new LogCoshLoss(reduction), new QuantileLoss(0.3, reduction), new CauchyLoss(0.7, reduction),
                new WelschLoss(0.7, reduction), new CharbonnierLoss(0.3, reduction: reduction), new GemanMcClureLoss(0.7, reduction),
                new CosineSimilarityLoss(reduction: reduction), new NegativeCosineLoss(reduction: reduction),
                new KlFromLogitsLoss(reduction: reduction), new JensenShannonLoss(reduction: reduction),
            ];
            foreach (IPredictionLoss loss in plain)
            {
                yield return Of(loss, Row, Row);
            }

            yield return Of(new BCELoss(reduction: reduction), Probability(Rows), Probability(Rows));
            yield return Of(new BCEWithLogitsLoss(reduction: reduction), Uniform(-60, 60, Rows), Probability(Rows));
            yield return Of(new BinaryFocalLoss(0.3, 1.7, reduction), Number(Rows), Probability(Rows));
            yield return Of(new PoissonNLLLoss(full: true, reduction: reduction), Number(Rows), Positive(Rows));
            yield return Of(new PoissonNLLLoss(logInput: false, reduction: reduction), Positive(Rows), Positive(Rows));
            yield return Of(new KLDivLoss(reduction: reduction), LogProbabilities(Rows, 3), Probabilities(Rows, 3));
            yield return Of(
                new KlFromProbabilitiesLoss(tolerance: double.PositiveInfinity, reduction: reduction),
                Probabilities(Rows, 3),
                Probabilities(Rows, 3));
            yield return Of(new AsymmetricLoss(reduction: reduction), Number(Rows), Probability(Rows));
            yield return Of(new MeanAbsolutePercentageLoss(reduction: reduction), Number(Rows), Positive(Rows));
            yield return Of(new MeanSquaredLogarithmicLoss(reduction: reduction), Positive(Rows), Positive(Rows));
            yield return Of(new BinaryHingeLoss(reduction), Number(Rows), Sign(Rows));
            yield return Of(new SquaredHingeLoss(reduction), Number(Rows), Sign(Rows));
            yield return Of(new CategoricalHingeLoss(reduction), Row, Classes);
            yield return Of(new PolyLoss(reduction: reduction), Row, Classes);
            yield return Of(new DiceFromLogitsLoss(reduction: reduction), Number(3, 4, 5), Class(4, 3, 5));
            yield return Of(new JaccardFromLogitsLoss(reduction: reduction), Number(3, 4, 5), Class(4, 3, 5));
            yield return Of(new TverskyFromLogitsLoss(reduction: reduction), Number(3, 4, 5), Class(4, 3, 5));
            yield return Of(new DiceCrossEntropyLoss(), Number(3, 4, 5), Class(4, 3, 5));
            yield return Of(new SoftMarginLoss(reduction), Number(Rows), Sign(Rows));
            yield return Of(new HingeEmbeddingLoss(0.7, reduction), Positive(Rows), Sign(Rows));
            yield return Of(new GaussianNLLLoss(true, 0.3, reduction), Number(Rows), Number(Rows), Positive(Rows));
            yield return Of(new MarginRankingLoss(0.3, reduction), Number(Rows), Number(Rows), Sign(Rows));
            yield return Of(new CrossEntropyLoss(labelSmoothing: 0.1, reduction: reduction), Row, Classes);
            yield return Of(new CrossEntropyLoss(reduction: reduction), Number(3, 4, 5), Class(4, 3, 5));
            yield return Of(new NLLLoss(reduction: reduction), LogProbabilities(Rows, Features), Classes);
            yield return Of(new FocalLoss(reduction: reduction), Row, Classes);
            yield return Of(new MultiMarginLoss(reduction: reduction), Row, Classes);
            yield return Of(new MultiLabelSoftMarginLoss(reduction: reduction), Row, Probability(Rows, Features));
            yield return Of(new MultiLabelMarginLoss(reduction), Number(2, 4), Fixed([3, 0, -1, 1, 1, -1, 0, 0], 2, 4));
            yield return Of(new DiceLoss(reduction: reduction), Probability(3, 4, 5), Probability(3, 4, 5));
            yield return Of(new TverskyLoss(reduction: reduction), Probability(3, 4, 5), Probability(3, 4, 5));
            foreach (object?[] counted in (object?[][])[[], [LossCase.Out]])
            {
                yield return new(
                    new CTCLoss(reduction: reduction),
                    "Forward",
                    [LogProbabilities(9, 2, 4), Fixed([1, 2, 3, 3, 1, 2], 2, 3), Fixed([9, 8], 2), Fixed([3, 2], 2), .. counted]);
            }

            yield return Of(new LinearCrossEntropyLoss(reduction: reduction), Row, Pairs, Weights, Number(3));
        }

        yield return Of(
            new KlFromLogProbabilitiesLoss(tolerance: double.PositiveInfinity), LogProbabilities(Rows, 3), LogProbabilities(Rows, 3));
        yield return Of(Loss.From(static (x, y) => (x - y).Abs().Pow(1.5).Mean(), "power"), Row, Row);
        yield return Of((new MSELoss() * 0.3) + (new HuberLoss() * 2) + new CosineSimilarityLoss(), Row, Row);
    }

    static IEnumerable<LossCase> Embeddings()
    {
        PairLoss[] pairs =
        [
            new CosineEmbeddingLoss(0.25), new ContrastiveLoss(), new PairMarginLoss(0.3, 1.2),
            new CosineEmbeddingLoss(reduction: Reduction.None),
        ];
        foreach (PairLoss loss in pairs)
        {
            yield return Of(loss, Row, Row, Sign(Rows), null);
            yield return Of(loss, Row, Row, Sign(Rows), Positive(Rows));
        }

        yield return Of(new TripletMarginLoss(p: 3, swap: true), Row, Row, Row);
        yield return Of(new TripletMarginWithDistanceLoss(), Row, Row, Row);
        yield return Of(new PairwiseDistance(), Row, Row);
        yield return Of(new NegativeCosineLoss(), Row, Row, Row, Row);
        yield return Of(new CosentLoss(), Row, Row, Number(Rows));
        yield return Of(new AngleLoss(), Number(Rows, 6), Number(Rows, 6), Number(Rows));
        yield return Of(new NormalizedSoftmaxLoss(), Row, Pairs, Weights);
        yield return Of(new CosFaceLoss(), Row, Pairs, Weights);
        yield return Of(new ArcFaceLoss(), Row, Pairs, Weights);
        yield return Of(new ProxyNcaLoss(), Row, Pairs, Weights);
        yield return Of(new ProxyAnchorLoss(), Row, Pairs, Weights);
        yield return Of(new UniformityLoss(), Row);
        yield return Of(new KoLeoLoss(), Row);
        yield return Of(new VicRegLoss(), Row, Row);
        yield return Of(new BarlowTwinsLoss(), Row, Row);
    }

    static IEnumerable<LossCase> InBatch()
    {
        LabeledRowsLoss[] labelled =
        [
            new BatchTripletLoss(), new BatchContrastiveLoss(), new MultiSimilarityLoss(), new CircleLoss(), new NcaLoss(),
            new LiftedStructureLoss(),
        ];
        foreach (LabeledRowsLoss loss in labelled)
        {
            yield return Of(loss, Row, Pairs);
        }

        yield return Of(new BatchTripletLoss(), Row, Pairs, LossCase.Out);
        yield return Of(new BatchTripletLoss(), Row, Pairs, Number(6, Features), Labels(6), false);
        yield return Of(new BatchTripletLoss(), Row, Pairs, Number(6, Features), Labels(6), LossCase.Out, false);
        yield return Of(new NPairLoss(), Number(6, Features), Fixed([0, 1, 2, 0, 1, 2], 6));
        yield return Of(new InfoNceLoss(), Row, Row, null, null);
        yield return Of(new InfoNceLoss(), Row, Row, Number(3, Features), Positive());
        yield return Of(new NtXentLoss(), Row, Row, Positive());
        yield return Of(new SigLipLoss(), Row, Row, Positive(), Number());
        yield return Of(new SupConLoss(), Row, Pairs, Positive());
        yield return Of(new SupConLoss(), Row, Pairs, Number(6, Features), Labels(6), false, Positive());
        yield return Of(new PatchNceLoss(), Number(2, 5, 3), Number(2, 5, 3));
    }

    static IEnumerable<LossCase> Gans()
    {
        GanLoss[] losses =
        [
            new MinimaxGanLoss(0.9), new NonSaturatingGanLoss(0.9), new LeastSquaresGanLoss(), new WassersteinGanLoss(),
            new WassersteinLogisticGanLoss(), new HingeGanLoss(), new RelativisticPairedLogisticGanLoss(),
            new RelativisticPairedLeastSquaresGanLoss(), new RelativisticPairedHingeGanLoss(), new RelativisticAverageLogisticGanLoss(),
            new RelativisticAverageLeastSquaresGanLoss(), new RelativisticAverageHingeGanLoss(), new KlFGanLoss(), new ReverseKlFGanLoss(),
            new PearsonFGanLoss(), new HellingerFGanLoss(), new JensenShannonFGanLoss(), new TotalVariationFGanLoss(),
            new EnergyBasedGanLoss(), new BoundaryEquilibriumGanLoss(0.3), new ProbabilityGanLoss(0.9, 0.9),
        ];
        foreach (GanLoss loss in losses)
        {
            yield return new(loss, "Discriminator", Probability(Rows), Probability(Rows));
            yield return new(loss, "Generator", Probability(Rows), loss.NeedsReal ? Probability(Rows) : null);
        }

        AuxiliaryClassifierGanLoss auxiliary = new(new HingeGanLoss());
        yield return new(auxiliary, "Discriminator", Number(Rows), Number(Rows), Row, Classes, Row, Classes);
        yield return new(auxiliary, "Generator", Number(Rows), Row, Classes, null);
        yield return Of(new MeanFeatureMatchingLoss(), Map, Map);
        yield return new(new MutualInformationLoss(), "Discrete", Row, Classes);
        yield return new(new MutualInformationLoss(), "Gaussian", Row, Row, Row);
        yield return Of(new PullingAwayPenalty(), Row);
    }

    static IEnumerable<LossCase> Images()
    {
        yield return Of(new SsimLoss(ImageRange.ZeroOne), Image, Image);
        yield return Of(new MsSsimL1Loss(ImageRange.ZeroOne), SmallImage, SmallImage);
        yield return Of(new MultiScaleSsimLoss(ImageRange.ZeroOne, autoReduceScales: true), SmallImage, SmallImage);
        yield return Of(new PsnrLoss(ImageRange.ZeroOne), Image, Image);
        yield return Of(new GradientLoss(), Image, Image);
        yield return Of((new SsimLoss(ImageRange.ZeroOne) * 0.84) + (new L1Loss() * 0.16), Image, Image);
        yield return Of(new TotalVariationLoss(true), Image);
        yield return Of(new CycleConsistencyLoss(), Image, Image, Image, Image);
        yield return Of(new IdentityLoss(), Image, Image, Image, Image);
        foreach (object features in (object[])[new PerceptualLoss(), new StyleLoss()])
        {
            yield return new(features, "Forward", new[] { Map, Number(2, 4) }, new[] { Map, Number(2, 4) });
        }

        yield return new(new FeatureMatchingLoss(0), "Forward", new[] { Map, Number(2, 4) }, new[] { Map, Number(2, 4) });
    }

    static IEnumerable<LossCase> Penalties()
    {
        yield return Of(new ConsistencyPenalty(), Row, Row);
        yield return Of(new DriftPenalty(), Row);
        yield return Of(new LeCamPenalty(), Row, Row, new LeCamState(0.3, 0.2, 1));
        yield return new(
            new HistoricalAveragingPenalty(), "Forward", new[] { Number(3) }, new ParameterHistory([Tensor.From(0.1, 0.2, 0.3)], 1));
        yield return new(new LazyPenalty(4), "Scale", Positive());
        InputGradientPenalty[] penalties = [new GradientPenalty(), new R1Penalty(), new R2Penalty(), new R1R2Penalty()];
        foreach (InputGradientPenalty penalty in penalties)
        {
            yield return new(penalty, "FromGradient", Row);
        }

        yield return new(typeof(InputGradientPenalty), "Norms", Row);
        yield return new(new SsimIndex(ImageRange.ZeroOne), "Map", Image, Image);
        yield return new(new Psnr(ImageRange.ZeroOne), "PerImage", Image, Image);
        yield return new(new MultiScaleSsim(ImageRange.ZeroOne, autoReduceScales: true), "PerImage", SmallImage, SmallImage);
    }

    static IEnumerable<LossCase> OfMetrics()
    {
        Operand samples = Number(23, 3);
        yield return new(new BoundaryEquilibriumController(), "Convergence", Positive(Rows), Positive(Rows));
        yield return new(new BoundaryEquilibriumController(), "Update", Positive(Rows), Positive(Rows));
        yield return new(new LeCamPenalty(), "Update", new LeCamState(0.3, 0.2, 1), Row, Row);
        yield return new(typeof(HistoricalAveragingPenalty), "Update", new ParameterHistory([], 0), new[] { Row });
        yield return new(typeof(GradientPenalty), "Interpolate", Row, Row, new LossCase.Seed(3));
        yield return new(typeof(ClusterAgreement), "AdjustedMutualInformation", Pairs, Classes);
        yield return new(typeof(ClusterAgreement), "NormalizedMutualInformation", Pairs, Classes);
        yield return new(typeof(DensityCoverage), "Between", samples, samples, 5, "pixels");
        yield return new(typeof(PrecisionRecall), "Between", samples, samples, 3, "pixels");
        yield return new(typeof(FeatureStatistics), "Of", samples, "pixels");
        yield return new(typeof(FrechetDistance), "Between", samples, samples, "pixels");
        FeatureStatistics statistics = FeatureStatistics.Of(Tensor.Randn([90, 3], DType.Float32, new RandomStream(1)));
        yield return new(typeof(FrechetDistance), "Extrapolate", statistics, Number(90, 3), 5, new LossCase.Seed(2));
        yield return new(new Psnr(ImageRange.ZeroOne), "Of", Image, Image);
        yield return new(typeof(InceptionScore), "Of", Probabilities(20, 4), 2, false, "pixels");
        yield return new(typeof(KernelDistance), "Unbiased", samples, samples);
        yield return new(typeof(KernelDistance), "Between", samples, samples, 5, null, new LossCase.Seed(1), "pixels");
        yield return new(typeof(KMeans), "Cluster", samples, 3, 2, 50, new LossCase.Seed(1));
        yield return new(new RetrievalEvaluator(), "Evaluate", samples, Labels(23));
        yield return new(new RetrievalEvaluator(), "Evaluate", samples, Labels(23), Number(11, 3), Labels(11));
    }

    static LossCase Of(object loss, params object?[] arguments) => new(loss, "Forward", arguments);
}
