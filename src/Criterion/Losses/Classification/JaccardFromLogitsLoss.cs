namespace Criterion.Losses;

/// <summary>
/// Jaccard loss of logits against class indices, one minus intersection over union: ℓ = 1 − (Σ p y + Smooth) / (Σ p + Σ y − Σ p y +
/// Smooth) of the probabilities p and the mask y of each class.
/// </summary>
/// <remarks>
/// <para>
/// It is <see cref="TverskyFromLogitsLoss"/> with Alpha = Beta = 1. MONAI's <c>DiceLoss(jaccard=True)</c> doubles the sums, but not its
/// smoothing of 1e-5: here that is <c>smooth: 5e-6</c>. <c>JaccardLoss</c> of <c>segmentation_models_pytorch</c> is
/// <c>smooth: 0, batch: true, absentClasses: AbsentClasses.Zero</c>.
/// </para>
/// <para><inheritdoc cref="SegmentationLoss" path="/remarks/para[1]/node()"/></para>
/// <para><inheritdoc cref="SegmentationLoss" path="/remarks/para[2]/node()"/></para>
/// </remarks>
[Catalogue(
    LossFamily.Classification,
    Shapes = "prediction (logits) [N, C, ...] or [N, 1, ...], target [N, ...] of classes → scalar",
    Source = "Rahman and Wang, Optimizing intersection-over-union in deep neural networks for image segmentation, 2016",
    Alternatives = "DiceFromLogitsLoss has smaller gradients where the overlap is poor; TverskyFromLogitsLoss weighs false positives and "
        + "false negatives separately.")]
public sealed record JaccardFromLogitsLoss : SegmentationLoss
{
    /// <summary>Initializes the loss.</summary>
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
    public JaccardFromLogitsLoss(
        double smooth = 1,
        bool background = true,
        bool batch = false,
        AbsentClasses absentClasses = AbsentClasses.Count,
        long ignoreIndex = -100,
        Reduction reduction = Reduction.Mean)
        : base(smooth, background, batch, absentClasses, ignoreIndex, reduction)
    {
    }

    /// <inheritdoc/>
    protected internal override RowFormula Formula =>
        RowFormula.From(new TverskyLoss.TverskyIndex(1, 1, Smooth, Smooth > 0 ? 0 : LeastDenominator));
}
