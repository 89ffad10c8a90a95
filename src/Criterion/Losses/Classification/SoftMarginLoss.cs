using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>Logistic loss of the classes 1 and −1: ℓ = ln(1 + e^(−y x)) = softplus(−y x).</summary>
/// <remarks>
/// Never overflows. It is <see cref="BCEWithLogitsLoss"/> with 1 and −1 for the classes 1 and 0. PyTorch equivalent:
/// <c>torch.nn.SoftMarginLoss</c>; unlike it, a target that is neither 1 nor −1 throws.
/// </remarks>
[Catalogue(
    LossFamily.Classification,
    Shapes = "prediction (logits), target (1 or −1) of one shape → scalar",
    PyTorch = "torch.nn.SoftMarginLoss",
    Alternatives = "BCEWithLogitsLoss takes targets in [0, 1] and weights; BinaryFocalLoss where one class is rare.")]
public sealed record SoftMarginLoss : PointwiseLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="reduction">How per-element losses are reduced. Default: Mean.</param>
    public SoftMarginLoss(Reduction reduction = Reduction.Mean)
        : base(reduction)
    {
    }

    /// <inheritdoc/>
    protected internal override BinaryFormula Formula => BinaryFormula.From(default(LogisticError));

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() => [Curve("y = 1", 1), Curve("y = −1", -1)];

    /// <inheritdoc/>
    protected override void Check(Tensor prediction, Tensor target) => CheckSigns(target);

    /// <summary>softplus(−y x).</summary>
    internal readonly struct LogisticError : IBinaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T x, T y)
            where T : struct, IReal<T> => T.Softplus(-(y * x));
    }
}
