using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>Hinge loss of the classes 1 and −1, the loss of support vector machines: ℓ = max(0, 1 − y x).</summary>
/// <remarks>
/// The gradient is −y below the margin y x = 1 and at it, and 0 beyond. Keras equivalent: <c>keras.losses.Hinge</c> with targets of 1 and
/// −1; unlike it, targets of 0 and 1 throw and are not converted.
/// </remarks>
[Catalogue(
    LossFamily.Classification,
    Shapes = "prediction (scores), target (1 or −1) of one shape → scalar",
    Source = "Cortes and Vapnik, Support-vector networks, 1995",
    Alternatives = "SquaredHingeLoss has a continuous gradient; SoftMarginLoss is smooth and gives probabilities; CategoricalHingeLoss and "
        + "MultiMarginLoss take several classes.")]
public sealed record BinaryHingeLoss : PointwiseLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="reduction">How per-element losses are reduced. Default: Mean.</param>
    public BinaryHingeLoss(Reduction reduction = Reduction.Mean)
        : base(reduction)
    {
    }

    /// <inheritdoc/>
    protected internal override BinaryFormula Formula => BinaryFormula.From(default(MarginError));

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() => [Curve("y = 1", 1), Curve("y = −1", -1)];

    /// <inheritdoc/>
    protected override void Check(Tensor prediction, Tensor target) => CheckSigns(target);

    /// <summary>max(0, 1 − y x).</summary>
    internal readonly struct MarginError : IBinaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T x, T y)
            where T : struct, IReal<T> => T.PositivePart(1 - (y * x));
    }
}
