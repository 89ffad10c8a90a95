namespace Criterion.Losses;

/// <summary>
/// Dice loss of logits against class indices: ℓ = 1 − (2 Σ p y + Smooth) / (Σ p + Σ y + Smooth) of the probabilities p and the mask y of
/// each class. With Squared the sums in the denominator are Σ p² + Σ y².
/// </summary>
/// <remarks>
/// <para>
/// It is <see cref="DiceLoss"/> behind a softmax or sigmoid. Without Smooth 1e-8 is added to the denominator. nnU-Net's region loss is this
/// one minus 1 with <c>smooth: 1e-5, background: false</c>, and <c>batch: true</c> where its plan sets batch_dice; MONAI's
/// <c>DiceLoss(to_onehot_y=True, softmax=True)</c> is <c>smooth: 1e-5</c>; the one of <c>segmentation_models_pytorch</c> is
/// <c>smooth: 0, batch: true, absentClasses: AbsentClasses.Zero</c>.
/// </para>
/// <para><inheritdoc cref="SegmentationLoss" path="/remarks/para[1]/node()"/></para>
/// <para><inheritdoc cref="SegmentationLoss" path="/remarks/para[2]/node()"/></para>
/// </remarks>
[Catalogue(
    LossFamily.Classification,
    Shapes = "prediction (logits) [N, C, ...] or [N, 1, ...], target [N, ...] of classes → scalar",
    Source = "Milletari, Navab, Ahmadi, V-Net, 2016; over the batch: Isensee et al., nnU-Net, 2021",
    Alternatives = "DiceCrossEntropyLoss adds a gradient of single pixels; TverskyFromLogitsLoss weighs false positives and false "
        + "negatives separately; DiceLoss takes probabilities.")]
public sealed record DiceFromLogitsLoss : SegmentationLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="squared">Whether the denominator sums squares, as in the paper by Milletari et al. Default: false.</param>
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
    public DiceFromLogitsLoss(
        bool squared = false,
        double smooth = 1,
        bool background = true,
        bool batch = false,
        AbsentClasses absentClasses = AbsentClasses.Count,
        long ignoreIndex = -100,
        Reduction reduction = Reduction.Mean)
        : base(smooth, background, batch, absentClasses, ignoreIndex, reduction) => Squared = squared;

    /// <summary>
    /// <inheritdoc cref="DiceFromLogitsLoss(bool, double, bool, bool, AbsentClasses, long, Reduction)"
    /// path="/param[@name='squared']/node()"/>
    /// </summary>
    public bool Squared { get; init; }

    /// <inheritdoc/>
    protected internal override RowFormula Formula =>
        RowFormula.From(new DiceLoss.Overlap(Smooth, Smooth > 0 ? 0 : LeastDenominator, Squared));
}
