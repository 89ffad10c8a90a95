namespace Criterion.Losses;

/// <summary>
/// Perceptual (content) loss, the error of features: ℓ = Σₗ wₗ · mean (φₗ(x) − φₗ(y))² over the channels and positions of each layer l, or
/// of the absolute differences with <see cref="Absolute"/>.
/// </summary>
/// <remarks>
/// The features can be those of any network, usually a classifier such as VGG applied to both images in its own range and normalization.
/// The article's form, which sums the mean squared error over the images of a batch for one feature map, is <c>Reduction.Sum</c> with one
/// layer.
/// </remarks>
[Catalogue(
    LossFamily.Image,
    Shapes = "prediction, target: features [N, C, ...] for each layer → scalar",
    Source = "Johnson, Alahi, Fei-Fei, Perceptual losses for real-time style transfer and super-resolution, 2016, equation 2",
    Alternatives = "StyleLoss compares the correlations of features, independent of position; "
        + "FeatureMatchingLoss takes the discriminator's features.")]
public sealed record PerceptualLoss : FeatureLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="weights">The weight of each layer; null for 1. Default: null.</param>
    /// <param name="absolute">Whether differences are absolute instead of squared. Default: false.</param>
    /// <param name="reduction">How per-element losses are reduced. Default: Mean.</param>
    public PerceptualLoss(IReadOnlyList<double>? weights = null, bool absolute = false, Reduction reduction = Reduction.Mean)
        : base(weights, reduction) => Absolute = absolute;

    /// <summary>
    /// <inheritdoc cref="PerceptualLoss(IReadOnlyList{double}?, bool, Reduction)" path="/param[@name='absolute']/node()"/>
    /// </summary>
    public bool Absolute { get; init; }

    /// <inheritdoc/>
    public override string ToLatex()
    {
        const string x = @"\phi_l(x)";
        const string y = @"\phi_l(y)";
        string error = Absolute
            ? TensorFormula.ToLatex(default(L1Loss.AbsoluteError), x, y)
            : TensorFormula.ToLatex(default(MSELoss.SquaredError), x, y);
        return SumOfLayers($@"\operatorname{{mean}} {error}");
    }

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() =>
    [
        new("one feature", "φ(x) − φ(y)", -3, 3, x =>
            (this with { Weights = null, Reduction = Reduction.None }).Forward(x.Reshape(-1, 1), Tensor.Zeros([x.Count, 1], x.DType))),
    ];

    /// <inheritdoc/>
    protected override Tensor Layer(Tensor prediction, Tensor target)
    {
        Tensor errors = Absolute
            ? TensorFormula.Map(default(L1Loss.AbsoluteError), prediction, target)
            : TensorFormula.Map(default(MSELoss.SquaredError), prediction, target);
        return errors.Flatten(1).Mean(1);
    }
}
