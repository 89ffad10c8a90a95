using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>Binary cross-entropy of probabilities: ℓ = −(y ln x + (1 − y) ln(1 − x)). The article's adversarial loss.</summary>
/// <remarks>
/// As in PyTorch the logarithms are clamped to at least −100, and the gradient (x − y) / max(x(1 − x), 10⁻¹²) is not: at 0 and 1 it is
/// large but finite, and its sign is correct. <see cref="BCEWithLogitsLoss"/> has no such singularity. PyTorch equivalent:
/// <c>torch.nn.BCELoss</c>.
/// </remarks>
[Catalogue(
    LossFamily.Classification,
    Shapes = "prediction (probabilities), target (in [0, 1]) of one shape → scalar",
    PyTorch = "torch.nn.BCELoss",
    Alternatives = "BCEWithLogitsLoss takes the input of the sigmoid and has no singularity at 0 and 1: prefer it for training.")]
public sealed record BCELoss : PointwiseLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="weight">The weight of each element, broadcast to the prediction, or null. Default: null.</param>
    /// <param name="reduction">
    /// How per-element losses are reduced; the mean divides by their number, not by the weights. Default: Mean.
    /// </param>
    public BCELoss(Tensor? weight = null, Reduction reduction = Reduction.Mean)
        : base(reduction) => Weight = weight;

    /// <summary><inheritdoc cref="BCELoss(Tensor?, Reduction)" path="/param[@name='weight']/node()"/></summary>
    public Tensor? Weight { get; init; }

    /// <inheritdoc/>
    protected internal override BinaryFormula Formula => BinaryFormula.From(default(CrossEntropy));

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() => [Curve("y = 1", 1, 0.01, 0.99), Curve("y = 0", 0, 0.01, 0.99)];

    /// <inheritdoc/>
    private protected override bool IsNaNOutsideDomain => true;

    /// <inheritdoc/>
    private protected override bool IsWeighted => Weight is not null;

    /// <inheritdoc/>
    protected override void Check(Tensor prediction, Tensor target)
    {
        CheckRange(prediction, 0, 1, "a probability in [0, 1]", "For logits use BCEWithLogitsLoss.");
        CheckRange(target, 0, 1, "in [0, 1]");
    }

    /// <inheritdoc/>
    protected override Tensor Evaluate(Tensor prediction, Tensor target) => Weight is null
        ? base.Evaluate(prediction, target)
        : Reduce(Formula.Map(prediction, target) * Weight);

    /// <summary>
    /// −(y ln x + (1 − y) ln(1 − x)), with logarithms clamped to at least −100 and the slope (x − y) / max(x(1 − x), 10⁻¹²).
    /// </summary>
    internal readonly struct CrossEntropy : IBinaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T x, T y)
            where T : struct, IReal<T>
        {
            T one = T.One;
            T ofOne = Log(x);
            T ofZero = LogOfComplement(x);
            T value = -((y * ofOne) + ((one - y) * ofZero));
            value = T.Detach(Guards.ForProbability(x, Guards.ForProbability(y, value)));
            return T.WithSlope(T.WithSlope(value, x, Slope(x, y)), y, ofZero - ofOne);
        }

        /// <summary>Computes the slope by x.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal static T Slope<T>(T x, T y)
            where T : struct, IReal<T> => (x - y) / T.Max(x * (1 - x), T.Const(1e-12));

        // Where the logarithm is clamped, so is its argument: the branch not taken would multiply an infinity by 0.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal static T Log<T>(T p)
            where T : struct, IReal<T>
        {
            T isClamped = p <= Math.Exp(-100);
            return T.Select(isClamped, -100, T.Log(T.Select(isClamped, 1, p)));
        }

        /// <summary>Computes ln(1 − p), clamped likewise, without the digits that 1 − p loses for small p.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal static T LogOfComplement<T>(T p)
            where T : struct, IReal<T>
        {
            T isClamped = 1 - p <= Math.Exp(-100);
            return T.Select(isClamped, -100, T.Log1p(T.Select(isClamped, 0, -p)));
        }
    }
}
