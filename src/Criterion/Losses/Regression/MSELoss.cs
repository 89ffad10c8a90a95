using Criterion.Formulas;

namespace Criterion.Losses;

/// <summary>Squared error: ℓ = (x − y)², the pixel-wise loss whose best constant is the mean.</summary>
/// <remarks>Twin of <c>torch.nn.MSELoss</c>; unlike it, a target of another shape is an error, never broadcast.</remarks>
public sealed record MSELoss(Reduction Reduction = Reduction.Mean) : PointwiseLoss<MSELoss.SquaredError>(Reduction)
{
    /// <inheritdoc/>
    protected internal override SquaredError Formula => default;

    /// <summary>(x − y)².</summary>
    public readonly struct SquaredError : IBinaryFormula
    {
        /// <inheritdoc/>
        public T Value<T>(T x, T y)
            where T : struct, IReal<T>
        {
            T difference = x - y;
            return difference * difference;
        }
    }
}
