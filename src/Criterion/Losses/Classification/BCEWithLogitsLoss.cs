using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// Binary cross-entropy of logits: ℓ = softplus(x) − x y, exact for any logit. With a positive weight p, ℓ = (1 − y) x + (1 + (p − 1) y)
/// softplus(−x).
/// </summary>
/// <remarks>
/// The gradient σ(x) − y never overflows, and a correct infinite logit has zero loss. PyTorch equivalent:
/// <c>torch.nn.BCEWithLogitsLoss</c>.
/// </remarks>
[Catalogue(
    LossFamily.Classification,
    Shapes = "prediction (logits), target (in [0, 1]) of one shape → scalar",
    PyTorch = "torch.nn.BCEWithLogitsLoss",
    Alternatives = "BinaryFocalLoss where easy examples outnumber the hard ones; SoftMarginLoss for targets of 1 and −1.")]
public sealed record BCEWithLogitsLoss : PointwiseLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="weight">The weight of each element, broadcast to the prediction, or null. Default: null.</param>
    /// <param name="positiveWeight">
    /// p, the weight of positives, broadcast to the prediction (for example one for each class), or null. Default: null.
    /// </param>
    /// <param name="reduction">
    /// How per-element losses are reduced; the mean divides by their number, not by the weights. Default: Mean.
    /// </param>
    public BCEWithLogitsLoss(Tensor? weight = null, Tensor? positiveWeight = null, Reduction reduction = Reduction.Mean)
        : base(reduction) => (Weight, PositiveWeight) = (weight, positiveWeight);

    /// <summary><inheritdoc cref="BCEWithLogitsLoss(Tensor?, Tensor?, Reduction)" path="/param[@name='weight']/node()"/></summary>
    public Tensor? Weight { get; init; }

    /// <summary><inheritdoc cref="BCEWithLogitsLoss(Tensor?, Tensor?, Reduction)" path="/param[@name='positiveWeight']/node()"/></summary>
    public Tensor? PositiveWeight { get; init; }

    /// <inheritdoc/>
    protected internal override BinaryFormula Formula => BinaryFormula.From(default(CrossEntropy));

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() => [Curve("y = 1", 1, -4, 4), Curve("y = 0", 0, -4, 4)];

    /// <inheritdoc/>
    private protected override bool IsNaNOutsideDomain => true;

    /// <inheritdoc/>
    private protected override bool IsWeighted => Weight is not null || PositiveWeight is not null;

    /// <inheritdoc/>
    protected override void Check(Tensor prediction, Tensor target) =>
        CheckRange(target, 0, 1, "in [0, 1]", "For targets of 1 and −1 use SoftMarginLoss.");

    /// <inheritdoc/>
    protected override Tensor Evaluate(Tensor prediction, Tensor target)
    {
        if (Weight is null && PositiveWeight is null)
        {
            return base.Evaluate(prediction, target);
        }

        Tensor losses = PositiveWeight is null
            ? Formula.Map(prediction, target)
            : TensorFormula.Map(default(WeightedCrossEntropy), prediction, target, PositiveWeight);
        return Reduce(Weight is null ? losses : losses * Weight);
    }

    /// <summary>softplus(x) − x y = softplus(−x) + (1 − y) x.</summary>
    internal readonly struct CrossEntropy : IBinaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T x, T y)
            where T : struct, IReal<T> => Guards.ForProbability(y, T.Softplus(AwayFrom0(x)) + Linear(x, y, y));
    }

    /// <summary>(1 − y) x + (1 + (p − 1) y) softplus(−x).</summary>
    internal readonly struct WeightedCrossEntropy : ITernaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T x, T y, T p)
            where T : struct, IReal<T>
        {
            T one = T.One;
            return Guards.ForProbability(y, ((one + ((p - one) * y)) * T.Softplus(AwayFrom0(x))) + Linear(x, y, p * y));
        }
    }

    // With softplus(−|x|) and a linear remainder both terms are positive and do not cancel: the gradient of a correct logit is accurate
    // rather than rounded to 0, and the loss of an infinite one is 0.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static T AwayFrom0<T>(T x)
        where T : struct, IReal<T> => Guards.Unless(x < 0, x, -x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static T Linear<T>(T x, T y, T weighted)
        where T : struct, IReal<T>
    {
        T factor = Guards.Unless(x < 0, -weighted, 1 - y);
        return factor * Guards.Weighable(x, factor);
    }
}
