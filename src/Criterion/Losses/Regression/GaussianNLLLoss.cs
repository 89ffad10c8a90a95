using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// Negative log-likelihood under a normal distribution of predicted mean x and variance v: ℓ = ½ (ln v + (x − y)² / v), with v held at
/// Epsilon or more.
/// </summary>
/// <remarks>
/// The gradient passes through that hold as in PyTorch: below Epsilon the gradient by the variance is the one at Epsilon, so that a
/// variance of 0 can grow again. Full adds ½ ln 2π. Twin of <c>torch.nn.GaussianNLLLoss</c>.
/// </remarks>
/// <param name="Full">Whether the constant ½ ln 2π is added.</param>
/// <param name="Epsilon">The least variance that is divided by, above 0.</param>
/// <param name="Reduction">What becomes of the losses of single elements.</param>
[Catalogue(
    LossFamily.Regression,
    Shapes = "prediction, target [N, ..., D], variance [N, ..., D], [N, ..., 1] or [N, ...] → scalar",
    Source = "Nix, Weigend, Estimating the mean and variance of the target probability distribution, 1994",
    PyTorch = "torch.nn.GaussianNLLLoss",
    Alternatives = "MSELoss where the variance is the same everywhere; QuantileLoss where the distribution is skew.")]
public sealed record GaussianNLLLoss(bool Full = false, double Epsilon = 1e-6, Reduction Reduction = Reduction.Mean)
    : TernaryLoss(Reduction)
{
    /// <summary>The least variance that is divided by.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not positive and finite.</exception>
    public double Epsilon { get; init => field = Require.Positive(value, nameof(GaussianNLLLoss)); } =
        Require.Positive(Epsilon, nameof(GaussianNLLLoss));

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

    /// <summary>The loss of predicted means and variances.</summary>
    /// <param name="prediction">The means, of any shape.</param>
    /// <param name="target">The same shape.</param>
    /// <param name="variance">
    /// The variances, 0 or more: the same shape, or one for each row, its last dimension being 1 or left out. No other shape is
    /// broadcast.
    /// </param>
    /// <returns>A scalar, or the shape of the prediction with <see cref="Reduction.None"/>.</returns>
    /// <exception cref="ShapeException">Shapes do not go together.</exception>
    /// <exception cref="LossException">A variance is negative, or there is nothing to compare.</exception>
    public Tensor Forward(Tensor prediction, Tensor target, Tensor variance)
    {
        CheckSameShape(prediction, target);
        ArgumentNullException.ThrowIfNull(variance);
        Tensor each = ForEach(prediction, variance);
        return ForEmpty(prediction, prediction.Count) ?? Evaluate(prediction, target, each, () => Check(variance));
    }

    void Check(Tensor variance) =>
        CheckRange(variance, 0, double.PositiveInfinity, "0 or more", "Apply Softplus() or Exp() to the output of the network.");

    static Tensor ForEach(Tensor prediction, Tensor variance)
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
                $"GaussianNLLLoss: prediction {prediction.Shape} and variance {variance.Shape} do not go together: a variance has the shape of the prediction, or that with the last dimension 1 or left out. Use variance.Expand if another is meant.");
    }

    LossCurve Curve(string name, double variance) => new(
        name, "x − y", -3, 3, x => Formula.Map(x, Tensor.ZerosLike(x), Tensor.FullLike(x, variance)));

    /// <summary>½ (ln v + (x − y)² / v), v held at Epsilon or more.</summary>
    internal readonly struct NegativeLogLikelihood(bool full, double epsilon) : ITernaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T x, T y, T z)
            where T : struct, IReal<T>
        {
            T held = Guards.UndefinedWhere(T.Less(z, T.Const(0)), T.Max(z, T.Const(epsilon)));
            T variance = T.WithSlope(T.Detach(held), z, T.Const(1));
            T difference = x - y;
            T ratio = difference / variance;
            T loss = typeof(T) == typeof(Latex)
                ? T.Const(0.5) * (T.Log(variance) + (difference * difference / variance))
                : (T.Const(0.5) * T.Log(variance)) + (T.Const(0.5) * ratio * difference);

            // By the variance ½ (1/v − (d/v)²): the derivative of the quotient would divide by v² before it multiplies by d².
            loss = T.WithSlope(T.Detach(loss), difference, ratio);
            loss = T.WithSlope(loss, variance, T.Const(0.5) * ((T.Const(1) / variance) - (ratio * ratio)));
            return full ? loss + T.Const(0.5 * Math.Log(2 * Math.PI)) : loss;
        }
    }
}
