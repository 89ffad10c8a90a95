using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// Tversky loss of logits against class indices: ℓ = (1 − (TP + Smooth) / (TP + Alpha FP + Beta FN + Smooth))^Gamma with TP = Σ p y,
/// FP = Σ p (1 − y) and FN = Σ (1 − p) y of the probabilities p and the mask y of each class. A Gamma other than 1 is the focal Tversky
/// loss.
/// </summary>
/// <remarks>
/// <para>
/// A Gamma below 1, such as the paper's 0.75, raises the gradient where the overlap is good, so that small objects are still improved; a
/// Gamma above 1 lowers it there. The exponent applies to each mask; <c>TverskyLoss</c> of <c>segmentation_models_pytorch</c> applies it to
/// the mean over classes. With Alpha = Beta = 0.5 and Gamma = 1 it is <see cref="DiceFromLogitsLoss"/> with half its Smooth. The power of a
/// loss below 1e-12 is that of 1e-12, with a gradient of 0: the exact gradient at 0 is infinite for a Gamma below 1.
/// </para>
/// <para><inheritdoc cref="SegmentationLoss" path="/remarks/para[1]/node()"/></para>
/// <para><inheritdoc cref="SegmentationLoss" path="/remarks/para[2]/node()"/></para>
/// </remarks>
[Catalogue(
    LossFamily.Classification,
    Shapes = "prediction (logits) [N, C, ...] or [N, 1, ...], target [N, ...] of classes → scalar",
    Source = "Salehi, Erdogmus, Gholipour, Tversky loss function for image segmentation, 2017; Gamma: Abraham and Khan, A novel focal "
        + "Tversky loss function, 2019, whose exponent is 1 / γ",
    Alternatives = "DiceFromLogitsLoss where false positives and false negatives are equally bad; TverskyLoss takes probabilities.")]
public sealed record TverskyFromLogitsLoss : SegmentationLoss
{
    // Below it the gradient of a power below 1 is larger than a useful step.
    const double LeastBase = 1e-12;

    /// <summary>Initializes the loss.</summary>
    /// <param name="alpha">The weight of false positives; must be 0 or more. Default: 0.5.</param>
    /// <param name="beta">The weight of false negatives; must be 0 or more. Default: 0.5.</param>
    /// <param name="gamma">The exponent; must be positive. Default: 1.</param>
    /// <param name="smooth">Added to numerator and denominator; must be 0 or more. Default: 1.</param>
    /// <param name="background">
    /// Whether class 0 counts. A single channel, which has no class 0, always counts. Default: true.
    /// </param>
    /// <param name="batch">Whether the sums of a class run over all samples of the batch. Default: false.</param>
    /// <param name="absentClasses">What a class costs that no pixel of the target has. Default: Count.</param>
    /// <param name="ignoreIndex">The class whose pixels are excluded; may be out of range. Default: −100.</param>
    /// <param name="reduction">
    /// How the losses of samples and classes are reduced; the mean is over classes, and over samples without batch. Default: Mean.
    /// </param>
    public TverskyFromLogitsLoss(
        double alpha = 0.5,
        double beta = 0.5,
        double gamma = 1,
        double smooth = 1,
        bool background = true,
        bool batch = false,
        AbsentClasses absentClasses = AbsentClasses.Count,
        long ignoreIndex = -100,
        Reduction reduction = Reduction.Mean)
        : base(smooth, background, batch, absentClasses, ignoreIndex, reduction) => (Alpha, Beta, Gamma) = (alpha, beta, gamma);

    /// <summary>
    /// <inheritdoc cref="TverskyFromLogitsLoss(double, double, double, double, bool, bool, AbsentClasses, long, Reduction)"
    /// path="/param[@name='alpha']/node()"/>
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
    public double Alpha { get; init => field = Require.NonNegative(value, nameof(TverskyFromLogitsLoss)); }

    /// <summary>
    /// <inheritdoc cref="TverskyFromLogitsLoss(double, double, double, double, bool, bool, AbsentClasses, long, Reduction)"
    /// path="/param[@name='beta']/node()"/>
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
    public double Beta { get; init => field = Require.NonNegative(value, nameof(TverskyFromLogitsLoss)); }

    /// <summary>
    /// <inheritdoc cref="TverskyFromLogitsLoss(double, double, double, double, bool, bool, AbsentClasses, long, Reduction)"
    /// path="/param[@name='gamma']/node()"/>
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not positive or not finite.</exception>
    public double Gamma { get; init => field = Require.Positive(value, nameof(TverskyFromLogitsLoss)); }

    /// <inheritdoc/>
    protected internal override RowFormula Formula =>
        RowFormula.From(new TverskyLoss.TverskyIndex(Alpha, Beta, Smooth, Smooth > 0 ? 0 : LeastDenominator));

    /// <inheritdoc/>
    public override string ToLatex() => Gamma == 1 ? base.ToLatex() : $@"\left({base.ToLatex()}\right)^{{{Latex.Const(Gamma)}}}";

    private protected override Tensor PerMask(Tensor probabilities, Tensor masks)
    {
        Tensor losses = base.PerMask(probabilities, masks);
        return Gamma == 1 ? losses : losses.Clamp(LeastBase).Pow(Gamma);
    }
}
