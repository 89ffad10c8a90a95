using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// Dice loss plus cross-entropy of the same logits and class indices: ℓ = DiceWeight · Dice + CrossEntropyWeight · CE, the usual loss of
/// segmentation. A single channel takes binary cross-entropy.
/// </summary>
/// <remarks>
/// The Dice part is the mean of <see cref="DiceFromLogitsLoss"/> and the other one that of <see cref="CrossEntropyLoss"/> over pixels; both
/// leave out pixels of <see cref="IgnoreIndex"/>. Background and absent classes concern only the Dice part, ClassWeight only the
/// cross-entropy. nnU-Net trains with <c>smooth: 1e-5, background: false</c>, MONAI's <c>DiceCELoss(to_onehot_y=True, softmax=True)</c> is
/// <c>smooth: 1e-5</c>; its <c>weight</c> also scales the Dice part.
/// </remarks>
[Catalogue(
    LossFamily.Classification,
    Shapes = "prediction (logits) [N, C, ...] or [N, 1, ...], target [N, ...] of classes → scalar",
    Source = "Isensee et al., nnU-Net: a self-configuring method for deep learning-based biomedical image segmentation, 2021",
    Alternatives = "DiceFromLogitsLoss and CrossEntropyLoss are its parts; FocalLoss where most pixels are easy.")]
public sealed record DiceCrossEntropyLoss : IPredictionLoss, IClassLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="diceWeight">The weight of the Dice part; must be 0 or more. Default: 1.</param>
    /// <param name="crossEntropyWeight">The weight of the cross-entropy; must be 0 or more. Default: 1.</param>
    /// <param name="squared">Whether the denominator of the Dice part sums squares. Default: false.</param>
    /// <param name="smooth">Added to numerator and denominator of the Dice part; must be 0 or more. Default: 1.</param>
    /// <param name="background">Whether class 0 counts in the Dice part. Default: true.</param>
    /// <param name="batch">Whether the sums of the Dice part run over all samples of the batch. Default: false.</param>
    /// <param name="absentClasses">What a class costs in the Dice part that no pixel of the target has. Default: Count.</param>
    /// <param name="ignoreIndex">The class whose pixels are excluded from both parts; may be out of range. Default: −100.</param>
    /// <param name="classWeight">
    /// The weight of each class in the cross-entropy, [C], or null; must be null for a single channel. Default: null.
    /// </param>
    public DiceCrossEntropyLoss(
        double diceWeight = 1,
        double crossEntropyWeight = 1,
        bool squared = false,
        double smooth = 1,
        bool background = true,
        bool batch = false,
        AbsentClasses absentClasses = AbsentClasses.Count,
        long ignoreIndex = -100,
        Tensor? classWeight = null)
    {
        (DiceWeight, CrossEntropyWeight, Squared, Smooth) = (diceWeight, crossEntropyWeight, squared, smooth);
        (Background, Batch, AbsentClasses) = (background, batch, absentClasses);
        (IgnoreIndex, ClassWeight) = (ignoreIndex, classWeight);
    }

    /// <summary>
    /// <inheritdoc cref="DiceCrossEntropyLoss(double, double, bool, double, bool, bool, AbsentClasses, long, Tensor?)"
    /// path="/param[@name='diceWeight']/node()"/>
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
    public double DiceWeight { get; init => field = Require.NonNegative(value, nameof(DiceCrossEntropyLoss)); }

    /// <summary>
    /// <inheritdoc cref="DiceCrossEntropyLoss(double, double, bool, double, bool, bool, AbsentClasses, long, Tensor?)"
    /// path="/param[@name='crossEntropyWeight']/node()"/>
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
    public double CrossEntropyWeight { get; init => field = Require.NonNegative(value, nameof(DiceCrossEntropyLoss)); }

    /// <summary>
    /// <inheritdoc cref="DiceCrossEntropyLoss(double, double, bool, double, bool, bool, AbsentClasses, long, Tensor?)"
    /// path="/param[@name='squared']/node()"/>
    /// </summary>
    public bool Squared { get; init; }

    /// <summary>
    /// <inheritdoc cref="DiceCrossEntropyLoss(double, double, bool, double, bool, bool, AbsentClasses, long, Tensor?)"
    /// path="/param[@name='smooth']/node()"/>
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
    public double Smooth { get; init => field = Require.NonNegative(value, nameof(DiceCrossEntropyLoss)); }

    /// <summary>
    /// <inheritdoc cref="DiceCrossEntropyLoss(double, double, bool, double, bool, bool, AbsentClasses, long, Tensor?)"
    /// path="/param[@name='background']/node()"/>
    /// </summary>
    public bool Background { get; init; }

    /// <summary>
    /// <inheritdoc cref="DiceCrossEntropyLoss(double, double, bool, double, bool, bool, AbsentClasses, long, Tensor?)"
    /// path="/param[@name='batch']/node()"/>
    /// </summary>
    public bool Batch { get; init; }

    /// <summary>
    /// <inheritdoc cref="DiceCrossEntropyLoss(double, double, bool, double, bool, bool, AbsentClasses, long, Tensor?)"
    /// path="/param[@name='absentClasses']/node()"/>
    /// </summary>
    public AbsentClasses AbsentClasses { get; init; }

    /// <summary>
    /// <inheritdoc cref="DiceCrossEntropyLoss(double, double, bool, double, bool, bool, AbsentClasses, long, Tensor?)"
    /// path="/param[@name='ignoreIndex']/node()"/>
    /// </summary>
    public long IgnoreIndex { get; init; }

    /// <summary>
    /// <inheritdoc cref="DiceCrossEntropyLoss(double, double, bool, double, bool, bool, AbsentClasses, long, Tensor?)"
    /// path="/param[@name='classWeight']/node()"/>
    /// </summary>
    public Tensor? ClassWeight { get; init; }

    /// <summary>Computes the loss of logits.</summary>
    /// <param name="prediction">The logits, [N, C, d₁, …], or [N, 1, d₁, …] of two classes.</param>
    /// <param name="target">The classes, Int64 of [N, d₁, …]; for a single channel also of the shape of the prediction.</param>
    /// <returns>A scalar.</returns>
    /// <exception cref="ShapeException">The shapes do not match, or a single channel has class weights.</exception>
    /// <exception cref="LossException">A class is out of range, or no pixel counts.</exception>
    public Tensor Forward(Tensor prediction, Tensor target) => Evaluate(prediction, target).Total;

    /// <summary>Computes the loss with its terms <c>dice</c> and <c>cross-entropy</c>.</summary>
    /// <inheritdoc cref="Forward"/>
    public LossReport Evaluate(Tensor prediction, Tensor target)
    {
        SegmentationMasks masks = SegmentationMasks.Of(nameof(DiceCrossEntropyLoss), prediction, target, IgnoreIndex);
        return masks.Counted == 0
            ? throw masks.NothingCounts(nameof(DiceCrossEntropyLoss))
            : LossReport.From(
                ("dice", Dice.Forward(masks), DiceWeight),
                ("cross-entropy", masks.IsBinary ? BinaryEntropy(masks) : Entropy.Forward(prediction, target), CrossEntropyWeight));
    }

    /// <inheritdoc/>
    public string ToLatex() =>
        $@"{Latex.Const(DiceWeight)} \cdot \left({Dice.ToLatex()}\right)"
        + $@" + {Latex.Const(CrossEntropyWeight)} \cdot \left({Entropy.ToLatex()}\right)";

    /// <inheritdoc/>
    public IEnumerable<LossCurve> Curves() => Dice.Curves();

    DiceFromLogitsLoss Dice => new(Squared, Smooth, Background, Batch, AbsentClasses, IgnoreIndex);

    CrossEntropyLoss Entropy => new(ClassWeight, IgnoreIndex);

    Tensor BinaryEntropy(SegmentationMasks masks) => ClassWeight is null
        ? masks.Counting(new BCEWithLogitsLoss(reduction: Reduction.None).Forward(masks.Logits, masks.Truth)).Sum() / masks.Counted
        : throw new ShapeException(
            "DiceCrossEntropyLoss: a single channel has no class weights. Pass logits [N, 2, ...], or leave ClassWeight null.");
}
