namespace Criterion.Losses;

/// <summary>
/// Orthogonal regularization: pulls the rows of weights to orthonormality, weight · Σ ‖W Wᵀ − I‖²_F, or with OffDiagonal to orthogonality
/// at any length, weight · Σ ‖W Wᵀ ⊙ (1 − I)‖²_F.
/// </summary>
/// <remarks>
/// A weight [outputs, ...] is treated as a matrix [outputs, rest]; tensors of fewer than two dimensions (biases, scales) are skipped. A
/// matrix with more rows than columns cannot have orthogonal rows, so its penalty stays positive.
/// </remarks>
[Catalogue(
    LossFamily.Penalty,
    Shapes = "weights of any shape → scalar",
    Source = "Brock et al., Neural photo editing with introspective adversarial networks, 2016; "
        + "off-diagonal: Brock, Donahue, Simonyan, Large scale GAN training for high fidelity natural image synthesis, 2018, equation 3",
    Alternatives = "SpectralNorm bounds the largest singular value instead of bringing all to 1.")]
public sealed record OrthogonalPenalty : Penalty
{
    /// <summary>Initializes the penalty.</summary>
    /// <param name="weight">The weight; must be 0 or more. 0.0001 in BigGAN. Default: 1e-4.</param>
    /// <param name="offDiagonal">Whether the lengths of rows are not penalized, as in BigGAN. Default: false.</param>
    public OrthogonalPenalty(double weight = 1e-4, bool offDiagonal = false)
        : base(weight) => OffDiagonal = offDiagonal;

    /// <summary><inheritdoc cref="OrthogonalPenalty(double, bool)" path="/param[@name='offDiagonal']/node()"/></summary>
    public bool OffDiagonal { get; init; }

    /// <summary>Computes the penalty of weights.</summary>
    /// <param name="weights">The weights, or all of a module's parameters.</param>
    /// <exception cref="LossException">No tensor has two or more dimensions.</exception>
    public Tensor Forward(IEnumerable<Tensor> weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        Tensor[] matrices = [.. weights.Where(static weight => weight.Rank >= 2)];
        return matrices.Length > 0
            ? matrices.Select(Distance).Aggregate(static (a, b) => a + b)
            : throw new LossException(
                "OrthogonalPenalty: no tensor has two or more dimensions. Pass the weights of layers, or a module's Parameters().");
    }

    /// <inheritdoc/>
    public override string ToLatex() => OffDiagonal
        ? $@"{LatexFactor(Weight)}\left\|W W^\top \odot (1 - I)\right\|_F^2"
        : $@"{LatexFactor(Weight)}\left\|W W^\top - I\right\|_F^2";

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() =>
        [new(
            "two rows of length 1",
            "cosine",
            -1,
            1,
            cosine => TensorFormula.Map(default(MSELoss.SquaredError), cosine, Tensor.ZerosLike(cosine)) * (
            2 * Weight))];

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
