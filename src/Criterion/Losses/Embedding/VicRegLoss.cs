using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// Variance-invariance-covariance regularization of two views: λ times the mean squared difference of the views, plus μ times a hinge on
/// the standard deviation of each feature, plus ν times the squared covariances of different features. Trains without labels or negatives.
/// </summary>
/// <remarks>
/// The variance term prevents collapse to one point, the covariance term collapse to few features. The authors' code halves the sum of the
/// variance terms of the two views, and averages the squared differences over features; the paper does neither. The default is the code,
/// for which the usual weights were chosen; for the paper set <c>halved: false</c> and multiply the invariance weight by D. Variances and
/// covariances divide by N − 1. Where a feature is constant its gradient is 0 and its variance term is at its largest.
/// </remarks>
[Catalogue(
    LossFamily.Embedding,
    Shapes = "x1, x2 [N, D], N ≥ 2 → scalar",
    Source = "Bardes, Ponce, LeCun, VICReg: variance-invariance-covariance regularization for self-supervised learning, 2022, "
        + "equations 1–6",
    Alternatives = "BarlowTwinsLoss normalizes the features instead of bounding their deviation; "
        + "NegativeCosineLoss needs a predictor network.")]
public sealed record VicRegLoss : IViewLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="invarianceWeight">λ, the weight of the squared differences; must be 0 or more. Default: 25.</param>
    /// <param name="varianceWeight">μ, the weight of the variance terms; must be 0 or more. Default: 25.</param>
    /// <param name="covarianceWeight">ν, the weight of the covariance terms; must be 0 or more. Default: 1.</param>
    /// <param name="deviation">γ, the standard deviation below which a feature is penalized; must be positive. Default: 1.</param>
    /// <param name="epsilon">ε, added to each variance before its root; must be positive. Default: 1e-4.</param>
    /// <param name="halved">Whether the variance terms of the views are averaged rather than added. Default: true, as in the code.</param>
    public VicRegLoss(
        double invarianceWeight = 25,
        double varianceWeight = 25,
        double covarianceWeight = 1,
        double deviation = 1,
        double epsilon = 1e-4,
        bool halved = true)
    {
        (InvarianceWeight, VarianceWeight, CovarianceWeight) = (invarianceWeight, varianceWeight, covarianceWeight);
        (Deviation, Epsilon, Halved) = (deviation, epsilon, halved);
    }

    /// <summary>
    /// <inheritdoc cref="VicRegLoss(double, double, double, double, double, bool)" path="/param[@name='invarianceWeight']/node()"/>
    /// </summary>
    public double InvarianceWeight { get; init => field = Require.NonNegative(value, nameof(VicRegLoss)); }

    /// <summary>
    /// <inheritdoc cref="VicRegLoss(double, double, double, double, double, bool)" path="/param[@name='varianceWeight']/node()"/>
    /// </summary>
    public double VarianceWeight { get; init => field = Require.NonNegative(value, nameof(VicRegLoss)); }

    /// <summary>
    /// <inheritdoc cref="VicRegLoss(double, double, double, double, double, bool)" path="/param[@name='covarianceWeight']/node()"/>
    /// </summary>
    public double CovarianceWeight { get; init => field = Require.NonNegative(value, nameof(VicRegLoss)); }

    /// <summary>
    /// <inheritdoc cref="VicRegLoss(double, double, double, double, double, bool)" path="/param[@name='deviation']/node()"/>
    /// </summary>
    public double Deviation { get; init => field = Require.Positive(value, nameof(VicRegLoss)); }

    /// <summary>
    /// <inheritdoc cref="VicRegLoss(double, double, double, double, double, bool)" path="/param[@name='epsilon']/node()"/>
    /// </summary>
    public double Epsilon { get; init => field = Require.Positive(value, nameof(VicRegLoss)); }

    /// <summary>
    /// <inheritdoc cref="VicRegLoss(double, double, double, double, double, bool)" path="/param[@name='halved']/node()"/>
    /// </summary>
    public bool Halved { get; init; }

    /// <summary>Computes the loss of two views.</summary>
    /// <param name="x1">The embeddings of the first views, [N, D], not normalized.</param>
    /// <param name="x2">The embeddings of the second views of the same images, of the same shape.</param>
    /// <returns>A scalar.</returns>
    /// <exception cref="ShapeException">The shapes differ, are not matrices, or have fewer than two rows.</exception>
    public Tensor Forward(Tensor x1, Tensor x2) => Evaluate(x1, x2).Total;

    /// <summary>
    /// Computes the loss with its terms <c>invariance</c>, <c>variance</c> and <c>covariance</c>: a variance term that stays near
    /// <see cref="Deviation"/> shows that the embeddings have collapsed.
    /// </summary>
    /// <inheritdoc cref="Forward"/>
    public LossReport Evaluate(Tensor x1, Tensor x2)
    {
        Views.Check(nameof(VicRegLoss), x1, x2);
        (Tensor centred1, Tensor centred2) = (Views.Centred(x1), Views.Centred(x2));
        Tensor variance = VarianceTerm(centred1) + VarianceTerm(centred2);
        return LossReport.From(
            ("invariance", TensorFormula.Mean(default(MSELoss.SquaredError), x1, x2), InvarianceWeight),
            ("variance", Halved ? variance / 2 : variance, VarianceWeight),
            ("covariance", CovarianceTerm(centred1) + CovarianceTerm(centred2), CovarianceWeight));
    }

    /// <inheritdoc/>
    public string ToLatex()
    {
        Latex hinge = new DeviationHinge(Deviation, Epsilon).Value(new Latex(@"\operatorname{var}_j"));
        string mean = Halved ? @"\frac{1}{2 D}" : @"\frac{1}{D}";
        return $@"{Latex.Const(InvarianceWeight)} \cdot \frac{{1}}{{N D}} \sum_i \left\|x_i - y_i\right\|^{{2}}"
            + $@" + {Latex.Const(VarianceWeight)} \cdot {mean} \sum_{{x, y}} \sum_j {hinge}"
            + $@" + {Latex.Const(CovarianceWeight)} \cdot \frac{{1}}{{D}} \sum_{{x, y}} \sum_{{j \ne k}} \operatorname{{cov}}_{{jk}}^{{2}}";
    }

    /// <inheritdoc/>
    public IEnumerable<LossCurve> Curves() =>
        [new(
            "variance term of a feature",
            "standard deviation",
            0,
            2,
            deviation => TensorFormula.Map(new DeviationHinge(Deviation, Epsilon), deviation * deviation) * VarianceWeight)];

    Tensor VarianceTerm(Tensor centred) =>
        TensorFormula.Mean(new DeviationHinge(Deviation, Epsilon), centred.Square().Sum(0) / (centred.Shape[0] - 1));

    static Tensor CovarianceTerm(Tensor centred)
    {
        Tensor covariance = centred.Transpose().MatMul(centred) / (centred.Shape[0] - 1);
        return Views.Squares(covariance, diagonal: 0, others: 1) / centred.Shape[1];
    }

    /// <summary>max(0, γ − √(v + ε)) of a variance v.</summary>
    readonly struct DeviationHinge(double deviation, double epsilon) : IUnaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T variance)
            where T : struct, IReal<T> => Guards.Relu(deviation - T.Sqrt(variance + epsilon));
    }
}
