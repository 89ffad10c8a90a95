namespace Criterion.Losses;

/// <summary>
/// Style loss, the error of Gram matrices, which are the correlations of features independent of position: ℓ = Σₗ wₗ · Σ (G(φₗ(x)) −
/// G(φₗ(y)))², with G(F) = F Fᵀ / (C · H · W) for F of [C, H · W].
/// </summary>
/// <remarks>
/// Libraries normalize differently. Without <see cref="DivideGram"/>, G = F Fᵀ as in Gatys et al., and the loss grows with the fourth
/// power of the features and the square of the image size.
/// </remarks>
[Catalogue(
    LossFamily.Image,
    Shapes = "prediction, target: features [N, C, ...] for each layer → scalar",
    Source = "Gatys, Ecker, Bethge, Image style transfer using convolutional neural networks, 2016; "
        + "with the division: Johnson et al., 2016, equations 3 and 4",
    Alternatives = "PerceptualLoss compares features position by position, which preserves the content.")]
public sealed record StyleLoss : FeatureLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="weights">The weight of each layer; null for 1. Default: null.</param>
    /// <param name="divideGram">Whether the Gram matrix is divided by C · H · W. Default: true.</param>
    /// <param name="reduction">How per-element losses are reduced. Default: Mean.</param>
    public StyleLoss(IReadOnlyList<double>? weights = null, bool divideGram = true, Reduction reduction = Reduction.Mean)
        : base(weights, reduction) => DivideGram = divideGram;

    /// <summary><inheritdoc cref="StyleLoss(IReadOnlyList{double}?, bool, Reduction)" path="/param[@name='divideGram']/node()"/></summary>
    public bool DivideGram { get; init; }

    /// <inheritdoc/>
    public override string ToLatex() =>
        SumOfLayers($@"\sum_{{i,j}} {TensorFormula.ToLatex(default(MSELoss.SquaredError), @"G_{ij}(\phi_l(x))", @"G_{ij}(\phi_l(y))")}")
        + $@", \quad G(F) = {(DivideGram ? @"\frac{F F^\top}{C H W}" : @"F F^\top")}";

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() =>
    [
        // Two features of length 1 at an angle; those of the target are 60° apart.
        new("two features at an angle, 60° in the target", "angle in radians", 0, Math.PI, x =>
            (this with { Weights = null, Reduction = Reduction.None }).Forward(AtAngle(x), AtAngle(Tensor.FullLike(x, Math.PI / 3)))),
    ];

    /// <inheritdoc/>
    protected override Tensor Layer(Tensor prediction, Tensor target) =>
        TensorFormula.Map(default(MSELoss.SquaredError), Gram(prediction), Gram(target)).Sum([1, 2]);

    static Tensor AtAngle(Tensor angle) => Tensor.Stack(
        [Tensor.Stack([Tensor.OnesLike(angle), Tensor.ZerosLike(angle)], 1), Tensor.Stack([angle.Cos(), angle.Sin()], 1)], 1);

    Tensor Gram(Tensor features)
    {
        Tensor f = features.Rank == 2 ? features.Unsqueeze(2) : features.Flatten(2);
        Tensor gram = f.MatMul(f.Transpose());
        return DivideGram ? gram / (f.Shape[1] * (double)f.Shape[2]) : gram;
    }
}
