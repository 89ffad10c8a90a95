namespace Criterion.Losses;

/// <summary>
/// Brings the rows of weights towards being orthonormal: weight · Σ ‖W Wᵀ − I‖²_F, or, off the diagonal only, towards being orthogonal at any
/// length: weight · Σ ‖W Wᵀ ⊙ (1 − I)‖²_F.
/// </summary>
/// <remarks>
/// A weight [outputs, ...] counts as a matrix [outputs, rest]; tensors of fewer than two dimensions (biases, scales) are left out. Where a
/// matrix has more rows than columns its rows cannot all be orthogonal, and the penalty has a floor.
/// </remarks>
/// <param name="Weight">A factor, 0.0001 in BigGAN.</param>
/// <param name="OffDiagonal">Whether the lengths of rows are left free, as in BigGAN.</param>
[Catalogue(
    LossFamily.Penalty,
    Shapes = "weights of any shape → scalar",
    Source = "Brock et al., Neural photo editing with introspective adversarial networks, 2016; off-diagonal: Brock, Donahue, Simonyan, Large scale GAN training for high fidelity natural image synthesis, 2018, equation 3",
    Alternatives = "SpectralNorm bounds the largest singular value instead of bringing all to 1.")]
public sealed record OrthogonalPenalty(double Weight = 1e-4, bool OffDiagonal = false) : Penalty(Weight)
{
    /// <summary>The penalty of weights.</summary>
    /// <param name="weights">Weights, or all of a module's parameters.</param>
    /// <exception cref="LossException">None of them is a matrix or more.</exception>
    public Tensor Forward(IEnumerable<Tensor> weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        Tensor[] matrices = [.. weights.Where(static weight => weight.Rank >= 2)];
        return matrices.Length > 0
            ? matrices.Select(Distance).Aggregate(static (a, b) => a + b)
            : throw new LossException("OrthogonalPenalty: there is no weight of two or more dimensions among the tensors. Pass the weights of layers, or a module's Parameters().");
    }

    /// <inheritdoc/>
    public override string ToLatex() => OffDiagonal
        ? $@"{LatexFactor(Weight)}\left\|W W^\top \odot (1 - I)\right\|_F^2"
        : $@"{LatexFactor(Weight)}\left\|W W^\top - I\right\|_F^2";

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() =>
        [new("two rows of length 1", "cosine", -1, 1, cosine => TensorFormula.Map(default(MSELoss.SquaredError), cosine, Tensor.ZerosLike(cosine)) * (2 * Weight))];

    Tensor Distance(Tensor weight)
    {
        Tensor rows = weight.Flatten(1);
        Tensor products = rows.MatMul(rows.Transpose());
        Tensor unit = Tensor.Eye(rows.Shape[0], rows.DType);
        return OffDiagonal
            ? TensorFormula.Sum(default(MSELoss.SquaredError), products * (1 - unit), Tensor.ZerosLike(unit), Weight)
            : TensorFormula.Sum(default(MSELoss.SquaredError), products, unit, Weight);
    }
}
