using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// The similarity of a prediction to the projection of another view, which is detached: ℓ = offset − scale · cos(p, z). Trains without
/// labels or negatives, as SimSiam (−cos) and BYOL (2 − 2 cos, the squared distance of normalized rows) do.
/// </summary>
/// <remarks>
/// The target is always treated as a constant: with a gradient on both sides all embeddings collapse to one point. A predictor network on
/// one side, and for BYOL an averaged copy of the network on the other, prevent it. With both views as prediction and target in turn,
/// SimSiam averages the two losses and BYOL adds them. A row of zeros, whose norm is clamped to ε, has a similarity of 0.
/// </remarks>
[Catalogue(
    LossFamily.Embedding,
    Shapes = "prediction, target [..., D] → scalar",
    Source = "Chen, He, Exploring simple siamese representation learning, 2020, equations 1 and 2; "
        + "Grill et al., Bootstrap your own latent, 2020, equation 2",
    Alternatives = "CosineSimilarityLoss passes a gradient to the target; VicRegLoss and BarlowTwinsLoss need no predictor network.")]
public sealed record NegativeCosineLoss : RowLoss, IPredictionLoss, IViewLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="scale">The factor of the similarity; must be positive. 2 for BYOL. Default: 1, for SimSiam.</param>
    /// <param name="offset">The loss of orthogonal rows. 2 for BYOL. Default: 0, for SimSiam.</param>
    /// <param name="epsilon">The lower bound of the norms; must be positive. Default: 1e-8.</param>
    /// <param name="reduction">How per-element losses are reduced. Default: Mean.</param>
    public NegativeCosineLoss(double scale = 1, double offset = 0, double epsilon = 1e-8, Reduction reduction = Reduction.Mean)
        : base(reduction) => (Scale, Offset, Epsilon) = (scale, offset, epsilon);

    /// <summary>Gets the loss of BYOL, 2 − 2 cos.</summary>
    public static NegativeCosineLoss Byol => new(scale: 2, offset: 2);

    /// <summary>
    /// <inheritdoc cref="NegativeCosineLoss(double, double, double, Reduction)" path="/param[@name='scale']/node()"/>
    /// </summary>
    public double Scale { get; init => field = Require.Positive(value, nameof(NegativeCosineLoss)); }

    /// <summary>
    /// <inheritdoc cref="NegativeCosineLoss(double, double, double, Reduction)" path="/param[@name='offset']/node()"/>
    /// </summary>
    public double Offset { get; init => field = Require.Finite(value, nameof(NegativeCosineLoss)); }

    /// <summary>
    /// <inheritdoc cref="NegativeCosineLoss(double, double, double, Reduction)" path="/param[@name='epsilon']/node()"/>
    /// </summary>
    public double Epsilon { get; init => field = Require.Positive(value, nameof(NegativeCosineLoss)); }

    /// <inheritdoc/>
    protected internal override RowFormula Formula => RowFormula.From(new ScaledCosine(Scale, Offset, Epsilon));

    /// <inheritdoc/>
    protected override IReadOnlyList<string> InputNames => ["p", "z"];

    /// <summary>Computes the loss of rows.</summary>
    /// <param name="prediction">The output of the predictor for one view, with vectors along the last dimension.</param>
    /// <param name="target">The projection of the other view, of the same shape. No gradient is passed to it.</param>
    /// <returns>A scalar, or the shape without the last dimension with <see cref="Reduction.None"/>.</returns>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    /// <exception cref="LossException">The batch is empty.</exception>
    public Tensor Forward(Tensor prediction, Tensor target)
    {
        CheckSameShape(prediction, target);
        return Evaluate([prediction, target.Detach()]);
    }

    /// <summary>Computes the mean of both directions: the prediction of each view against the projection of the other.</summary>
    /// <param name="prediction1">The output of the predictor for the first view.</param>
    /// <param name="projection2">The projection of the second view, of the same shape. No gradient is passed to it.</param>
    /// <param name="prediction2">The output of the predictor for the second view.</param>
    /// <param name="projection1">The projection of the first view. No gradient is passed to it.</param>
    /// <returns>A scalar, or the shape without the last dimension with <see cref="Reduction.None"/>.</returns>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    /// <exception cref="LossException">The batch is empty.</exception>
    public Tensor Forward(Tensor prediction1, Tensor projection2, Tensor prediction2, Tensor projection1) =>
        (Forward(prediction1, projection2) + Forward(prediction2, projection1)) / 2;

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() => [new("any lengths", "angle", -Math.PI, Math.PI, angle =>
    {
        (Tensor target, Tensor prediction) = RowsAtAngle.Pair(angle);
        return Formula.Rows([prediction, target]);
    })];

    /// <summary>offset − scale · x·y / (max(‖x‖, ε) max(‖y‖, ε)).</summary>
    internal readonly struct ScaledCosine(double scale, double offset, double epsilon) : IRowFormula
    {
        readonly CosineSimilarityLoss.Cosine _cosine = new(epsilon);

        public static int Arity => 2;

        // BYOL's 2 − 2 cos cancels for nearly parallel rows.
        public static bool Cancels(Statistics<Real> sums) => NearlyParallel.Are(sums);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Statistics<T> Terms<T>(T a, T b, T c)
            where T : struct, IReal<T> => _cosine.Terms(a, b, c);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(Statistics<T> sums, T t)
            where T : struct, IReal<T> => offset - (scale * _cosine.Similarity(sums));
    }
}
