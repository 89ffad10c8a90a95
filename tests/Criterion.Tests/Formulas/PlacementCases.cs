using Criterion.Losses;
using Criterion.Tests.Gradients;

namespace Criterion.Tests.Formulas;

/// <summary>A function of independent items, which lie along dimension 0 of its inputs.</summary>
/// <param name="Covers">The type in the catalogue, or the name of the operation.</param>
/// <param name="Inputs">The inputs; their shapes are those of one item.</param>
/// <param name="Call">The results, one for each item, or their sum or mean.</param>
/// <param name="IsMean">Whether the result is a mean: gradients then carry a factor of 1/n.</param>
public sealed record PlacementCase(string Covers, Operand[] Inputs, Func<Tensor[], Tensor> Call, bool IsMean = false)
{
    /// <summary>What is special about this case.</summary>
    public string Case { get; init; } = "";

    /// <summary>The name that the test shows.</summary>
    public override string ToString() => Case.Length == 0 ? Covers : $"{Covers}, {Case}";
}

/// <summary>The table of losses and operations whose items are independent.</summary>
static class PlacementCases
{
    const int Features = 19;

    static readonly Operand Number = new([]);
    static readonly Operand Positive = new([], 0.1, 3);
    static readonly Operand Probability = new([], 0.02, 0.98);
    static readonly Operand Sign = new([], 0, 2, true);
    static readonly Operand Row = new([Features]);
    static readonly Operand ProbabilityRow = new([Features], 0.02, 0.98);
    static readonly Operand Class = new([], 0, Features, true);
    static readonly Operand Image = new([3, 19, 13], 0.02, 0.98);
    static readonly Operand SmallImage = new([1, 34, 33], 0.02, 0.98);

    /// <summary>Losses whose items depend on one another, or that compute with a network given by the caller.</summary>
    public static readonly Type[] Coupled =
    [
        typeof(RelativisticAverageHingeGanLoss),
        typeof(RelativisticAverageLeastSquaresGanLoss),
        typeof(RelativisticAverageLogisticGanLoss),
        typeof(MeanFeatureMatchingLoss),
        typeof(PullingAwayPenalty),
        typeof(OrthogonalPenalty),
        typeof(PathLengthPenalty),
        typeof(WeightClip),
        typeof(InfoNceLoss),
        typeof(NtXentLoss),
        typeof(SigLipLoss),
        typeof(SupConLoss),
        typeof(BatchTripletLoss),
        typeof(BatchContrastiveLoss),
        typeof(MultiSimilarityLoss),
        typeof(CircleLoss),
        typeof(NcaLoss),
        typeof(LiftedStructureLoss),
        typeof(NPairLoss),
        typeof(PatchNceLoss),
        typeof(VicRegLoss),
        typeof(BarlowTwinsLoss),
        typeof(CosentLoss),
        typeof(AngleLoss),
        typeof(NormalizedSoftmaxLoss),
        typeof(CosFaceLoss),
        typeof(ArcFaceLoss),
        typeof(ProxyNcaLoss),
        typeof(ProxyAnchorLoss),
        typeof(LinearCrossEntropyLoss),
        typeof(MatryoshkaLoss),
        typeof(UniformityLoss),
        typeof(KoLeoLoss),
    ];

    static readonly string[] OtherDomains =
        ["bce", "soft margin", "binary hinge", "squared hinge", "hinge embedding", "kl-div", "kl-div log", "margin ranking"];

    public static IEnumerable<PlacementCase> All =>
    [
        .. Pointwise(),
        .. Classes(),
        .. Rows(),
        .. Gans(),
        .. Images(),
        .. Penalties(),
        .. ExtremeFunctions.All.Where(static function => !OtherDomains.Contains(function.Key)).Select(static function => new PlacementCase(
            function.Key, [Positive, Probability, Positive], function.Value.Each) { Case = "each" }),
        .. Operations.All.Where(static operation => operation.Pointwise).Select(static operation =>
            new PlacementCase(operation.Method, [.. operation.Inputs.Select(static input => input with { Shape = [] })], operation.Call)
            {
                Case = operation.Case,
            }),
        new("Softmax", [Row], static x => x[0].Softmax(-1)),
        new("LogSoftmax", [Row], static x => x[0].LogSoftmax(-1)),
        new("LogSumExp", [Row], static x => x[0].LogSumExp([-1])),
        new("Norm", [Row], static x => x[0].Norm([-1])),
        new("Sum", [Row], static x => x[0].Sum([-1])),
    ];

    static IEnumerable<PlacementCase> Pointwise() =>
    [
        .. Of([Number, Number], static r => new L1Loss(r)),
        .. Of([Number, Number], static r => new MSELoss(r)),
        .. Of([Number, Number], static r => new HuberLoss(0.7, r)),
        .. Of([Number, Number], static r => new SmoothL1Loss(0.7, r)),
        .. Of([Number, Number], static r => new LogCoshLoss(r)),
        .. Of([Number, Number], static r => new QuantileLoss(0.3, r)),
        .. Of([Number, Number], static r => new CauchyLoss(0.7, r)),
        .. Of([Number, Number], static r => new CharbonnierLoss(0.3, reduction: r)),
        .. Of([Number, Number], static r => new CharbonnierLoss(0.3, true, r), "zero"),
        .. Of([Number, Number], static r => new GemanMcClureLoss(0.7, r)),
        .. Of([Number, Number], static r => new WelschLoss(0.7, r)),
        .. Of([Number, Positive], static r => new PoissonNLLLoss(full: true, reduction: r)),
        .. Of([Positive, Positive], static r => new PoissonNLLLoss(logInput: false, reduction: r), "rate"),
        .. Of([Probability, Probability], static r => new BCELoss(reduction: r)),
        .. Of([Number, Probability], static r => new BCEWithLogitsLoss(reduction: r)),
        .. Of([Number, Probability], static r => new BCEWithLogitsLoss(positiveWeight: Tensor.Scalar(3.0), reduction: r), "weighted"),
        .. Of([Number, Probability], static r => new BinaryFocalLoss(0.3, 1.7, r)),
        .. Of([new([], -3, -0.01), Probability], static r => new KLDivLoss(reduction: r)),
        .. Of([new([], -3, -0.01), new([], -3, -0.01)], static r => new KLDivLoss(true, r), "log"),
        .. Signed([Number, Sign], static r => new SoftMarginLoss(r)),
        .. Signed([Number, Sign], static r => new BinaryHingeLoss(r)),
        .. Signed([Number, Sign], static r => new SquaredHingeLoss(r)),
        .. Of([Number, Probability], static r => new AsymmetricLoss(reduction: r)),
        .. Of([Number, Positive], static r => new MeanAbsolutePercentageLoss(reduction: r)),
        .. Of([Positive, Positive], static r => new MeanSquaredLogarithmicLoss(reduction: r)),
        .. Signed([Number, Sign], static r => new HingeEmbeddingLoss(0.7, r)),
        .. Of<GaussianNLLLoss>([Number, Number, Positive], static (x, r) => new GaussianNLLLoss(true, 0.3, r).Forward(x[0], x[1], x[2])),
        .. Of<MarginRankingLoss>([Number, Number, Sign], static (x, r) => new MarginRankingLoss(0.3, r).Forward(x[0], x[1], Signs(x[2]))),
        .. Of<FeatureMatchingLoss>([Number, Number], static (x, _) => new FeatureMatchingLoss(0).Forward([x[0]], [x[1]]), mean: true),
        .. Of<IdentityLoss>(
            [Number, Number, Number, Number], static (x, _) => new IdentityLoss().Forward(x[0], x[1], x[2], x[3]), mean: true),
        .. Of<CycleConsistencyLoss>(
            [Number, Number, Number, Number], static (x, _) => new CycleConsistencyLoss().Forward(x[0], x[1], x[2], x[3]), mean: true),
        .. Of<MutualInformationLoss>(
            [Number, Number, Number], static (x, _) => new MutualInformationLoss().Gaussian(x[0], x[1], x[2]), mean: true),
    ];

    static IEnumerable<PlacementCase> Classes() =>
    [
        .. Of([Row, Class], static r => new CrossEntropyLoss(reduction: r)),
        .. Of([Row, Class], static r => new CrossEntropyLoss(labelSmoothing: 0.1, reduction: r), "smoothed"),
        .. Of<CrossEntropyLoss>(
            [Row, Row], static (x, r) => new CrossEntropyLoss(reduction: r).Forward(x[0], x[1].Softmax(-1)), "probabilities"),
        .. Of<NLLLoss>([Row, Class], static (x, r) => new NLLLoss(reduction: r).Forward(x[0].LogSoftmax(-1), x[1])),
        .. Of([Row, Class], static r => new FocalLoss(reduction: r)),
        .. Of([Row, Class], static r => new PolyLoss(reduction: r)),
        .. Of([Row, Class], static r => new CategoricalHingeLoss(r)),
        .. Masks(static r => new DiceFromLogitsLoss(reduction: r)),
        .. Masks(static r => new JaccardFromLogitsLoss(reduction: r)),
        .. Masks(static r => new TverskyFromLogitsLoss(reduction: r)),
        .. Of<DiceCrossEntropyLoss>([Row, Class], static (x, _) => new DiceCrossEntropyLoss().Forward(x[0], x[1]), mean: true),
        .. Of([Row, Row], static r => new JensenShannonLoss(reduction: r)),
        .. Of([Row, Row], static r => new KlFromLogitsLoss(reduction: r)),
        .. Of([Row, Row], static r => new KlFromLogitsLoss(true, reduction: r), "reverse"),
        .. Of<KlFromLogProbabilitiesLoss>(
            [Row, Row], static (x, r) => new KlFromLogProbabilitiesLoss(reduction: r).Forward(x[0].LogSoftmax(-1), x[1].LogSoftmax(-1))),
        .. Of<KlFromProbabilitiesLoss>(
            [Row, Row], static (x, r) => new KlFromProbabilitiesLoss(reduction: r).Forward(x[0].Softmax(-1), x[1].Softmax(-1))),
        .. Of([Row, Class], static r => new MultiMarginLoss(reduction: r)),
        .. Of([Row, ProbabilityRow], static r => new MultiLabelSoftMarginLoss(reduction: r)),
        .. Of([Row, new([Features], -1, Features, true)], static r => new MultiLabelMarginLoss(r)),
        .. Of([ProbabilityRow, ProbabilityRow], static r => new DiceLoss(reduction: r)),
        .. Of([ProbabilityRow, ProbabilityRow], static r => new TverskyLoss(reduction: r)),
        .. Of<CTCLoss>([new([7, 5]), new([3], 1, 5, true)], Ctc),
        .. Of<AuxiliaryClassifierGanLoss>(
            [Number, Row, Class],
            static (x, _) => new AuxiliaryClassifierGanLoss(new HingeGanLoss()).Generator(x[0], x[1], x[2]),
            mean: true),
    ];

    static IEnumerable<PlacementCase> Rows() =>
    [
        .. Of([Row, Row], static r => new CosineSimilarityLoss(reduction: r)),
        .. Of([Row, Row], static r => new NegativeCosineLoss(reduction: r)),
        .. Pair<CosineEmbeddingLoss>(static (x, y, r) => new CosineEmbeddingLoss(reduction: r).Forward(x[0], x[1], y)),
        .. Pair<ContrastiveLoss>(static (x, y, r) => new ContrastiveLoss(reduction: r).Forward(x[0], x[1], y)),
        .. Pair<PairMarginLoss>(static (x, y, r) => new PairMarginLoss(0.3, 1.2, reduction: r).Forward(x[0], x[1], y)),
        .. Of<TripletMarginLoss>([Row, Row, Row], static (x, r) => new TripletMarginLoss(reduction: r).Forward(x[0], x[1], x[2])),
        .. Of<TripletMarginLoss>(
            [Row, Row, Row], static (x, r) => new TripletMarginLoss(3, 3, swap: true, reduction: r).Forward(x[0], x[1], x[2]), "p = 3"),
        .. Of<TripletMarginWithDistanceLoss>(
            [Row, Row, Row], static (x, r) => new TripletMarginWithDistanceLoss(reduction: r).Forward(x[0], x[1], x[2])),
        new(nameof(PairwiseDistance), [Row, Row], static x => new PairwiseDistance().Forward(x[0], x[1])),
    ];

    static IEnumerable<PlacementCase> Gans()
    {
        GanLoss[] losses =
        [
            new MinimaxGanLoss(0.9), new NonSaturatingGanLoss(0.9), new LeastSquaresGanLoss(), new WassersteinGanLoss(),
            new WassersteinLogisticGanLoss(), new HingeGanLoss(), new RelativisticPairedLogisticGanLoss(),
            new RelativisticPairedLeastSquaresGanLoss(), new RelativisticPairedHingeGanLoss(), new KlFGanLoss(), new ReverseKlFGanLoss(),
            new PearsonFGanLoss(), new HellingerFGanLoss(), new JensenShannonFGanLoss(), new TotalVariationFGanLoss(),
            new EnergyBasedGanLoss(), new BoundaryEquilibriumGanLoss(0.3), new ProbabilityGanLoss(0.9, 0.9),
        ];
        foreach (GanLoss loss in losses)
        {
            Operand[] pair = [Probability, Probability];
            yield return new(loss.GetType().Name, pair, x => loss.Discriminator(x[0], x[1]), true) { Case = "discriminator" };
            yield return new(loss.GetType().Name, pair, x => loss.Generator(x[0], x[1]), true) { Case = "generator" };
        }
    }

    static IEnumerable<PlacementCase> Images() =>
    [
        .. Of([Image, Image], static r => new SsimLoss(ImageRange.ZeroOne, reduction: r)),
        .. Of([SmallImage, SmallImage], static r => new MsSsimL1Loss(ImageRange.ZeroOne, reduction: r)),
        .. Of([SmallImage, SmallImage], static r => new MultiScaleSsimLoss(ImageRange.ZeroOne, autoReduceScales: true, reduction: r)),
        .. Of([Image, Image], static r => new PsnrLoss(ImageRange.ZeroOne, reduction: r)),
        .. Of([Image, Image], static r => new GradientLoss(r)),
        .. Of<TotalVariationLoss>([Image], static (x, r) => new TotalVariationLoss(reduction: r).Forward(x[0])),
        .. Of<TotalVariationLoss>([Image], static (x, r) => new TotalVariationLoss(true, reduction: r).Forward(x[0]), "isotropic"),
        .. Of<PerceptualLoss>([Image, Image], static (x, r) => new PerceptualLoss(reduction: r).Forward([x[0]], [x[1]])),
        .. Of<StyleLoss>([Image, Image], static (x, r) => new StyleLoss(reduction: r).Forward([x[0]], [x[1]])),
    ];

    static IEnumerable<PlacementCase> Penalties() =>
    [
        .. Of<ConsistencyPenalty>([Row, Row], static (x, _) => new ConsistencyPenalty().Forward(x[0], x[1]), mean: true),
        .. Of<DriftPenalty>([Number], static (x, _) => new DriftPenalty().Forward(x[0]), mean: true),
        .. Of<LeCamPenalty>(
            [Number, Number], static (x, _) => new LeCamPenalty().Forward(x[0], x[1], new LeCamState(0.3, 0.2, 1)), mean: true),
        .. Of<HistoricalAveragingPenalty>(
            [Number], static (x, _) => new HistoricalAveragingPenalty().Forward([x[0]], new ParameterHistory([x[0].Detach() * 0.3], 1))),
        .. new InputGradientPenalty[]
        {
            new GradientPenalty(), new R1Penalty(), new R2Penalty(), new R1R2Penalty(),
        }.Select(static penalty =>
            new PlacementCase(penalty.GetType().Name, [Row], x => penalty.FromGradient(x[0]), true)),
    ];

    static IEnumerable<PlacementCase> Of<TLoss>(Operand[] inputs, Func<Reduction, TLoss> make, string what = "")
        where TLoss : IPredictionLoss => Of<TLoss>(inputs, (x, reduction) => make(reduction).Forward(x[0], x[1]), what);

    // A loss of masks returns one value for each class.
    static IEnumerable<PlacementCase> Masks<TLoss>(Func<Reduction, TLoss> make)
        where TLoss : IPredictionLoss => Of<TLoss>([Row, Class], (x, reduction) =>
        {
            Tensor loss = make(reduction).Forward(x[0], x[1]);
            return reduction == Reduction.None ? loss.Sum(1) : loss;
        });

    static IEnumerable<PlacementCase> Signed<TLoss>(Operand[] inputs, Func<Reduction, TLoss> make)
        where TLoss : IPredictionLoss => Of<TLoss>(inputs, (x, reduction) => make(reduction).Forward(x[0], Signs(x[1])));

    static IEnumerable<PlacementCase> Pair<TLoss>(Func<Tensor[], Tensor, Reduction, Tensor> call) =>
        Of<TLoss>([Row, Row, Sign], (x, reduction) => call(x, Signs(x[2]), reduction));

    static IEnumerable<PlacementCase> Of<TLoss>(
        Operand[] inputs, Func<Tensor[], Reduction, Tensor> call, string what = "", bool mean = false)
    {
        string name = typeof(TLoss).Name;
        return mean
            ? [new(name, inputs, x => call(x, Reduction.Mean), true) { Case = what }]
            :
            [
                new(name, inputs, x => call(x, Reduction.None)) { Case = $"{what} each" },
                new(name, inputs, x => call(x, Reduction.Sum)) { Case = $"{what} sum" },
            ];
    }

    static Tensor Signs(Tensor flags) => (flags * 2) - 1;

    static Tensor Ctc(Tensor[] x, Reduction reduction)
    {
        int n = x[0].Shape[0];
        return new CTCLoss(reduction: reduction).Forward(
            x[0].LogSoftmax(-1).Transpose(0, 1), x[1], Tensor.Full([n], 7, DType.Int64), Tensor.Full([n], 3, DType.Int64));
    }
}
