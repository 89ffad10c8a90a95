using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>Absolute error, a pixel-wise loss: ℓ = |x − y|. The best constant prediction is the median.</summary>
/// <remarks>The gradient is ±1, and 0 where prediction and target are equal. PyTorch equivalent: <c>torch.nn.L1Loss</c>.</remarks>
[Catalogue(
    LossFamily.Regression,
    Shapes = "prediction, target of one shape → scalar",
    Source = "Boscovich, 1757",
    PyTorch = "torch.nn.L1Loss",
    Alternatives = "CharbonnierLoss and SmoothL1Loss are smooth at 0; MSELoss estimates the mean, QuantileLoss a quantile other than the "
        + "median.")]
public sealed record L1Loss : PointwiseLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="reduction">How per-element losses are reduced. Default: Mean.</param>
    public L1Loss(Reduction reduction = Reduction.Mean)
        : base(reduction)
    {
    }

    /// <inheritdoc/>
    protected internal override BinaryFormula Formula => BinaryFormula.From(default(AbsoluteError));

    /// <summary>|x − y|.</summary>
    internal readonly struct AbsoluteError : IBinaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T x, T y)
            where T : struct, IReal<T> => T.Abs(x - y);
    }
}
