namespace Criterion.Losses;

/// <summary>
/// A GAN loss with an auxiliary classifier (AC-GAN): L_D = adversarial + w (CE(real, labels) + CE(fake, labels)) and L_G = adversarial + w
/// CE(fake, labels), where CE is the cross-entropy of the discriminator's class logits.
/// </summary>
/// <remarks>
/// Both networks minimize the cross-entropy of the classes. As with any GAN loss, the discriminator's logits must be those of detached
/// images.
/// </remarks>
[Catalogue(
    LossFamily.Adversarial,
    Shapes = "logits of any shape, class logits [N, C], labels [N] → scalar",
    Source = "Odena, Olah, Shlens, Conditional image synthesis with auxiliary classifier GANs, 2016, equations 2 and 3",
    Alternatives = "MutualInformationLoss discovers the classes without labels.")]
public sealed record AuxiliaryClassifierGanLoss : ICriterion
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="objective">The adversarial part. Default: <see cref="NonSaturatingGanLoss"/>.</param>
    /// <param name="weight">w, the weight of the cross-entropies; must be 0 or more. Default: 1.</param>
    /// <param name="labelSmoothing">
    /// The share of a real image's label that is spread over all classes, in [0, 1]; labels of generated images are not smoothed. Default:
    /// 0.
    /// </param>
    /// <param name="classifyFakes">
    /// Whether the discriminator also learns the classes of generated images, as published. Without them, as in StudioGAN, it cannot take
    /// classes from flaws of the generator. Default: true.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public AuxiliaryClassifierGanLoss(
        GanLoss? objective = null, double weight = 1, double labelSmoothing = 0, bool classifyFakes = true) =>
        (Objective, Weight, LabelSmoothing, ClassifyFakes) =
            (objective ?? new NonSaturatingGanLoss(), weight, labelSmoothing, classifyFakes);

    /// <summary>
    /// <inheritdoc cref="AuxiliaryClassifierGanLoss(GanLoss?, double, double, bool)" path="/param[@name='objective']/node()"/>
    /// </summary>
    public GanLoss Objective { get; init; }

    /// <summary>
    /// <inheritdoc cref="AuxiliaryClassifierGanLoss(GanLoss?, double, double, bool)" path="/param[@name='weight']/node()"/>
    /// </summary>
    public double Weight { get; init => field = Require.NonNegative(value, nameof(AuxiliaryClassifierGanLoss)); }

    /// <summary>
    /// <inheritdoc cref="AuxiliaryClassifierGanLoss(GanLoss?, double, double, bool)" path="/param[@name='labelSmoothing']/node()"/>
    /// </summary>
    public double LabelSmoothing { get; init => field = Require.InUnitInterval(value, nameof(AuxiliaryClassifierGanLoss)); }

    /// <summary>
    /// <inheritdoc cref="AuxiliaryClassifierGanLoss(GanLoss?, double, double, bool)" path="/param[@name='classifyFakes']/node()"/>
    /// </summary>
    public bool ClassifyFakes { get; init; }

    /// <summary>Computes the discriminator's loss.</summary>
    /// <param name="real">The discriminator's logits of real images, of any shape.</param>
    /// <param name="fake">The discriminator's logits of generated images, detached from the generator.</param>
    /// <param name="realClasses">The class logits of the real images, [N, C].</param>
    /// <param name="realLabels">The classes of the real images, Int64 of [N].</param>
    /// <param name="fakeClasses">The class logits of the generated images, [M, C].</param>
    /// <param name="fakeLabels">The classes that the images were generated for, Int64 of [M].</param>
    /// <exception cref="LossException">A label is out of range, or a batch is empty.</exception>
    public Tensor Discriminator(Tensor real, Tensor fake, Tensor realClasses, Tensor realLabels, Tensor fakeClasses, Tensor fakeLabels)
    {
        Tensor classes = ClassLabelLoss.CrossEntropy(nameof(AuxiliaryClassifierGanLoss), realClasses, realLabels, LabelSmoothing);
        if (ClassifyFakes)
        {
            classes += ClassLabelLoss.CrossEntropy(nameof(AuxiliaryClassifierGanLoss), fakeClasses, fakeLabels);
        }

        return Objective.Discriminator(real, fake) + (classes * Weight);
    }

    /// <summary>Computes the generator's loss.</summary>
    /// <param name="fake">The discriminator's logits of generated images.</param>
    /// <param name="fakeClasses">The class logits of the generated images, [M, C].</param>
    /// <param name="fakeLabels">The classes that the images were generated for, Int64 of [M].</param>
    /// <param name="real">The discriminator's logits of real images, required by relativistic losses.</param>
    /// <exception cref="LossException">A label is out of range, or a batch is empty.</exception>
    public Tensor Generator(Tensor fake, Tensor fakeClasses, Tensor fakeLabels, Tensor? real = null) =>
        Objective.Generator(fake, real)
        + (ClassLabelLoss.CrossEntropy(nameof(AuxiliaryClassifierGanLoss), fakeClasses, fakeLabels) * Weight);

    /// <inheritdoc/>
    public string ToLatex()
    {
        string fakes = ClassifyFakes ? @" + \mathbb{E}\left[-\ln p_{y}(G(z))\right]" : "";
        return $$"""
        {{Objective.ToLatex()}}
        L_D \mathrel{+}= w \left(\mathbb{E}\left[-\ln p_{y}(x)\right]{{fakes}}\right)
        L_G \mathrel{+}= w\, \mathbb{E}\left[-\ln p_{y}(G(z))\right]
        """;
    }

    /// <inheritdoc/>
    public IEnumerable<LossCurve> Curves() => Objective.Curves();
}
