using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// Negative log-likelihood of a normal distribution with predicted mean x and variance v: ℓ = ½ (ln v + (x − y)² / v), with v clamped to at
/// least Epsilon.
/// </summary>
/// <remarks>
/// Below Epsilon the variance is clamped; the gradient passes straight through, as in PyTorch, so that a variance of 0 can grow again. Full
/// adds ½ ln 2π. PyTorch equivalent: <c>torch.nn.GaussianNLLLoss</c>.
/// </remarks>
[Catalogue(
    LossFamily.Regression,
    Shapes = "prediction, target [N, ..., D], variance [N, ..., D], [N, ..., 1] or [N, ...] → scalar",
    Source = "Nix, Weigend, Estimating the mean and variance of the target probability distribution, 1994",
    PyTorch = "torch.nn.GaussianNLLLoss",
    Alternatives = "MSELoss where the variance is the same everywhere; QuantileLoss where the distribution is skewed.")]
public sealed record GaussianNLLLoss : TernaryLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="full">Whether the constant ½ ln 2π is added. Default: false.</param>
    /// <param name="epsilon">The lower bound of the variance; must be positive. Default: 1e-6.</param>
    /// <param name="reduction">How per-element losses are reduced. Default: Mean.</param>
    public GaussianNLLLoss(bool full = false, double epsilon = 1e-6, Reduction reduction = Reduction.Mean)
        : base(reduction) => (Full, Epsilon) = (full, epsilon);

    /// <summary><inheritdoc cref="GaussianNLLLoss(bool, double, Reduction)" path="/param[@name='full']/node()"/></summary>
    public bool Full { get; init; }

    /// <summary><inheritdoc cref="GaussianNLLLoss(bool, double, Reduction)" path="/param[@name='epsilon']/node()"/></summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not positive and finite.</exception>
    public double Epsilon { get; init => field = Require.Positive(value, nameof(GaussianNLLLoss)); }

    /// <inheritdoc/>
    protected internal override TernaryFormula Formula => TernaryFormula.From(new NegativeLogLikelihood(Full, Epsilon));

    /// <inheritdoc/>
    protected override IReadOnlyList<string> InputNames => ["x", "y", "v"];

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() =>
    [
        Curve("variance 1", 1),
        Curve("variance 0.25", 0.25),
        new("error 1", "variance", 0.1, 4, v => Formula.Map(Tensor.OnesLike(v), Tensor.ZerosLike(v), v)),
    ];

    /// <summary>Computes the loss of predicted means and variances.</summary>
    /// <param name="prediction">The means, of any shape.</param>
    /// <param name="target">The target, of the same shape.</param>
    /// <param name="variance">
    /// The variances, 0 or more: of the same shape, or one for each row, with a last dimension of 1 or none. No other shape is broadcast.
    /// </param>
    /// <returns>A scalar, or the shape of the prediction with <see cref="Reduction.None"/>.</returns>
    /// <exception cref="ShapeException">The shapes do not match.</exception>
    /// <exception cref="LossException">A variance is negative, or the batch is empty.</exception>
    public Tensor Forward(Tensor prediction, Tensor target, Tensor variance)
    {
        CheckSameShape(prediction, target);
        ArgumentNullException.ThrowIfNull(variance);
        Tensor each = ExpandVariance(prediction, variance);
        return ForEmpty(prediction, prediction.Count) ?? Evaluate(prediction, target, each, () => Check(variance));
    }

    void Check(Tensor variance) =>
        CheckRange(variance, 0, double.PositiveInfinity, "0 or more", "Apply Softplus() or Exp() to the output of the network.");

    static Tensor ExpandVariance(Tensor prediction, Tensor variance)
    {
        if (variance.Shape == prediction.Shape)
        {
            return variance;
        }

        Shape rows = prediction.Rank > 0 ? prediction.Shape.Without(-1) : [];
        bool fits = prediction.Rank > 0 && (variance.Shape == rows || variance.Shape == [.. rows, 1]);
        return fits
            ? variance.Reshape([.. rows, 1]).Expand(prediction.Shape)
            : throw new ShapeException(
                $"GaussianNLLLoss: prediction {prediction.Shape} and variance {variance.Shape} do not match. "
                + "The variance must have the shape "
                + "of the prediction, or that with a last dimension of 1 or none. Use variance.Expand for another.");
    }

    LossCurve Curve(string name, double variance) => new(
        name, "x − y", -3, 3, x => Formula.Map(x, Tensor.ZerosLike(x), Tensor.FullLike(x, variance)));

    /// <summary>½ (ln v + (x − y)² / v), v clamped to at least Epsilon.</summary>
    internal readonly struct NegativeLogLikelihood(Flag full, double epsilon) : ITernaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T x, T y, T z)
            where T : struct, IReal<T>
        {
            T clamped = Guards.UndefinedWhere(z < 0, T.Max(z, T.Const(epsilon)));
            T variance = T.WithSlope(T.Detach(clamped), z, T.One);
            T difference = x - y;
            T ratio = difference / variance;
            T loss = T.IsText
                ? 0.5 * (T.Log(variance) + (difference * difference / variance))
                : (0.5 * T.Log(variance)) + (0.5 * ratio * difference);

            // By the variance ½ (1/v − (d/v)²): the quotient rule would divide by v², which may overflow, before multiplying by d².
            loss = T.WithSlope(T.Detach(loss), difference, ratio);
            loss = T.WithSlope(loss, variance, 0.5 * ((1 / variance) - (ratio * ratio)));
            return full ? loss + (0.5 * Math.Log(2 * Math.PI)) : loss;
        }
    }
}
