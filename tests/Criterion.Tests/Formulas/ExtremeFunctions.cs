using Criterion.Formulas;
using Criterion.Losses;
using Criterion.Numbers;
using Criterion.Tests.Gradients;

namespace Criterion.Tests.Formulas;

/// <summary>
/// The pointwise functions of <c>golden/extremes.json</c> as Criterion has them. A new pointwise operation or loss gets a row here and one
/// there.
/// </summary>
static class ExtremeFunctions
{
    /// <param name="Covers">The operation in <see cref="Gradients.Operations"/>, or the type in the catalogue, that the row stands
    /// for.</param>
    /// <param name="Each">The results element by element.</param>
    /// <param name="Mean">Their mean in one pass, where there is such a pass.</param>
    public sealed record Function(string Covers, Func<Tensor[], Tensor> Each, Func<Tensor[], Tensor>? Mean = null);

    public static readonly Dictionary<string, Function> All = new()
    {
        ["exp"] = Op("Exp", static x => x.Exp()),
        ["expm1"] = Op("Expm1", static x => x.Expm1()),
        ["sigmoid"] = Op("Sigmoid", static x => x.Sigmoid()),
        ["softplus"] = Op("Softplus", static x => x.Softplus()),
        ["softplus 8"] = Op("Softplus", static x => x.Softplus(8)),
        ["tanh"] = Op("Tanh", static x => x.Tanh()),
        ["erf"] = Op("Erf", static x => x.Erf()),
        ["abs"] = Op("Abs", static x => x.Abs()),
        ["gelu"] = Op("Gelu", static x => x.Gelu()),
        ["gelu tanh"] = Op("Gelu", static x => x.Gelu(tanh: true)),
        ["silu"] = Op("Silu", static x => x.Silu()),
        ["elu"] = Op("Elu", static x => x.Elu(0.7)),
        ["selu"] = Op("Selu", static x => x.Selu()),
        ["relu"] = Op("Relu", static x => x.Relu()),
        ["leaky relu"] = Op("LeakyRelu", static x => x.LeakyRelu(0.2)),
        ["clamp"] = Op("Clamp", static x => x.Clamp(-0.8, 1.1)),
        ["cube"] = Op("Pow", static x => x.Pow(3)),
        ["square"] = Op("Square", static x => x.Square()),
        ["interpolation"] = new("Lerp", static x => x[0].Lerp(x[1], x[2])),
        ["inverse"] = Op("op_Division", static x => 0.3 / x),
        ["affine"] = Op("op_Subtraction", static x => (x / 0.3) - 0.25),
        ["sin"] = Op("Sin", static x => x.Sin()),
        ["cos"] = Op("Cos", static x => x.Cos()),
        ["log"] = Op("Log", static x => x.Log()),
        ["sqrt"] = Op("Sqrt", static x => x.Sqrt()),
        ["rsqrt"] = Op("Rsqrt", static x => x.Rsqrt()),
        ["power"] = Op("Pow", static x => x.Pow(-1.75)),
        ["log1p"] = Op("Log1p", static x => x.Log1p()),
        ["add"] = new("op_Addition", static x => x[0] + x[1]),
        ["subtract"] = new("op_Subtraction", static x => x[0] - x[1]),
        ["multiply"] = new("op_Multiply", static x => x[0] * x[1]),
        ["divide"] = new("op_Division", static x => x[0] / x[1]),
        ["softplus term"] = Term("NonSaturatingGanLoss", new NonSaturatingGanLoss.RealTerm(1)),
        ["smoothed term"] = Term("MinimaxGanLoss", new NonSaturatingGanLoss.RealTerm(0.9)),
        ["linear term"] = Term("WassersteinGanLoss", default(WassersteinGanLoss.FakeTerm)),
        ["hinge term"] = Term("HingeGanLoss", new HingeGanLoss.RealTerm(1)),
        ["square term"] = Term("LeastSquaresGanLoss", new LeastSquaresGanLoss.ScaledSquaredError(1, 0.5)),
        ["kl conjugate"] = Term("KlFGanLoss", new FGanFake<KlFGanLoss.KlDivergence>()),
        ["reverse kl activation"] = Term("ReverseKlFGanLoss", new Negated<FGanReal<ReverseKlFGanLoss.ReverseKlDivergence>>()),
        ["pearson conjugate"] = Term("PearsonFGanLoss", new FGanFake<PearsonFGanLoss.PearsonDivergence>()),
        ["hellinger activation"] = Term("HellingerFGanLoss", new Negated<FGanReal<HellingerFGanLoss.HellingerDivergence>>()),
        ["hellinger conjugate"] = Term("HellingerFGanLoss", new FGanFake<HellingerFGanLoss.HellingerDivergence>()),
        ["total variation"] = Term("TotalVariationFGanLoss", new FGanFake<TotalVariationFGanLoss.TotalVariationDivergence>()),
        ["l1"] = Of(static r => new L1Loss(r)),
        ["mse"] = Of(static r => new MSELoss(r)),
        ["huber"] = Of(static r => new HuberLoss(reduction: r)),
        ["huber 2.5e30"] = Of(static r => new HuberLoss(2.5e30, r)),
        ["smooth l1"] = Of(static r => new SmoothL1Loss(reduction: r)),
        ["smooth l1 2e30"] = Of(static r => new SmoothL1Loss(2e30, r)),
        ["log-cosh"] = Of(static r => new LogCoshLoss(r)),
        ["quantile"] = Of(static r => new QuantileLoss(0.9, r)),
        ["cauchy"] = Of(static r => new CauchyLoss(reduction: r)),
        ["cauchy 1e-10"] = Of(static r => new CauchyLoss(1e-10, r)),
        ["charbonnier"] = Of(static r => new CharbonnierLoss(reduction: r)),
        ["charbonnier 1e-30"] = Of(static r => new CharbonnierLoss(1e-30, reduction: r)),
        ["charbonnier at zero"] = Of(static r => new CharbonnierLoss(1, zeroAtEquality: true, r)),
        ["geman-mcclure"] = Of(static r => new GemanMcClureLoss(reduction: r)),
        ["welsch"] = Of(static r => new WelschLoss(reduction: r)),
        ["poisson"] = Of(static r => new PoissonNLLLoss(reduction: r)),
        ["poisson full"] = Of(static r => new PoissonNLLLoss(full: true, reduction: r)),
        ["poisson rate"] = Of(static r => new PoissonNLLLoss(logInput: false, reduction: r)),
        ["poisson rate full"] = Of(static r => new PoissonNLLLoss(logInput: false, full: true, reduction: r)),
        ["bce"] = Of(static r => new BCELoss(reduction: r)),
        ["bce logits"] = Of(static r => new BCEWithLogitsLoss(reduction: r)),
        ["focal"] = Of(static r => new BinaryFocalLoss(reduction: r)),
        ["soft margin"] = Of(static r => new SoftMarginLoss(r)),
        ["binary hinge"] = Of(static r => new BinaryHingeLoss(r)),
        ["squared hinge"] = Of(static r => new SquaredHingeLoss(r)),
        ["asymmetric"] = Of(static r => new AsymmetricLoss(reduction: r)),
        ["absolute percentage"] = Of(static r => new MeanAbsolutePercentageLoss(reduction: r)),
        ["squared logarithmic"] = Of(static r => new MeanSquaredLogarithmicLoss(reduction: r)),
        ["hinge embedding"] = Of(static r => new HingeEmbeddingLoss(reduction: r)),
        ["kl-div"] = Of(static r => new KLDivLoss(reduction: r)),
        ["kl-div log"] = Of(static r => new KLDivLoss(logTarget: true, r)),
        ["margin ranking"] = OfThree("MarginRankingLoss", static (x, r) => new MarginRankingLoss(0.5, r).Forward(x[0], x[1], x[2])),
        ["gaussian nll"] = OfThree("GaussianNLLLoss", static (x, r) => new GaussianNLLLoss(reduction: r).Forward(x[0], x[1], x[2])),
        ["normal"] = new(
            "MutualInformationLoss",
            static x => TensorFormula.Map(default(MutualInformationLoss.NormalLogLikelihood), x[0], x[1], x[2]),
            static x => TensorFormula.Mean(default(MutualInformationLoss.NormalLogLikelihood), x[0], x[1], x[2])),
    };

    static Function Op(string method, Func<Tensor, Tensor> call) => new(method, x => call(x[0]));

    static Function Term<TFormula>(string type, TFormula term)
        where TFormula : struct, IUnaryFormula => new(type, x => TensorFormula.Map(term, x[0]), x => TensorFormula.Mean(term, x[0]));

    static Function Of<TLoss>(Func<Reduction, TLoss> make)
        where TLoss : IPredictionLoss => new(
            typeof(TLoss).Name, x => make(Reduction.None).Forward(x[0], x[1]), x => make(Reduction.Mean).Forward(x[0], x[1]));

    static Function OfThree(string type, Func<Tensor[], Reduction, Tensor> loss) =>
        new(type, x => loss(x, Reduction.None), x => loss(x, Reduction.Mean));

    readonly struct Negated<TFormula> : IUnaryFormula
        where TFormula : struct, IUnaryFormula
    {
        public T Value<T>(T x)
            where T : struct, IReal<T> => -default(TFormula).Value(x);
    }
}
