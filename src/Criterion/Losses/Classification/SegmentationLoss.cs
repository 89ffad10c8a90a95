using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>Specifies what a class costs that no pixel of the target has.</summary>
public enum AbsentClasses
{
    /// <summary>False positives of the class cost as those of any other class.</summary>
    Count,

    /// <summary>
    /// The class costs nothing, so that false positives have no gradient, as in <c>segmentation_models_pytorch</c>. It stays in the mean.
    /// </summary>
    Zero,
}

/// <summary>
/// A loss of the overlap of masks from logits and class indices: one value for each sample and class, or for each class over the batch.
/// </summary>
/// <remarks>
/// <para>
/// The logits [N, C, …] become probabilities by softmax over the classes, those of a single channel [N, 1, …] by sigmoid. Pixels whose
/// target is <see cref="IgnoreIndex"/> are in no sum. With <see cref="Batch"/> the sums of a class run over all samples, as in nnU-Net's
/// <c>batch_dice</c>, MONAI's <c>batch=True</c> and always in <c>segmentation_models_pytorch</c>; without it they run over one sample.
/// </para>
/// <para>
/// A class without pixels in target and prediction costs 0 with a positive <see cref="Smooth"/>, and 1 without. Its false positives cost
/// Σ p / (Σ p + Smooth): with a Smooth near 0 that is almost 1 for any false positive, and the gradient almost 0.
/// </para>
/// </remarks>
public abstract record SegmentationLoss : Loss, IPredictionLoss, IClassLoss
{
    // Keeps the loss of empty masks finite without smoothing.
    private protected const double LeastDenominator = 1e-8;

    /// <summary>Initializes the loss.</summary>
    /// <param name="smooth">Added to numerator and denominator; must be 0 or more.</param>
    /// <param name="background">Whether class 0 counts. A single channel, which has no class 0, always counts.</param>
    /// <param name="batch">Whether the sums of a class run over all samples of the batch.</param>
    /// <param name="absentClasses">What a class costs that no pixel of the target has.</param>
    /// <param name="ignoreIndex">The class whose pixels are excluded; may be out of range.</param>
    /// <param name="reduction">How the losses of samples and classes are reduced.</param>
    protected SegmentationLoss(
        double smooth, bool background, bool batch, AbsentClasses absentClasses, long ignoreIndex, Reduction reduction)
        : base(reduction)
    {
        (Smooth, Background, Batch) = (smooth, background, batch);
        (AbsentClasses, IgnoreIndex) = (absentClasses, ignoreIndex);
    }

    /// <summary>
    /// <inheritdoc cref="SegmentationLoss(double, bool, bool, AbsentClasses, long, Reduction)" path="/param[@name='smooth']/node()"/>
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
    public double Smooth { get; init => field = Require.NonNegative(value, Name); }

    /// <summary>
    /// <inheritdoc cref="SegmentationLoss(double, bool, bool, AbsentClasses, long, Reduction)" path="/param[@name='background']/node()"/>
    /// </summary>
    public bool Background { get; init; }

    /// <summary>
    /// <inheritdoc cref="SegmentationLoss(double, bool, bool, AbsentClasses, long, Reduction)" path="/param[@name='batch']/node()"/>
    /// </summary>
    public bool Batch { get; init; }

    /// <summary>
    /// <inheritdoc cref="SegmentationLoss(double, bool, bool, AbsentClasses, long, Reduction)"
    /// path="/param[@name='absentClasses']/node()"/>
    /// </summary>
    public AbsentClasses AbsentClasses { get; init; }

    /// <summary>
    /// <inheritdoc cref="SegmentationLoss(double, bool, bool, AbsentClasses, long, Reduction)" path="/param[@name='ignoreIndex']/node()"/>
    /// </summary>
    public long IgnoreIndex { get; init; }

    /// <summary>Gets the formula of the sums over the pixels of a mask.</summary>
    protected internal abstract RowFormula Formula { get; }

    /// <summary>Computes the loss of logits.</summary>
    /// <param name="prediction">The logits, [N, C, d₁, …], or [N, 1, d₁, …] of two classes.</param>
    /// <param name="target">The classes, Int64 of [N, d₁, …]; for a single channel also of the shape of the prediction.</param>
    /// <returns>
    /// A scalar; with <see cref="Reduction.None"/> [N, classes], or [classes] with <see cref="Batch"/>, without an excluded class 0.
    /// </returns>
    /// <exception cref="ShapeException">The shapes do not match, or only the excluded class 0 exists.</exception>
    /// <exception cref="LossException">A class is out of range, or no pixel counts.</exception>
    public Tensor Forward(Tensor prediction, Tensor target) => Forward(SegmentationMasks.Of(Name, prediction, target, IgnoreIndex));

    /// <inheritdoc/>
    public override string ToLatex() => Formula.ToLatex(["p", "y", "z"], "t");

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() =>
        [new("two pixels at the logits x and −x, the first in the mask", "x", -5, 5, x => PerMask(TwoPixels(x), InAndOut(x)))];

    /// <summary>Computes the loss of each mask from its overlap with the target.</summary>
    private protected virtual Tensor PerMask(Tensor probabilities, Tensor masks) => Formula.Rows([probabilities, masks]);

    internal Tensor Forward(SegmentationMasks masks)
    {
        if (Reduction != Reduction.None && masks.Counted == 0)
        {
            return OnEmpty == OnEmpty.Zero ? masks.Zero() : throw masks.NothingCounts(Name);
        }

        (Tensor probabilities, Tensor truth) = (Rows(masks.Probabilities), Rows(masks.Truth));
        Tensor losses = PerMask(probabilities, truth);
        return Reduce(AbsentClasses == AbsentClasses.Count ? losses : losses * truth.Sum(-1).Greater(0).To(losses.DType));
    }

    /// <summary>Returns the masks of the counted classes along the last dimension.</summary>
    Tensor Rows(Tensor masks)
    {
        Tensor counted = Background || masks.Shape[1] == 1 ? masks : masks.Narrow(1, 1, masks.Shape[1] - 1);
        return Batch ? counted.Transpose(0, 1).Flatten(1) : counted;
    }

    static Tensor TwoPixels(Tensor x) => Tensor.Stack([x.Sigmoid(), (-x).Sigmoid()], -1);

    static Tensor InAndOut(Tensor x) => Tensor.Stack([Tensor.OnesLike(x), Tensor.ZerosLike(x)], -1);
}
