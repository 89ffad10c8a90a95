using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>Squared error, a pixel-wise loss: ℓ = (x − y)². The best constant prediction is the mean.</summary>
/// <remarks>PyTorch equivalent: <c>torch.nn.MSELoss</c>; unlike it, a target of another shape throws and is never broadcast.</remarks>
[Catalogue(
    LossFamily.Regression,
    Shapes = "prediction, target of one shape → scalar",
    Source = "Legendre, 1805; Gauss, 1809",
    PyTorch = "torch.nn.MSELoss",
    Alternatives = "HuberLoss where a few targets are outliers; L1Loss for sharper images; GaussianNLLLoss where the noise varies.")]
public sealed record MSELoss : PointwiseLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="reduction">How per-element losses are reduced. Default: Mean.</param>
    public MSELoss(Reduction reduction = Reduction.Mean)
        : base(reduction)
    {
    }

    /// <inheritdoc/>
    protected internal override BinaryFormula Formula => BinaryFormula.From(default(SquaredError));

    /// <summary>(x − y)².</summary>
    internal readonly struct SquaredError : IBinaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T x, T y)
            where T : struct, IReal<T>
        {
            T difference = x - y;
            return difference * difference;
        }
    }
}
