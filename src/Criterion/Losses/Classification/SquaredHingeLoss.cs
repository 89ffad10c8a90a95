using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>Squared hinge loss of the classes 1 and −1: ℓ = max(0, 1 − y x)².</summary>
/// <remarks>
/// The gradient is continuous: 0 at the margin y x = 1 and beyond, where the second derivative jumps from 2 to 0. Keras equivalent:
/// <c>keras.losses.SquaredHinge</c> with targets of 1 and −1; unlike it, targets of 0 and 1 throw and are not converted.
/// </remarks>
[Catalogue(
    LossFamily.Classification,
    Shapes = "prediction (scores), target (1 or −1) of one shape → scalar",
    Source = "Lee and Mangasarian, SSVM: a smooth support vector machine for classification, 2001",
    Alternatives = "BinaryHingeLoss grows only linearly with outliers; SoftMarginLoss is smooth and gives probabilities.")]
public sealed record SquaredHingeLoss : PointwiseLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="reduction">How per-element losses are reduced. Default: Mean.</param>
    public SquaredHingeLoss(Reduction reduction = Reduction.Mean)
        : base(reduction)
    {
    }

    /// <inheritdoc/>
    protected internal override BinaryFormula Formula => BinaryFormula.From(default(SquaredMarginError));

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() => [Curve("y = 1", 1), Curve("y = −1", -1)];

    /// <inheritdoc/>
    protected override void Check(Tensor prediction, Tensor target) => CheckSigns(target);

    /// <summary>max(0, 1 − y x)².</summary>
    internal readonly struct SquaredMarginError : IBinaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T x, T y)
            where T : struct, IReal<T>
        {
            T error = T.PositivePart(1 - (y * x));
            return error * error;
        }
    }
}
